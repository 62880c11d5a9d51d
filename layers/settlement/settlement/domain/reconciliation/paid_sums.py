"""The sums of what was paid out for a payment, which the journal books (D177). Amounts are minor units.

They are told by currency: ``paid`` for captures less refunds, ``chargedBack`` for chargebacks less those reversed,
``fees``, and ``received``, the net. In one currency ``received`` is ``paid`` less the two others; a payout in another
currency has its gross in the payment's, and fee and net in its own.
"""

from collections.abc import Iterable

from settlement.domain.reconciliation.payout import PayoutPart
from settlement.domain.reconciliation.report_line import DISPUTES, Stage

PaidSums = dict[str, dict[str, int]]
"""Sums that are not 0, by currency and name."""


def paid_sums(parts: Iterable[PayoutPart]) -> PaidSums:
    """Return the sums of those parts that were paid."""
    found: PaidSums = {}
    for part in parts:
        _add(found, part, 1)
    return _without_zeros(found)


def paid_since(before: PayoutPart | None, after: PayoutPart) -> PaidSums:
    """Return by how much a part that replaces another raises the sums."""
    found: PaidSums = {}
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
