"""Matches the lines of a bank's statement with what reports say was paid out."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta

from settlement.domain.reconciliation.assignment import shares
from settlement.domain.reconciliation.outcomes import Outcome, Verdict
from settlement.domain.reconciliation.report import PaidOut
from settlement.domain.reconciliation.report_line import ReportLine
from settlement.values import dataclass

ARRIVES_WITHIN = timedelta(days=5)
"""How long after an acquirer's payout the bank may book it: a week-end with a holiday on either side."""


@dataclass(frozen=True, slots=True)
class TransferOf:
    """A payout that a report told, as the bank should see it."""

    report_id: str
    paid: PaidOut


def match_bank_lines(lines: Iterable[ReportLine], transfers: Iterable[TransferOf]) -> list[Verdict]:
    """Return the verdicts on the lines that are a payout of the same value on its day or a few after it.

    The lines of a value are held against its payouts together, so their order does not matter. What stays open is
    ambiguous; the verdict on a line that fits none is left to others.
    """
    payouts: defaultdict[tuple[str, int], list[TransferOf]] = defaultdict(list)
    for transfer in transfers:
        payouts[transfer.paid.currency, transfer.paid.net].append(transfer)
    held: defaultdict[tuple[str, int], list[ReportLine]] = defaultdict(list)
    for line in lines:
        if (line.net_currency, line.gross) in payouts:
            held[line.net_currency, line.gross].append(line)
    return [verdict for value, alike in held.items() for verdict in _match(alike, payouts[value])]


def _match(lines: Sequence[ReportLine], transfers: Sequence[TransferOf]) -> Iterator[Verdict]:
    """Yield the verdicts on lines of one value; of one day, the first ones have what is certain."""
    by_day: defaultdict[date | None, list[ReportLine]] = defaultdict(list)
    for line in lines:
        by_day[line.paid_on].append(line)
    claims = [
        (len(held), {place: 0 for place, transfer in enumerate(transfers) if _arrives(day, transfer.paid)})
        for day, held in by_day.items()
    ]
    for held, share in zip(by_day.values(), shares(claims), strict=True):
        for place, line in zip(share.certain, held, strict=False):
            yield Verdict(line, Outcome.MATCHED, reason=f"payout of report {transfers[place].report_id}")
        for line in held[len(share.certain) :][: share.undecided]:
            reason = f"{len(share.candidates)} payouts have this value and may have come on this day"
            if len(share.candidates) == 1:
                reason = "several lines may be of the one payout of this value"
            yield Verdict(line, Outcome.AMBIGUOUS, reason=reason)


def _arrives(day: date | None, paid: PaidOut) -> bool:
    return day is not None and timedelta(0) <= day - paid.on <= ARRIVES_WITHIN
