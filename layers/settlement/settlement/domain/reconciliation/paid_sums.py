"""The sums of what was paid out for a payment, which the journal books (D177). Amounts are minor units.

They are told by currency: ``paid`` for captures less refunds, ``chargedBack`` for chargebacks less those reversed,
``fees``, and ``received``, the net. In one currency ``received`` is ``paid`` less the two others; a payout in another
currency has its gross in the payment's, and fee and net in its own. A chargeback is booked once, however many reports
tell it (D196).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from settlement.domain.reconciliation.books import has_all
from settlement.domain.reconciliation.disputes import disputes_of
from settlement.domain.reconciliation.outcomes import Outcome
from settlement.domain.reconciliation.payout import PayoutPart
from settlement.domain.reconciliation.report_line import DISPUTES, LineKind, Stage

PaidSums = dict[str, dict[str, int]]
"""Sums that are not 0, by currency and name."""


def paid_sums(parts: Iterable[PayoutPart]) -> PaidSums:
    """Return the sums of those parts that were paid."""
    return _changes((None, part) for held in _by_move(parts).values() for part in _counted(held).values())


def paid_since(stored: Mapping[str, PayoutPart], told: Sequence[PayoutPart]) -> dict[str, PaidSums]:
    """Return by how much each part that is told raises the sums of those that are stored, by its name.

    What is changed of others, of the same capture, refund or kind of dispute, the first one raises too.
    """
    found = {}
    held = _by_move(stored.values())
    for of, parts in _by_move(told).items():
        names = [part.name for part in parts]
        stood = {part.name: part for part in held.get(of, ())}
        before, after = _counted(stood.values()), _counted((stood | {part.name: part for part in parts}).values())
        others = [name for name in before.keys() | after.keys() if name not in names]
        for changed in ([names[0], *others], *([name] for name in names[1:])):
            found[changed[0]] = _changes((before.get(name), after.get(name)) for name in changed)
    return found


def _by_move(parts: Iterable[PayoutPart]) -> dict[tuple[LineKind, str], list[PayoutPart]]:
    """Return parts by what decides together which of them count: a capture or refund, or a kind of dispute."""
    found: defaultdict[tuple[LineKind, str], list[PayoutPart]] = defaultdict(list)
    for part in parts:
        found[part.kind, "" if part.kind in DISPUTES else part.move].append(part)
    return found


def _counted(parts: Collection[PayoutPart]) -> dict[str, PayoutPart]:
    """Return those parts of a move, or of a kind of dispute, that are booked, by their names.

    A chargeback counts once. If a capture was paid whole and right, only the instalments in which it was count: it is
    paid once (D197).
    """
    disputes = disputes_of(parts)
    if disputes:
        return {one.booked.name: one.booked for one in disputes if one.booked is not None}
    paid = [part for part in parts if part.stage is Stage.PAID and part.line]
    plans = {part.of for part in paid}
    if len(plans) > 1:
        right = {(part.number, part.of) for part in paid if part.outcome is Outcome.MATCHED}
        plans = {max((of for of in plans if has_all(right, of)), default=0)} - {0} or plans
    return {part.name: part for part in paid if part.of in plans}


def _changes(replaced: Iterable[tuple[PayoutPart | None, PayoutPart | None]]) -> PaidSums:
    """Return by how much the sums change as parts are put in place of others."""
    found: PaidSums = {}
    for before, after in replaced:
        for part, sign in ((before, -1), (after, 1)):
            if part is not None:
                _add(found, part, sign)
    return _without_zeros(found)


def _add(found: PaidSums, part: PayoutPart, sign: int) -> None:
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
