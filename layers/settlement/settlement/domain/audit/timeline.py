"""The audit of the timeline: the events of each writer have no gap, and their deltas add up to the ledger."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from settlement.domain.audit.records import Mismatch, Records, unequal
from settlement.domain.events import approval_writer, is_of_report, is_of_work, leg_writer, operation_writer
from settlement.domain.ledger.ledger import Counters

AUDITOR = "audit"
"""The writer of the audit's events; it has numbers of its own, because a head may be wrong."""


def timeline_mismatches(records: Records) -> Iterator[Mismatch]:
    """Return the mismatches between the events, their writers and the payments' counters."""
    yield from _gaps(records)
    for event in records.events:
        where = f"event {event.writer}-{event.number}"
        yield from unequal(
            where,
            ("order", records.order.order_id, event.order_id),
            ("transaction", records.transaction.transaction_id, event.transaction_id),
        )
    yield from _ledger(records)


def _gaps(records: Records) -> Iterator[Mismatch]:
    numbers: dict[str, list[int]] = defaultdict(list)
    for event in records.events:
        numbers[event.writer].append(event.number)
    written = {"transaction": records.transaction.events}
    written |= {operation_writer(held.sequence): held.events for held in records.operations}
    written |= {leg_writer(leg.operation, leg.number): leg.events for leg in records.legs}
    written |= {approval_writer(held.name): held.events for held in records.approvals}
    written |= {writer: len(found) for writer, found in numbers.items() if _counts_itself(writer)}
    for writer in sorted(numbers.keys() | written.keys()):
        where = f"events of {writer}"
        if writer not in written:
            yield Mismatch("events of a writer that is not there", where, 0, len(numbers[writer]))
            continue
        expected = list(range(1, written[writer] + 1))
        if sorted(numbers[writer]) != expected:
            yield Mismatch("events, numbered without a gap", where, _range(expected), _range(sorted(numbers[writer])))


def _counts_itself(writer: str) -> bool:
    return writer == AUDITOR or is_of_work(writer) or is_of_report(writer)


def _range(numbers: list[int]) -> str:
    if not numbers:
        return "none"
    missing = sorted(set(range(1, numbers[-1] + 1)) - set(numbers))
    return f"1 to {numbers[-1]}" + (f" without {', '.join(map(str, missing[:10]))}" if missing else "")


def _ledger(records: Records) -> Iterator[Mismatch]:
    folded: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for event in records.events:
        deltas = event.data.get("deltas")
        if isinstance(deltas, Mapping):
            for name, delta in deltas.items():
                folded[str(event.payment_id)][name] += int(delta)
    for payment in records.payments:
        entries = folded.pop(payment.payment_id, {})
        pairs = [
            (f"entries and counter: {name}", entries.get(name, 0), getattr(payment.counters, name))
            for name in Counters.__slots__
        ]
        yield from unequal(f"payment {payment.payment_id}", *pairs)
    for payment_id in folded:
        yield Mismatch("entries of a payment that is not there", f"payment {payment_id}", None, "entries")
