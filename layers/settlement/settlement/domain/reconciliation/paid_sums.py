"""The sums of what was paid out for a payment, which the journal books (D177). Amounts are minor units.

They are told by currency: ``paid`` for captures less refunds, ``chargedBack`` for chargebacks less those reversed,
``fees``, and ``received``, the net. In one currency ``received`` is ``paid`` less the two others; a payout in another
currency has its gross in the payment's, and fee and net in its own. A chargeback is booked once, however many reports
tell it (D196).
"""

from collections.abc import Iterable, Mapping, Sequence

from settlement.domain.reconciliation.disputes import disputes_of
from settlement.domain.reconciliation.payout import PayoutPart
from settlement.domain.reconciliation.report_line import DISPUTES, Stage

PaidSums = dict[str, dict[str, int]]
"""Sums that are not 0, by currency and name."""


def paid_sums(parts: Iterable[PayoutPart]) -> PaidSums:
    """Return the sums of those parts that were paid."""
    found: PaidSums = {}
    held = list(parts)
    for part in (*(part for part in held if part.kind not in DISPUTES), *_booked(held).values()):
        _add(found, part, 1)
    return _without_zeros(found)


def paid_since(stored: Mapping[str, PayoutPart], told: Sequence[PayoutPart]) -> dict[str, PaidSums]:
    """Return by how much each part that is told raises the sums of those that are stored, by its name.

    What it changes of chargebacks that are stored, the first one of its kind raises too.
    """
    found = {part.name: _changes([(stored.get(part.name), part)]) for part in told if part.kind not in DISPUTES}
    for kind in DISPUTES:
        names = [part.name for part in told if part.kind is kind]
        if not names:
            continue
        before = _booked(part for part in stored.values() if part.kind is kind)
        after = _booked(part for part in {**stored, **{part.name: part for part in told}}.values() if part.kind is kind)
        others = [name for name in before.keys() | after.keys() if name not in names]
        for of_name in ([names[0], *others], *([name] for name in names[1:])):
            found[of_name[0]] = _changes([(before.get(name), after.get(name)) for name in of_name])
    return found


def _booked(parts: Iterable[PayoutPart]) -> dict[str, PayoutPart]:
    """Return the part that is booked of each chargeback and reversal that was paid, by its name."""
    return {one.booked.name: one.booked for one in disputes_of(parts) if one.booked is not None}


def _changes(replaced: Iterable[tuple[PayoutPart | None, PayoutPart | None]]) -> PaidSums:
    """Return by how much the sums change as parts are put in place of others."""
    found: PaidSums = {}
    for before, after in replaced:
        for part, sign in ((before, -1), (after, 1)):
            if part is not None:
                _add(found, part, sign)
    return _without_zeros(found)


def _add(found: PaidSums, part: PayoutPart, sign: int) -> None:
    if part.stage is not Stage.PAID or not part.line:
        return
    gross = ("chargedBack", -part.gross) if part.kind in DISPUTES else ("paid", part.gross)
    for currency, (name, value) in (
        (part.currency, gross),
        (part.net_currency, ("fees", part.fee)),
        (part.net_currency, ("received", part.net)),
    ):
        sums = found.setdefault(currency, {})
        sums[name] = sums.get(name, 0) + sign * value


def _without_zeros(found: PaidSums) -> PaidSums:
    left = {currency: {name: value for name, value in sums.items() if value} for currency, sums in found.items()}
    return {currency: sums for currency, sums in left.items() if sums}
