"""Splits a refund into one connector call per settlement, oldest first, each up to its refundable value (C§8.3, D58).

Settlements are read page by page from the first not refunded whole, so the cost does not grow with their number.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from settlement.domain.ledger.ledger import Movement
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.transaction.authorisation import LegDraft
from settlement.domain.transaction.leg import LegKind, LegState
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.shared.ports import Store
from settlement.values import dataclass

SETTLEMENTS_AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class RefundDrafts:
    """The calls of a refund. All settlements up to ``refunded_through`` are then refunded whole; None if none is."""

    drafts: list[LegDraft]
    refunded_through: str | None


def refund_drafts(store: Store, transaction: Transaction, payment: Payment, movement: Movement) -> RefundDrafts:
    """Split a refund over a payment's settlements; raises ``LookupError`` if they hold less than the ledger."""
    by_hand = _left_to_people(store, transaction, payment)
    found = _draw(store, transaction, payment.refunded_through, movement, by_hand)
    if found is None and payment.refunded_through is not None:
        found = _draw(store, transaction, None, movement, by_hand)
    if found is None:
        raise LookupError(f"payment {payment.payment_id} has captured more than its settlements hold")
    return found


def _left_to_people(store: Store, transaction: Transaction, payment: Payment) -> Mapping[str | None, int]:
    """Return what people have yet to refund of a payment's settlements, by their numbers."""
    left: Counter[str | None] = Counter()
    if payment.counters.refund_by_hand:
        for leg in store.legs(transaction.account, transaction.transaction_id):
            if leg.payment_id == payment.payment_id and leg.state is LegState.MANUAL and leg.counted:
                left[leg.settlement] += leg.value
    return left


def _draw(
    store: Store, transaction: Transaction, through: str | None, movement: Movement, by_hand: Mapping[str | None, int]
) -> RefundDrafts | None:
    left = movement.value
    drafts: list[LegDraft] = []
    for settlement in _after(store, transaction, movement.payment_id, through):
        if not drafts and settlement.refunded == settlement.value:
            through = settlement.number
        part = min(left, settlement.refundable - by_hand.get(settlement.number, 0))
        if part > 0:
            drafts.append(_draft(movement, settlement, part))
            left -= part
        if not left:
            return RefundDrafts(drafts, through)
    return None


def _after(store: Store, transaction: Transaction, payment_id: str, number: str | None) -> Iterator[Settlement]:
    while True:
        page = store.settlements_after(
            transaction.account, transaction.transaction_id, payment_id, number, SETTLEMENTS_AT_ONCE
        )
        yield from page.items
        if page.next is None:
            return
        number = page.next


def _draft(movement: Movement, settlement: Settlement, value: int) -> LegDraft:
    return LegDraft(
        LegKind.REFUND,
        movement.payment_id,
        value,
        of_change=movement.of_change,
        direct=movement.direct,
        settlement=settlement.number,
        settle_id=settlement.settle_id,
    )
