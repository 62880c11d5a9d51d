"""Registers a change of an order: open value is cancelled first, then captured refunded (C§2.1, R5 to R10, R23)."""

from dataclasses import replace

from settlement.domain.changes.change import Change
from settlement.domain.errors import InvalidRequest
from settlement.domain.events import EventType
from settlement.domain.money import MAX_MINOR_UNITS
from settlement.domain.order.line_value import ONE
from settlement.domain.order.order import MAX_LINES, Line, LineMention, remove_from_lines
from settlement.domain.transaction.acceptance import accept, ask_of_change, record_acceptance
from settlement.use_cases.orders.notify_invoice import Receipt
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.heads import Heads, load
from settlement.use_cases.shared.ports import Ports
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """A change to register; values in minor units."""

    request_id: str
    reason: str
    discount_value: int
    increment_value: int
    items_removed: tuple[LineMention, ...] = ()
    items_added: tuple[LineMention, ...] = ()


def change_order(
    ports: Ports, account: str, order_id: str, request: ChangeRequest, receipt: str, expected: int | None = None
) -> Receipt:
    """Change an order; only the first change with a given ``request_id`` takes effect (R26).

    It is accepted on the ``expected`` version only. Raises ``OrderNotFound``, ``StaleVersion``, ``WrongStatus``,
    ``ChangeRefused``, ``ItemNotFound``, ``ItemAlreadyInvoiced`` and ``MoneyCannotMove``; then nothing is written, and
    the id stays free.
    """
    return decide_until_written(ports, lambda: _change(ports, account, order_id, request, receipt, expected))


def _change(
    ports: Ports, account: str, order_id: str, request: ChangeRequest, receipt: str, expected: int | None
) -> Receipt:
    heads = load(ports.store, account, order_id)
    stored = ports.store.change(account, order_id, request.request_id)
    if stored is not None:
        return Receipt(stored.received_at, order_id, stored.receipt, _standing(stored, request))
    heads.require_version(expected)
    now = ports.now()
    change = Change(
        request_id=request.request_id,
        reason=request.reason,
        discount_value=request.discount_value,
        increment_value=request.increment_value,
        items_removed=request.items_removed,
        items_added=request.items_added,
        receipt=receipt,
        received_at=now,
    )
    _apply(ports, heads, change)
    return Receipt(now, order_id, receipt)


def _standing(stored: Change, repeated: ChangeRequest) -> dict[str, str | int]:
    """Return the registered values that differ from a repeat's, by the request's names; of items, their number."""
    facts: dict[str, tuple[str | int, str | int]] = {
        "reason": (stored.reason, repeated.reason),
        "discountValue": (stored.discount_value, repeated.discount_value),
        "incrementValue": (stored.increment_value, repeated.increment_value),
    }
    standing = {name: mine for name, (mine, other) in facts.items() if mine != other}
    if stored.items_removed != repeated.items_removed:
        standing["itemsRemoved"] = len(stored.items_removed)
    if stored.items_added != repeated.items_added:
        standing["itemsAdded"] = len(stored.items_added)
    return standing


def _apply(ports: Ports, heads: Heads, change: Change) -> None:
    order, transaction = heads.order, heads.transaction
    change.require_sound()
    order.require_change(change.net_value)
    if order.value + change.net_value > MAX_MINOR_UNITS:
        raise InvalidRequest(f"incrementValue {change.increment_value} takes the order above {MAX_MINOR_UNITS}")
    lines = _change_lines(ports, heads, change)
    changed = replace(order, value=order.value + change.net_value, changes=order.changes + 1)
    journal = heads.journal(change.received_at)
    journal.record(
        EventType.ORDER_CHANGED,
        requestId=change.request_id,
        reason=change.reason,
        discountValue=change.discount_value,
        incrementValue=change.increment_value,
        value=changed.value,
    )
    operations = []
    if change.net_value:
        ask, kind = ask_of_change(order, transaction, change.net_value)
        priority = ports.store.settings(order.account).refund_priority
        accepted = accept(transaction, kind, ask, priority, f"change/{change.request_id}", change.received_at)
        transaction = accepted.transaction
        operations = [accepted.operation]
        record_acceptance(journal, accepted.operation)
        if ask.completes:
            changed = replace(changed, invoiced_at=change.received_at)
    commit = heads.becomes(journal, changed, transaction)
    ports.commit(replace(commit, operations=operations, lines=lines, changes=[change]))


def _change_lines(ports: Ports, heads: Heads, change: Change) -> list[Line]:
    if not change.items_removed and not change.items_added:
        return []
    order = heads.order
    lines = ports.store.lines(order.account, order.order_id)
    if len(lines) + len(change.items_added) > MAX_LINES:
        raise InvalidRequest(
            f"itemsAdded: the order would have {len(lines) + len(change.items_added)} lines; the limit is {MAX_LINES}"
        )
    added = [
        Line(
            unique_id=item.unique_id or f"{len(lines) + offset:04d}-{item.id}",
            index=len(lines) + offset,
            id=item.id,
            name=item.id,
            quantity=item.quantity,
            price=item.price,
            selling_price=item.price,
            unit_multiplier=item.unit_multiplier or ONE,
        )
        for offset, item in enumerate(change.items_added)
    ]
    taken = {line.unique_id for line in lines}
    for line in added:
        if line.unique_id in taken:
            raise InvalidRequest(f"itemsAdded: uniqueId {line.unique_id} is taken by another line")
        taken.add(line.unique_id)
    return remove_from_lines(lines, change.items_removed) + added
