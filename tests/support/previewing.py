"""Previews on a shop: what an action would do, and what it did."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from settlement.domain.errors import Refusal
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.order.order import LineMention
from settlement.domain.transaction.statuses import order_status, transaction_status
from settlement.use_cases.orders.cancel_invoice import InvoiceCancelRequest, cancel_invoice
from settlement.use_cases.orders.notify_invoice import Notification, notify_invoice
from settlement.use_cases.previews.preview_action import Preview, preview_action
from settlement.use_cases.shared.heads import load_by_transaction
from settlement.use_cases.shared.ports import Ports
from testkit.builders import ACCOUNT
from testkit.clock import Ids
from testkit.shop import Placed, Shop

Action = Callable[[Ports], object]

Moved = tuple[str, str, int, str | None]
"""Payment, kind, value and settlement of a movement."""


def preview_of(placed: Placed, act: Action) -> Preview[Any]:
    """What an action on the order would do; the test fails if the store is any different after it."""
    shop = placed.shop
    before, commits = dict(shop.store.things), len(shop.store.commits)
    calls = len(shop.provider.calls)
    try:
        return preview_action(shop.ports, lambda store: load_by_transaction(store, ACCOUNT, placed.transaction_id), act)
    finally:
        assert (shop.store.things, len(shop.store.commits)) == (before, commits)
        assert len(shop.provider.calls) == calls


def refusal_of(act: Callable[[], object]) -> tuple[str, str] | None:
    """The code and message that something is refused with, None if it is not."""
    try:
        act()
    except Refusal as refusal:
        return refusal.published_code, refusal.message
    return None


def preview_or_refusal(placed: Placed, act: Action) -> tuple[Preview[Any] | None, tuple[str, str] | None]:
    """What an action would do, or what it would be refused with."""
    previews: list[Preview[Any]] = []
    refused = refusal_of(lambda: previews.append(preview_of(placed, act)))
    return (None if refused else previews[0]), refused


def cancelling_invoice(placed: Placed, number: str) -> Action:
    """The cancellation of an invoice."""
    request = InvoiceCancelRequest(number, "mistake", f"cancel-{number}")
    return lambda ports: cancel_invoice(ports, ACCOUNT, placed.order_id, request)


def invoicing(
    placed: Placed, number: str, value: int, *items: LineMention, type_: InvoiceType = InvoiceType.OUTPUT, **more: Any
) -> Action:
    """The notification of an invoice."""
    notification = Notification(type_, number, value, "2026-03-02", tuple(items), **more)
    return lambda ports: notify_invoice(ports, ACCOUNT, placed.order_id, notification)


@dataclass(frozen=True)
class Done:
    """What an action really did: the calls of its operations, and both statuses once they were concluded."""

    calls: list[Moved]
    statuses: tuple[str, str]


def twin_of(placed: Placed) -> Placed:
    """The same order in a shop of its own, whose connectors do from now on all that they are asked."""
    shop, twin = placed.shop, Shop()
    twin.store.restore(shop.store.backup())
    twin.provider = shop.provider.copy()
    twin.provider.obey()
    twin.clock.advance_to(shop.clock.time)
    ids = shop.ports.new_id
    assert isinstance(ids, Ids)
    twin.ports = replace(twin.ports, new_id=ids.copy())
    return replace(placed, shop=twin)


def do(placed: Placed, act: Action) -> Done:
    """Do an action, and run the queue until the last of its operations is concluded."""
    shop, head, tail = placed.shop, placed.transaction.head, placed.transaction.tail
    named = _settle_ids(placed)
    act(shop.ports)
    own = {sequence for _, sequence in shop.ready()} | set(range(tail, placed.transaction.tail))
    calls = len(shop.provider.calls)
    for sequence in range(head, max(own, default=0) + 1):
        _conclude(placed, sequence)
    requests = {leg.request_id for leg in placed.legs if leg.operation in own}
    mine = [call for call in shop.provider.calls[calls:] if call.request_id in requests]
    moved: list[Moved] = [
        (call.payment_id, call.kind, call.value, call.settle_id if call.settle_id in named else None) for call in mine
    ]
    return Done(moved, placed.status)


def _settle_ids(placed: Placed) -> set[str]:
    store, payments = placed.shop.store, placed.payments
    found = (store.settlements(ACCOUNT, placed.transaction_id, payment.payment_id) for payment in payments)
    return {settlement.settle_id for settlements in found for settlement in settlements}


def _conclude(placed: Placed, sequence: int) -> None:
    for _ in range(100):
        operation = placed.operations[sequence - 1]
        if operation.is_concluded:
            return
        placed.shop.clock.advance_to(max(filter(None, (operation.lease_until, placed.shop.clock.time))))
        if placed.run_once(sequence) == "waiting":
            due_at = placed.operations[sequence - 1].due_at
            assert due_at is not None
            placed.shop.clock.advance_to(due_at)
    raise AssertionError(f"operation {sequence} is never concluded")


def planned(preview: Preview[Any]) -> list[Moved]:
    """The movements of a preview's plan."""
    return [(move.payment_id, move.operation.value, move.value, move.settle_id) for move in preview.money_plan]


def planned_calls(preview: Preview[Any]) -> list[Moved]:
    """Those of them that are calls of a connector."""
    return [move for move in planned(preview) if move[1] in ("settle", "cancel", "refund")]


def statuses(preview: Preview[Any]) -> tuple[str, str]:
    """The statuses of order and transaction that a preview foretells."""
    after = preview.after
    return order_status(after.order, after.transaction).value, transaction_status(after.order, after.transaction).value


def codes(preview: Preview[Any]) -> list[str]:
    """The codes of a preview's warnings."""
    return [warning.code.value for warning in preview.warnings]
