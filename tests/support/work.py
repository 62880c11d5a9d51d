"""A recount of the work of an account over everything stored, by the states and not by the list."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from settlement.domain.actor import Actor, System
from settlement.domain.events import Event, EventType
from settlement.domain.order.fiscal_record import FiscalCode
from settlement.domain.transaction.approval import ApprovalState
from settlement.domain.transaction.leg import LegKind, LegState
from settlement.domain.transaction.listed_work import WorkKind
from settlement.domain.transaction.operation import OperationKind, OperationState
from settlement.domain.transaction.payment import Authorisation
from settlement.domain.transaction.work_item import item_id
from settlement.use_cases.shared.ports import Ports, Store
from settlement.use_cases.updates.feed_ports import Feeds
from settlement.use_cases.upkeep.list_work import list_work, summarise_work
from testkit.builders import ACCOUNT

Recounted = tuple[str, str, int]
"""Kind, what it is about, and the value."""

_FAILED = {
    OperationKind.AUTHORISE: "failed-authorisation",
    OperationKind.REFUND: "failed-refund",
    OperationKind.WITHDRAW: "failed-refund",
    **dict.fromkeys((OperationKind.SETTLE, OperationKind.AUTO_SETTLE, OperationKind.RAISE), "failed-settlement"),
    **dict.fromkeys((OperationKind.REDUCE, OperationKind.CANCEL, OperationKind.EXPIRE), "failed-reduction"),
}


def require_listed(store: Store, transaction_id: str, now: datetime, feeds: Feeds | None = None) -> None:
    """Fail if list or summary of the account's work are not what its one transaction, and its ``feeds``, ask for."""
    ports = Ports(store, lambda: now, lambda: "", Actor(system=System.AUDIT))
    listed = list_work(ports, ACCOUNT, (), None, 1000).items
    recounted = sorted([*_recounted(store, transaction_id, now), *(_of_hooks(feeds) if feeds is not None else ())])

    assert sorted((item.work.kind.value, _about(item), item.work.value) for item in listed) == recounted
    counts, values = Counter(kind for kind, _, _ in recounted), Counter[str]()
    for kind, _, value in recounted:
        values[kind] += value
    assert summarise_work(ports, ACCOUNT) == {
        (WorkKind(kind), "BRL"): (counts[kind], values[kind]) for kind in sorted(counts)
    }
    ids = sorted(item_id(transaction_id, item.work) for item in listed)
    assert sorted(told_to_wait(store.events(ACCOUNT, transaction_id, 10_000, None).items).elements()) == ids


def told_to_wait(newest_first: Sequence[Event]) -> Counter[str]:
    """Return the ids of the work that events have opened and not closed; fail if one tells what cannot be."""
    waiting = Counter[str]()
    for event in reversed(newest_first):
        if event.type in (EventType.WORK_ITEM_OPENED, EventType.WORK_ITEM_CLOSED):
            item: Any = event.data["item"]
            waiting[item["id"]] += 1 if event.type is EventType.WORK_ITEM_OPENED else -1
            assert waiting[item["id"]] in (0, 1), (event.type, item["id"])
    return waiting


def recounted_kinds(store: Store, transaction_id: str, now: datetime, feeds: Feeds) -> set[str]:
    """Return the kinds of work that a transaction and the hooks ask for."""
    return {kind for kind, _, _ in (*_recounted(store, transaction_id, now), *_of_hooks(feeds))}


def _of_hooks(feeds: Feeds) -> Iterator[Recounted]:
    """Yield what no hook has taken after all attempts, but what tells of that very failure of a hook."""
    for hook in feeds.hooks(ACCOUNT):
        for delivery in feeds.deliveries(ACCOUNT, hook.app_key, 1000, None).items:
            told: Any = delivery.update.work_item or {}
            if delivery.error is not None and delivery.attempts > 2 and told.get("kind") != "undelivered-hook":
                yield "undelivered-hook", f"delivery {delivery.id}", 0


def _about(item: object) -> str:
    work = item.work  # type: ignore[attr-defined]
    if work.delivery is not None:
        return f"delivery {work.delivery}"
    if work.approval is not None:
        return f"approval {work.approval}"
    if work.invoice is not None:
        return f"invoice {work.invoice}"
    if work.leg is not None:
        return f"leg {work.operation}-{work.leg}"
    return f"payment {work.payment_id}" if work.operation is None else f"operation {work.operation}"


def _recounted(store: Store, transaction_id: str, now: datetime) -> Iterator[Recounted]:
    for operation in store.operations(ACCOUNT, transaction_id):
        about = f"operation {operation.sequence}"
        legs = store.legs(ACCOUNT, transaction_id, operation.sequence)
        if operation.state is OperationState.FAILED:
            lost = [leg.value for leg in legs if leg.state.is_missing]
            yield _FAILED[operation.kind], about, sum(lost) + operation.unplanned + operation.unsettled
        if operation.state is OperationState.WAITING and operation.attempts:
            waiting = [leg for leg in legs if leg.state.is_open]
            if any(leg.state is not LegState.UNDECIDED for leg in waiting):
                yield "retrying", about, sum(leg.value for leg in waiting)
        for leg in legs:
            if leg.state is LegState.IN_DOUBT:
                yield "in-doubt", f"leg {leg.operation}-{leg.number}", leg.value
            if leg.state is LegState.MANUAL:
                kind = "manual-refund" if leg.kind is LegKind.REFUND else "manual-cancellation"
                yield kind, f"leg {leg.operation}-{leg.number}", leg.value
    for approval in store.approvals(ACCOUNT, transaction_id):
        if approval.state is ApprovalState.PENDING:
            yield "approval", f"approval {approval.id}", approval.value
    yield from _of_payments(store, transaction_id, now)
    yield from _of_invoices(store, transaction_id)


def _of_payments(store: Store, transaction_id: str, now: datetime) -> Iterator[Recounted]:
    for payment in store.payments(ACCOUNT, transaction_id):
        about = f"payment {payment.payment_id}"
        if payment.blocked:
            yield "blocked-payment", about, payment.counters.doubtful
        elif payment.authorisation is Authorisation.PENDING:
            asked = store.legs(ACCOUNT, transaction_id, 1)
            is_undecided = any(
                leg.payment_id == payment.payment_id and leg.state is LegState.UNDECIDED for leg in asked
            )
            if is_undecided and payment.undecided_at is not None and payment.undecided_at + timedelta(hours=1) <= now:
                yield "undecided-authorisation", about, payment.assigned
        elif payment.expiring_since is not None and payment.counters.available > 0:
            yield "expiring-authorisation", about, payment.counters.available


def _of_invoices(store: Store, transaction_id: str) -> Iterator[Recounted]:
    """Yield the invoices that stand with a key of which they were told that it is another's."""
    transaction = store.transaction(ACCOUNT, transaction_id)
    assert transaction is not None
    order = store.order(ACCOUNT, transaction.order_id)
    for invoice in store.invoices(ACCOUNT, transaction.order_id):
        key = "".join((invoice.key or "").split())
        warned = [held.message for held in invoice.remarks if held.code is FiscalCode.KEY_USED and key in held.message]
        is_accepted = invoice.used_key is not None and invoice.used_key.accepted is not None
        if warned and invoice.stands and not is_accepted and (order is None or order.cancelled_at is None):
            yield "used-access-key", f"invoice {invoice.number}", invoice.value
