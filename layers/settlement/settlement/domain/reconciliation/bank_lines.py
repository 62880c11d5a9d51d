"""Matches the lines of a bank's statement with what reports say was paid out; each payout comes once (D191)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import date, timedelta

from settlement.domain.reconciliation.assignment import shares
from settlement.domain.reconciliation.outcomes import Outcome, Verdict
from settlement.domain.reconciliation.report import PaidOut
from settlement.domain.reconciliation.report_line import ReportLine
from settlement.values import dataclass

ARRIVES_WITHIN = timedelta(days=5)
"""How long after an acquirer's payout the bank may book it: a week-end with a holiday on either side."""

PayoutName = tuple[str, date, str, str]
"""The report that told a payout, its day, its currency and its batch: a report tells one of these."""


@dataclass(frozen=True, slots=True)
class TransferOf:
    """A payout that a report told, as the bank should see it."""

    report_id: str
    paid: PaidOut

    @property
    def name(self) -> PayoutName:
        """Its name among all payouts."""
        return self.report_id, self.paid.on, self.paid.currency, self.paid.batch


@dataclass(frozen=True, slots=True)
class Arrival:
    """That a statement's report, ``told_by``, told a payout to have come, and by which entry of which bank account.

    ``report_id``, ``on``, ``currency`` and ``batch`` name the payout. ``reference`` is the bank's own of the entry,
    empty without one; ``booked_on`` is its day.
    """

    report_id: str
    on: date
    currency: str
    told_by: str
    bank_account: str
    reference: str
    booked_on: date
    batch: str = ""

    @property
    def payout(self) -> PayoutName:
        """The payout's name."""
        return self.report_id, self.on, self.currency, self.batch


@dataclass(frozen=True, slots=True)
class Statement:
    """The statement that is matched: its report, the bank account that it is of, empty if it names none.

    ``told`` are the payouts that statements told to have come, this one too in a run of before.
    """

    report_id: str
    bank_account: str = ""
    told: Mapping[PayoutName, Arrival] = field(default_factory=dict)

    def is_open(self, transfer: TransferOf) -> bool:
        """Return True unless another statement told a payout to have come."""
        held = self.told.get(transfer.name)
        return held is None or held.told_by == self.report_id

    def is_told(self, transfer: TransferOf, line: ReportLine) -> bool:
        """Return True if a statement told a payout to have come by the very entry that a line is."""
        held = self.told.get(transfer.name)
        return held is not None and (held.bank_account, held.reference, held.booked_on) == (
            self.bank_account,
            line.reference,
            line.paid_on,
        )


@dataclass(frozen=True, slots=True)
class BankMatch:
    """The verdicts on the lines of a statement, and the payouts that came by those that are matched."""

    statement: Statement
    verdicts: list[Verdict]
    arrivals: list[Arrival]

    def take(self, line: ReportLine, transfer: TransferOf) -> None:
        """Decide that a line is a payout: matched, or a duplicate if another statement told it."""
        reason, statement = f"payout of report {transfer.report_id}", self.statement
        if not statement.is_open(transfer):
            reason = f"report {statement.told[transfer.name].told_by} has told it already: {reason}"
            self.verdicts.append(Verdict(line, Outcome.DUPLICATE, reason=reason))
            return
        assert line.paid_on is not None
        self.verdicts.append(Verdict(line, Outcome.MATCHED, reason=reason))
        by, account, paid = statement.report_id, statement.bank_account, transfer.paid
        self.arrivals.append(
            Arrival(
                transfer.report_id, paid.on, paid.currency, by, account, line.reference, line.paid_on, batch=paid.batch
            )
        )


def match_bank_lines(statement: Statement, lines: Iterable[ReportLine], transfers: Iterable[TransferOf]) -> BankMatch:
    """Decide the lines that are a payout of the same value on its day or a few after it; each payout is one line's.

    A line is the payout that was told to have come by the very same entry: what this statement told itself, in a run of
    before, it tells again. The others of a value are held against its open payouts together, so their order does not
    matter; what stays open is ambiguous. A line that can be about no open payout is a duplicate if another statement
    told one that it fits. The verdict on a line that fits none is left to others.
    """
    payouts: defaultdict[tuple[str, int], list[TransferOf]] = defaultdict(list)
    for transfer in transfers:
        payouts[transfer.paid.currency, transfer.paid.net].append(transfer)
    held: defaultdict[tuple[str, int], list[ReportLine]] = defaultdict(list)
    for line in lines:
        if (line.net_currency, line.gross) in payouts:
            held[line.net_currency, line.gross].append(line)
    match = BankMatch(statement, [], [])
    for value, alike in held.items():
        free = payouts[value]
        left = [line for line in alike if not _take(match, line, free, statement.is_told)]
        for line in _match(match, left, [transfer for transfer in free if statement.is_open(transfer)]):
            _take(match, line, free, lambda transfer, _: not statement.is_open(transfer))
    return match


def _take(
    match: BankMatch, line: ReportLine, free: list[TransferOf], is_its: Callable[[TransferOf, ReportLine], bool]
) -> bool:
    """Take a payout for a line, of those that may be its, one that no other statement told first; False if none is."""
    fitting = [transfer for transfer in free if _arrives(line.paid_on, transfer.paid) and is_its(transfer, line)]
    if not fitting:
        return False
    transfer = min(fitting, key=lambda transfer: not match.statement.is_open(transfer))
    free.remove(transfer)
    match.take(line, transfer)
    return True


def _match(match: BankMatch, lines: Sequence[ReportLine], transfers: Sequence[TransferOf]) -> Iterator[ReportLine]:
    """Decide lines of one value, and yield those that are left; of one day, the first ones have what is certain."""
    by_day: defaultdict[date | None, list[ReportLine]] = defaultdict(list)
    for line in lines:
        by_day[line.paid_on].append(line)
    claims = [
        (len(held), {place: 0 for place, transfer in enumerate(transfers) if _arrives(day, transfer.paid)})
        for day, held in by_day.items()
    ]
    for held, share in zip(by_day.values(), shares(claims), strict=True):
        for place, line in zip(share.certain, held, strict=False):
            match.take(line, transfers[place])
        behind = len(share.certain) + share.undecided
        for line in held[len(share.certain) : behind]:
            reason = f"{len(share.candidates)} payouts have this value and may have come on this day"
            if len(share.candidates) == 1:
                reason = "several lines may be of the one payout of this value"
            match.verdicts.append(Verdict(line, Outcome.AMBIGUOUS, reason=reason))
        yield from held[behind:]


def _arrives(day: date | None, paid: PaidOut) -> bool:
    return day is not None and timedelta(0) <= day - paid.on <= ARRIVES_WITHIN
