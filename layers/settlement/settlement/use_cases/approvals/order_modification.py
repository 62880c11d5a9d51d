"""A modification that may need a second key."""

import json
from dataclasses import asdict, replace
from typing import Any

from settlement.domain.changes.modification import ModificationRequest, ModifiedItem, PriceTag
from settlement.domain.transaction.approval import Approval, ApprovalAction, ApprovalKind
from settlement.use_cases.approvals.act_or_ask import Asking, refunded_and_cancelled, told
from settlement.use_cases.orders.modify_order import ModificationIds, Modified, load_to_modify, modify_order, new_ids
from settlement.use_cases.shared.ports import Ports

_ITEMS = ("removed", "added")


def asking_modification(
    ports: Ports, account: str, order_id: str, wanted: ModificationRequest, text: str
) -> Asking[Modified]:
    """A modification; ``text`` is the sender's request, to be shown. A repeat is the same from the same app key."""
    same = json.dumps([_plain(wanted), text, ports.actor.app_key], sort_keys=True)
    return _asking(account, order_id, wanted, text, same, new_ids(ports))


def asked_modification(ports: Ports, account: str, approval: Approval) -> Asking[Modified]:
    """The modification that an approval is about."""
    asked = dict(approval.request)
    text, ids = str(asked.pop("text")), ModificationIds(asked.pop("request_id"), asked.pop("workflow_id"))
    items = {name: tuple(map(_item, asked[name])) for name in _ITEMS}
    wanted = ModificationRequest(**asked | items | {"ignored": tuple(asked.get("ignored", ()))})
    return _asking(account, approval.order_id, wanted, text, approval.name, ids)


def waiting_modification(ports: Ports, account: str, order_id: str, request_id: str) -> Approval | None:
    """Return the approval that a modification waits for, None if none of this id waits."""
    transaction_id = load_to_modify(ports.store, account, order_id).transaction.transaction_id
    waiting = (
        approval
        for approval in ports.store.approvals(account, transaction_id)
        if approval.action is ApprovalAction.MODIFY_ORDER and approval.is_open(ports.now())
    )
    return next((approval for approval in waiting if approval.request["request_id"] == request_id), None)


def rehearsed(ports: Ports, account: str, approval: Approval) -> Modified:
    """Return the modification that an approval is about as it would be made now; raises why it would not be."""
    from settlement.use_cases.previews.preview_action import preview_action  # a cold start goes without it

    asking = asked_modification(ports, account, approval)
    modified = preview_action(ports, asking.find, lambda rehearsal: asking.act(rehearsal, None)).answer
    return replace(modified, modification=replace(modified.modification, created_at=approval.asked_at))


def _asking(
    account: str, order_id: str, wanted: ModificationRequest, text: str, same: str, ids: ModificationIds
) -> Asking[Modified]:
    return Asking(
        ApprovalAction.MODIFY_ORDER,
        f"{ApprovalAction.MODIFY_ORDER.value}/{same}",
        _plain(wanted) | {"text": text, **asdict(ids)},
        (ApprovalKind.REFUND, ApprovalKind.CANCELLATION),
        lambda store: load_to_modify(store, account, order_id),
        lambda on, expected: modify_order(on, account, order_id, wanted, text, expected, ids),
        refunded_and_cancelled,
    )


def _plain(wanted: ModificationRequest) -> dict[str, Any]:
    values = asdict(wanted)
    return values | {name: [told(item) for item in values[name]] for name in _ITEMS}


def _item(plain: dict[str, Any]) -> ModifiedItem:
    return ModifiedItem(**plain | {"price_tags": tuple(PriceTag(**tag) for tag in plain["price_tags"])})
