"""The audit of what heads and payments keep for their views: compares it with the operations and calls it stands for.

Transactions that an earlier version wrote first keep nothing.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from settlement.domain.audit.records import Mismatch, Records, unequal
from settlement.domain.ledger.refund_made import RefundMade
from settlement.domain.transaction.answers import ANSWERED, refund_made
from settlement.domain.transaction.deeds import deeds_of, sum_of
from settlement.domain.transaction.leg import Leg, LegKind, LegState
from settlement.domain.transaction.payment import Payment


def kept_mismatches(records: Records) -> Iterator[Mismatch]:
    """Return the mismatches of deeds, of the calls that payments name, and of refunds."""
    transaction = records.transaction
    if transaction.deeds is None:
        return
    behind = [
        deeds_of(operation, [leg for leg in records.legs if leg.operation == operation.sequence])
        for operation in records.operations
        if operation.sequence < transaction.head
    ]
    yield from unequal(
        "transaction head", ("deeds of the operations behind the head", sum_of(behind), transaction.deeds)
    )
    for payment in records.payments:
        legs = {leg.key: leg for leg in records.legs if leg.payment_id == payment.payment_id}
        yield from _named_calls(payment, legs)
    yield from _refunds(records)


def _named_calls(payment: Payment, legs: Mapping[str, Leg]) -> Iterator[Mismatch]:
    """A payment names answered calls of its own; an operator may have taken one back since."""
    where = f"payment {payment.payment_id}"
    for what, kind, key in (
        ("capture that was answered last", LegKind.SETTLE, payment.last_settlement),
        ("refund that was answered last", LegKind.REFUND, payment.last_refund),
    ):
        named = None if key is None else legs.get(key)
        is_missing = named is None and any(leg.kind is kind and leg.state in ANSWERED for leg in legs.values())
        is_wrong = key is not None and (named is None or named.kind is not kind or named.state.is_open)
        if is_missing or is_wrong:
            yield Mismatch(what, where, f"one of the payment's {kind.value} calls", key)
    times = [leg.concluded_at for leg in _posted(list(legs.values()), LegKind.REFUND)]
    if payment.refunded_at not in (times or [None]):
        yield from unequal(where, ("time of the newest refund", max(filter(None, times), default=None),
                                   payment.refunded_at))  # fmt: skip


def _refunds(records: Records) -> Iterator[Mismatch]:
    """Each posted refund is kept as its call tells it, and no other."""
    expected = {leg.key: _refund(leg, records.legs) for leg in _posted(records.legs, LegKind.REFUND)}
    found = {refund.number: refund for refund in records.refunds}
    for key in sorted(expected.keys() | found.keys()):
        if expected.get(key) != found.get(key):
            yield Mismatch("refund and its call", f"refund {key}", _told(expected.get(key)), _told(found.get(key)))


def _refund(leg: Leg, legs: Sequence[Leg]) -> RefundMade | None:
    at = leg.concluded_at
    if at is None:
        return None
    captures = (held for held in _posted(legs, LegKind.SETTLE) if held.payment_id == leg.payment_id)
    captured = sum(held.posted_value for held in captures if _came_before(held, leg, at))
    return refund_made(leg, captured, at)


def _came_before(capture: Leg, refund: Leg, at: datetime) -> bool:
    """True if a capture was posted before a refund; of the same time, that of the earlier operation was."""
    time = capture.concluded_at
    return time is not None and (time, capture.operation) < (at, refund.operation)


def _posted(legs: Sequence[Leg], kind: LegKind) -> list[Leg]:
    return [leg for leg in legs if leg.kind is kind and leg.state is LegState.POSTED]


def _told(refund: RefundMade | None) -> str | None:
    return None if refund is None else str(refund)
