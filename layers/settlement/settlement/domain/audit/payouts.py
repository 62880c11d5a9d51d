"""The audit of payouts: what the events booked is what is stored (D177), and what ended work still ends it (D181)."""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from settlement.domain.audit.records import Mismatch, Records, unequal


def payout_mismatches(records: Records) -> Iterator[Mismatch]:
    """Return the mismatches between what reports told of the payments and the events that booked it."""
    booked: dict[str, dict[tuple[str, str], int]] = defaultdict(lambda: defaultdict(int))
    for event in records.events:
        paid = event.data.get("paidOut")
        for currency, sums in (paid if isinstance(paid, Mapping) else {}).items():
            for name, change in sums.items():
                booked[str(event.payment_id)][str(currency), str(name)] += int(change)
    if not booked and not records.payouts:
        return
    from settlement.domain.reconciliation.endings import changed_endings
    from settlement.domain.reconciliation.paid_sums import paid_sums

    for payment in records.payments:
        parts = {part.name: part for part in records.payouts if part.payment_id == payment.payment_id}
        where, told = f"payment {payment.payment_id}", booked.pop(payment.payment_id, {})
        stored = {
            (currency, name): value
            for currency, sums in paid_sums(parts.values()).items()
            for name, value in sums.items()
        }
        for currency, name in sorted(told.keys() | stored.keys()):
            key = currency, name
            pair = f"entries and payouts: {name} in {currency}", told.get(key, 0), stored.get(key, 0)
            yield from unequal(where, pair)
        for name, ended_by in changed_endings(parts).items():
            yield from unequal(where, (f"what ends the work on {name}", ended_by, parts[name].ended_by))
    for payment_id in booked:
        yield Mismatch("payouts of a payment that is not there", f"payment {payment_id}", None, "entries")
