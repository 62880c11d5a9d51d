"""Matches the lines of a bank's statement with what reports say was paid out."""

from collections.abc import Iterable
from datetime import timedelta

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

    A line that fits several is ambiguous; the verdict on one that fits none is left to others.
    """
    free = list(transfers)
    verdicts = []
    for line in lines:
        fitting = [transfer for transfer in free if _fits(line, transfer.paid)]
        if len(fitting) == 1:
            free.remove(fitting[0])
            verdicts.append(Verdict(line, Outcome.MATCHED, reason=f"payout of report {fitting[0].report_id}"))
        elif fitting:
            reason = f"{len(fitting)} payouts have this value and may have come on this day"
            verdicts.append(Verdict(line, Outcome.AMBIGUOUS, reason=reason))
    return verdicts


def _fits(line: ReportLine, paid: PaidOut) -> bool:
    return (
        (line.net_currency, line.gross) == (paid.currency, paid.net)
        and line.paid_on is not None
        and timedelta(0) <= line.paid_on - paid.on <= ARRIVES_WITHIN
    )
