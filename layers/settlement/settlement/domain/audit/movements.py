"""The audit of movements: compares connector calls with their events, counters and captures."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from settlement.domain.audit.reconciliation import book_differences
from settlement.domain.audit.records import Mismatch, Records, unequal
from settlement.domain.events import Event, EventType, leg_writer
from settlement.domain.transaction.leg import Leg, LegKind, LegState
from settlement.domain.transaction.payment import Authorisation, Payment

_POSTINGS = frozenset(
    {
        EventType.PAYMENT_AUTHORISED,
        EventType.PAYMENT_SETTLED,
        EventType.PAYMENT_CANCELLED,
        EventType.PAYMENT_REFUNDED,
    }
)
_DOUBTS = {LegKind.SETTLE: "in_doubt", LegKind.CANCEL: "cancel_in_doubt", LegKind.REFUND: "refund_in_doubt"}


def movement_mismatches(records: Records) -> Iterator[Mismatch]:
    """Return the mismatches between legs, their events, payments and captures."""
    said: dict[str, list[Event]] = defaultdict(list)
    for event in records.events:
        said[event.writer].append(event)
    closed = _closed(records)
    for leg in records.legs:
        name = f"{leg.operation}-{leg.number}"
        yield from unequal(f"leg {name}", ("value that a person ended", closed.get(name, 0), leg.closed))
        yield from _leg(leg, said[leg_writer(leg.operation, leg.number)])
    for difference in book_differences(records.payments, records.deeds):
        yield Mismatch(difference.what, f"payment {difference.payment_id}", difference.expected, difference.found)
    for payment in records.payments:
        yield from _payment(records, payment, [leg for leg in records.legs if leg.payment_id == payment.payment_id])
    yield from _captures(records)


def _closed(records: Records) -> dict[str, int]:
    """Return the value that operators ended, by leg, from the events."""
    told: dict[str, int] = {}
    for event in records.events:
        closed = event.data.get("closed")
        if event.type is EventType.OPERATION_ENDED and isinstance(closed, Mapping):
            told |= {str(name): int(value) for name, value in closed.items()}
    return told


def _leg(leg: Leg, events: Sequence[Event]) -> Iterator[Mismatch]:
    """A leg agrees with its events, and its posted value with their sum."""
    where = f"leg {leg.operation}-{leg.number}"
    posted = sum(int(str(event.data.get("value"))) for event in events if event.type in _POSTINGS)
    yield from unequal(
        where, ("events and posted value", posted, leg.posted_value if leg.state is LegState.POSTED else 0)
    )
    for event in events:
        yield from unequal(
            where,
            ("request id", event.data.get("requestId"), leg.request_id),
            ("connector call", event.data.get("call"), leg.kind.value),
            ("value asked for", event.data.get("asked"), leg.value),
            ("payment", event.payment_id, leg.payment_id),
        )


def _payment(records: Records, payment: Payment, legs: Sequence[Leg]) -> Iterator[Mismatch]:
    where = f"payment {payment.payment_id}"
    yield from unequal(where, ("transaction that its id leads to", records.transaction.transaction_id,
                               records.owners.get(payment.payment_id)))  # fmt: skip
    for kind, counter in _DOUBTS.items():
        doubtful = sum(leg.value for leg in legs if leg.kind is kind and _is_doubtful(leg))
        yield from unequal(
            where, (f"calls in doubt and counter: {counter}", doubtful, getattr(payment.counters, counter))
        )
    by_hand = sum(leg.value for leg in legs if leg.counted and leg.state is LegState.MANUAL)
    yield from unequal(where, ("refunds left to people and counter", by_hand, payment.counters.refund_by_hand))
    authorised = any(leg.kind is LegKind.AUTHORISE and leg.state is LegState.POSTED for leg in legs)
    approved = payment.authorisation is Authorisation.APPROVED
    yield from unequal(where, ("authorised by its connector", authorised, approved))


def _is_doubtful(leg: Leg) -> bool:
    return leg.doubtful and leg.state is not LegState.POSTED


def _captures(records: Records) -> Iterator[Mismatch]:
    """Each capture belongs to one posted leg; its refunded value is the sum of its refunds."""
    settled = {
        (leg.payment_id, leg.key): leg
        for leg in records.legs
        if leg.kind is LegKind.SETTLE and leg.state is LegState.POSTED
    }
    held = {(settlement.payment_id, settlement.number): settlement for settlement in records.settlements}
    invoices = {operation.sequence: operation.invoice or "" for operation in records.operations}
    for key in sorted(settled.keys() | held.keys()):
        where = f"capture {key[1]} of payment {key[0]}"
        leg, settlement = settled.get(key), held.get(key)
        if leg is None or settlement is None:
            posted = leg.posted_value if leg is not None else None
            yield Mismatch("capture and its connector call", where, posted, settlement.value if settlement else None)
            continue
        refunds = [
            refund
            for refund in records.legs
            if refund.kind is LegKind.REFUND and (refund.payment_id, refund.settlement) == key
        ]
        refunded = sum(refund.posted_value for refund in refunds if refund.state is LegState.POSTED)
        for refund in refunds:
            yield from unequal(where, ("name that its refunds use", settlement.settle_id, refund.settle_id))
        if settlement.invoice is not None:  # earlier versions did not name it
            yield from unequal(where, ("invoice that asked for it", invoices.get(leg.operation), settlement.invoice))
        yield from unequal(
            where,
            ("value captured", leg.posted_value, settlement.value),
            ("connector's name for the capture", leg.reference, settlement.settle_id),
            ("refunds of the capture", refunded, settlement.refunded),
            ("refunds of the capture in doubt", sum(refund.value for refund in refunds if _is_doubtful(refund)),
             settlement.refund_in_doubt),
        )  # fmt: skip
