"""Holds a file against the books: every line gets one outcome, and what should have one and has none is missing.

Nothing is written but in the workspace, so a file that is refused on its last line had no effect (D158).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache, partial

from settlement.domain.reconciliation.books import PaymentBooks
from settlement.domain.reconciliation.expected import DAYS_OF_CREDIT, CentsOn
from settlement.domain.reconciliation.matching import match_payment
from settlement.domain.reconciliation.missing import missing_of
from settlement.domain.reconciliation.outcomes import Difference, Missing, Outcome, Slot, Verdict
from settlement.domain.reconciliation.refusal import Fault, ReportRefused
from settlement.domain.reconciliation.report_head import ReportHead
from settlement.domain.reconciliation.report_line import (
    DISPUTES,
    OF_PAYMENTS,
    Amounts,
    LineKind,
    ReportLine,
    Stage,
    Sums,
)
from settlement.domain.reconciliation.slot_matching import DAY_TOLERANCE, is_near
from settlement.domain.reconciliation.taken import Taken
from settlement.use_cases.reconciliation.workspace import Decided, Joined, Workspace

MONTHS_BEFORE = 3
"""Months before that of a sale in which its order may have been placed."""

MONTHS_AFTER = 1
"""Months after it: orders are listed by UTC, sales by the acquirer's clock, and the day of one may be wrong."""

MAX_MOVED = 10**18
"""Most minor units of all amounts of a file without their signs; sums of SQLite have 63 bits."""

MAX_CURRENCIES = 200
"""Most currencies of a file: ISO 4217 has fewer, and each has its sums in the report."""

Progress = Callable[[int], None]


class SumsDiffer(Exception):
    """The outcomes do not add up to the file: a fault of this service."""


@dataclass(slots=True)
class Reconciled:
    """A file with its outcomes: the sums of the file, those by outcome, and those of what is missing."""

    head: ReportHead
    file: Sums
    outcomes: dict[Outcome, Sums] = field(default_factory=dict)
    missing: Sums = field(default_factory=Sums)


def take_lines(workspace: Workspace, lines: Iterable[ReportLine], progress: Progress = lambda number: None) -> Taken:
    """Read a whole file into the workspace; raises what its reader raises, with nothing decided."""
    taken = Taken(Sums())
    workspace.add_lines(_noted(lines, taken, progress))
    return taken


_PROGRESS_EVERY = 10_000
_SALES = OF_PAYMENTS - DISPUTES
"""Kinds of lines whose days are days of sales."""


def _noted(lines: Iterable[ReportLine], taken: Taken, progress: Progress) -> Iterator[ReportLine]:
    for line in lines:
        taken.sums.add(line)
        taken.moved += abs(line.gross) + abs(line.fee) + abs(line.net)
        _refuse_immense(taken, line)
        if taken.sums.lines % _PROGRESS_EVERY == 0:
            progress(taken.sums.lines)
        if line.sold_on is not None:
            taken.months |= _months_of_sale(line.sold_on, 0)
        elif line.paid_on is not None:
            taken.months |= _months_of_sale(line.paid_on, line.installment)
        else:
            taken.undated = True
        if line.kind in OF_PAYMENTS and line.stage is Stage.REPORTED:
            taken.has_plans = taken.has_plans or line.installment > 1
        if line.sold_on is not None and line.kind in _SALES:
            taken.first = min(taken.first or line.sold_on, line.sold_on)
            taken.last = max(taken.last or line.sold_on, line.sold_on)
        yield line


@lru_cache(maxsize=10_000)
def _months_of_sale(day: date, installment: int) -> frozenset[str]:
    """Return the months in which a sale may have been made of which an instalment was paid on a day; 0 for the sale."""
    days = (day - timedelta(days=DAYS_OF_CREDIT * number) for number in range(max(installment, 1)))
    return frozenset(f"{earlier:%Y-%m}" for earlier in days)


def _refuse_immense(taken: Taken, line: ReportLine) -> None:
    """Raise ``ReportRefused`` for sums that no file of an acquirer has: they could not be kept."""
    if taken.moved > MAX_MOVED:
        raise ReportRefused(Fault.NOT_A_NUMBER, f"the amounts come to more than {MAX_MOVED} minor units", line.number)
    if len(taken.sums.by_currency) > MAX_CURRENCIES:
        message = f"the file has more than {MAX_CURRENCIES} currencies"
        raise ReportRefused(Fault.NOT_A_CURRENCY, message, line.number)


def months_of_orders(taken: Taken, without_day: date) -> list[str]:
    """Return the months in which the orders of a file may have been placed, oldest first; some may be to come.

    ``without_day`` stands for the day of the lines that tell none.
    """
    found = set()
    for month in taken.months | ({f"{without_day:%Y-%m}"} if taken.undated else set()):
        year, of_year = (int(part) for part in month.split("-"))
        for back in range(-MONTHS_AFTER, MONTHS_BEFORE + 1):
            years, index = divmod(year * 12 + of_year - 1 - back, 12)
            found.add(f"{years:04d}-{index + 1:02d}")
    return sorted(found)


BankLines = Callable[[Callable[[], Iterator[ReportLine]]], list[Verdict]]
"""Decides what a bank's statement has of payouts, as far as it can; it may read the lines several times."""


Each = Callable[[Callable[[Joined], Decided], Iterable[Joined]], Iterable[Decided]]
"""Does the same work on each of many things, in any process, and yields what comes of it in their order."""


OlderBooks = Callable[[Iterable[ReportLine]], Iterable[PaymentBooks]]
"""Finds the payments of lines that have none of the books, however old their orders are."""


def reconcile(
    workspace: Workspace,
    head: ReportHead,
    taken: Taken,
    books: Iterable[PaymentBooks],
    report_id: str,
    bank_lines: BankLines = lambda lines: [],
    each: Each = map,
    older: OlderBooks = lambda lines: (),
) -> Reconciled:
    """Hold the lines that were taken against the books; raises ``SumsDiffer`` if an amount got lost.

    ``bank_lines`` decides what a bank's statement has, as far as it can; ``each`` has the payments matched; ``older``
    finds those of orders that are older than the books.
    """
    workspace.add_books(books)
    workspace.join()
    if late := list(older(workspace.unfound())):
        workspace.add_books(late)
        workspace.join()
    for line, payments in workspace.torn():
        _decide_torn(workspace, line, payments)
    workspace.keep_decided(each(partial(_decide_joined, head.cents_on, report_id), workspace.joined()))
    workspace.decide(_batch_verdicts(workspace))
    workspace.decide(bank_lines(partial(_payouts, workspace, of_batches=False)))
    workspace.decide_rest()
    found = Reconciled(head.with_period(*_days_of_sales(workspace, taken)), taken.sums, workspace.sums())
    _check_sums(found)
    workspace.add_missing(_missing(workspace, found, report_id, taken))
    return found


def _decide_joined(cents_on: CentsOn, report_id: str, joined: Joined) -> Decided:
    payment, lines = joined.read()
    return joined.decided(match_payment(payment, lines, cents_on, report_id))


def _days_of_sales(workspace: Workspace, taken: Taken) -> tuple[date | None, date | None]:
    """Return the first and the last day of the sales, but for those that are wrong by the books; None if all are."""
    edges = {taken.first, taken.last}
    odd = (verdict for _, verdict in workspace.verdicts(Outcome.DIFFERS) if Difference.DATE in verdict.differences)
    if not any(verdict.line.sold_on in edges for verdict in odd):
        return taken.first, taken.last
    first = last = None
    for _, verdict in workspace.verdicts():
        day = verdict.line.sold_on
        if day is not None and verdict.line.kind in _SALES and Difference.DATE not in verdict.differences:
            first, last = min(first or day, day), max(last or day, day)
    return first, last


def _decide_torn(workspace: Workspace, line: ReportLine, payments: list[PaymentBooks]) -> None:
    """Join a line to the one payment that has its value and day, of those that share its numbers.

    If that is none or several, nothing of theirs that it may be about is missing.
    """
    fitting = [(payment, slots) for payment in payments if (slots := _slots_that_fit(payment, line))]
    if len(fitting) == 1:
        workspace.give(line, fitting[0][0])
        return
    for payment, slots in fitting:
        workspace.leave_open(line, payment, slots)
    reason = f"{len(fitting) or len(payments)} payments have these numbers"
    workspace.decide([Verdict(line, Outcome.AMBIGUOUS, reason=reason)])


def _slots_that_fit(payment: PaymentBooks, line: ReportLine) -> list[Slot]:
    """Return the slots of a payment's captures or refunds that a line may be about, by value and day."""
    _, stage, number, parts = line.slot
    return [
        Slot(move.number, stage, number, parts)
        for move in payment.moves
        if move.kind is line.kind
        and abs(abs(line.gross) * parts - move.value) <= parts * parts
        and is_near(line, move, DAY_TOLERANCE)
    ]


def _payouts(workspace: Workspace, *, of_batches: bool) -> Iterator[ReportLine]:
    for line in workspace.lines_of_kind(LineKind.PAYOUT):
        if bool(line.batch) is of_batches and line.fault is None:
            yield line


def _batch_verdicts(workspace: Workspace) -> list[Verdict]:
    """Return the verdicts on payouts that a file tells of its own batches: each is the net of the batch."""
    told: Counter[tuple[str, str]] = Counter()
    for line in _payouts(workspace, of_batches=True):
        told[line.batch, line.net_currency] -= line.net
    nets = {(batch, currency): net for batch, currency, net in workspace.batches()} if told else {}
    return [
        _batch_verdict(line, nets[key], told[key])
        for line in _payouts(workspace, of_batches=True)
        if (key := (line.batch, line.net_currency)) in nets
    ]


def _batch_verdict(line: ReportLine, net: int, told: int) -> Verdict:
    if told == net:
        return Verdict(line, Outcome.MATCHED)
    reason = f"the lines of batch {line.batch} come to {net}, paid out are {told}"
    return Verdict(line, Outcome.DIFFERS, "", (Difference.VALUE,), -net, reason)


def _missing(workspace: Workspace, found: Reconciled, report_id: str, taken: Taken) -> Iterator[Missing]:
    for payment, slots in workspace.in_scope():
        for lost in missing_of(payment, slots, found.head, report_id, taken):
            found.missing.lines += 1
            found.missing.add_amounts(lost.currency, Amounts(gross=lost.value))
            yield lost


def _check_sums(found: Reconciled) -> None:
    total = Sums()
    for sums in found.outcomes.values():
        total.merge(sums)
    if total != found.file:
        raise SumsDiffer(f"the outcomes come to {total}, the file to {found.file}")
