"""Answers about settlement reports and payouts. Amounts are minor units; days are ISO 8601."""

from typing import Annotated

from typing_extensions import TypedDict

from settlement.api.shared.answer import Cents, OmsDate, Unsigned
from settlement.api.shared.schema import Says
from settlement.domain.reconciliation.outcomes import Outcome
from settlement.domain.reconciliation.payout import PayoutState
from settlement.domain.reconciliation.report import ReportState
from settlement.domain.reconciliation.report_line import LineKind, Stage

Day = Annotated[str, Says("ISO 8601.", format="date")]


class CurrencySumsAnswer(TypedDict):
    """Lines added up in one currency."""

    currency: str
    """ISO 4217 code, or what the file has in its place."""
    gross: Cents
    """What was sold, less what was refunded or charged back."""
    fee: Cents
    """What the acquirer keeps."""
    net: Cents
    """What comes to the merchant."""


class OutcomeAnswer(TypedDict):
    """Lines of one outcome, added up."""

    outcome: str
    """`matched`, `differs`, `ambiguous`, `duplicate`, `foreign`, `rejected`; `missing` has no lines of the file."""
    lines: Unsigned
    """How many."""
    sums: list[CurrencySumsAnswer]
    """By currency."""


class FaultAnswer(TypedDict):
    """Why a file is refused, and where; or why its run failed, and what to do."""

    code: str
    """The reason, such as `not-a-number`; `run-failed` if it is not the file's."""
    message: str
    """The reason in words; of a run that failed, its name and what to do."""
    line: int | None
    """The line, from 1; null if it is the file as a whole."""
    column: int | None
    """The character of a record of fixed width, or the field of a CSV line, from 1; null if it is the line."""


class NamedReportAnswer(TypedDict):
    """A settlement report that was named, and where its file is to be sent."""

    reportId: str
    """The report's id, made of account, format and hash: the same file is the same report."""
    state: ReportState
    """How far it is."""
    uploadUrl: str | None
    """Where to PUT the file, at most 100 MB, with no other header; null if it is done already."""
    expiresAt: OmsDate | None
    """Until when; null without an address. A later request answers another one."""


class ReportAnswer(TypedDict):
    """A settlement report: the file, and what became of it."""

    reportId: str
    """The report's id, made of account, format and hash: the same file is the same report."""
    format: str
    """The format in which the file is read."""
    fileName: str
    """The file's name, as it was told."""
    sha256: str | None
    """The file's hash, in hex; null of a dropped file that was too large to be read."""
    state: ReportState
    """How far it is; a refused file has no effect, and one whose run failed can be sent again."""
    receivedAt: OmsDate
    """When it came first."""
    doneAt: OmsDate | None
    """When it was done or refused, or its run failed."""
    since: Day | None
    """The first day of its period."""
    until: Day | None
    """The last day of its period."""
    file: OutcomeAnswer | None
    """The sums of the file; those of the outcomes, but for `missing`, add up to them."""
    outcomes: list[OutcomeAnswer]
    """The sums by outcome."""
    fault: FaultAnswer | None
    """Why it is refused, or its run failed; null if neither."""


class ReportsAnswer(TypedDict):
    """A page of settlement reports, the newest first."""

    items: list[ReportAnswer]
    """The reports."""
    next: str | None
    """The cursor of the next page; null on the last one."""


class LineAnswer(TypedDict):
    """A line of a settlement report with its outcome."""

    line: int | None
    """Its place in the file, from 1; null for what is missing."""
    outcome: Outcome
    """What became of it."""
    kind: LineKind
    """What it is about."""
    stage: Stage | None
    """Whether the money is announced or paid out; null for what is missing."""
    differences: list[str]
    """In what it differs from the books: `value`, `currency`, `date`, `sign`."""
    reason: str | None
    """Why it has its outcome, in words; null if there is nothing to add."""
    expected: Cents | None
    """The value that the books have for it; null if that is not known."""
    currency: str
    """Currency of the gross value: ISO 4217 code, or what the file has in its place."""
    gross: Cents
    """What was sold, negative for what was refunded or charged back."""
    fee: Cents | None
    """What the acquirer keeps; null for what is missing."""
    net: Cents | None
    """What comes to the merchant; null for what is missing."""
    netCurrency: str | None
    """Currency of fee and net; null for what is missing."""
    reference: str | None
    """The acquirer's id of the very capture or refund; null if the file has none."""
    tid: str | None
    """The payment's tid; null if the file has none."""
    nsu: str | None
    """The payment's nsu; null if the file has none."""
    authorization: str | None
    """The payment's authorisation code; null if the file has none."""
    instalment: int | None
    """Which instalment, from 1; null for a sale in one, and for one that is missing whole."""
    instalments: int | None
    """Of how many; null for a sale in one, and for one that is missing whole."""
    soldOn: Day | None
    """The day of the capture or refund; null if the file has none."""
    expectedOn: Day | None
    """When it is to be paid; null if the file has none."""
    paidOn: Day | None
    """When it was paid; null before, or if the file has none."""
    batch: str | None
    """The payout that it is part of; null if the file names none."""
    toldAs: str | None
    """The file's own word for the kind; null if the file has none."""
    orderId: str | None
    """The order that it is about; null if that is not known, or if there is none."""
    transactionId: str | None
    """The transaction that it is about; null if that is not known."""
    paymentId: str | None
    """The payment that it is about; null if that is not known."""
    capture: str | None
    """The capture or refund that it is about by its operation and call, as ``000002-0001`` for call 1 of operation 2;
    null if that is not known."""
    candidates: list[str]
    """The numbers of those that an ambiguous line may be about."""


class LinesAnswer(TypedDict):
    """A page of the lines of a settlement report."""

    items: list[LineAnswer]
    """The lines."""
    next: str | None
    """The cursor of the next page; null on the last one."""


class InstallmentAnswer(TypedDict):
    """An instalment on its way to the merchant."""

    number: Unsigned
    """Which one, from 1."""
    of: Unsigned
    """Of how many."""
    gross: Cents
    """Its value."""
    fee: Cents
    """What the acquirer keeps; 0 until a report tells it."""
    net: Cents
    """What comes to the merchant, in the currency of the payout."""
    currency: str
    """The currency of fee and net, as ISO 4217 code."""
    expectedOn: Day
    """When it is to come: as a report told, else by the market's custom."""
    paidOn: Day | None
    """When it was paid; null before."""


class PayoutAnswer(TypedDict):
    """The money of a capture on its way to the merchant, as settlement reports told it."""

    state: PayoutState
    """How far it is; `expected` until a report tells of it."""
    expectedOn: Day
    """When the last instalment is to come."""
    paidOn: Day | None
    """When the last instalment was paid; null before."""
    gross: Cents
    """The sum of the instalments."""
    fee: Cents
    """The sum of their fees, as far as reports told them."""
    net: Cents
    """The sum of their nets."""
    instalments: list[InstallmentAnswer]
    """The instalments, at least one; of an order with more than 5,000 its invoices show none."""
    reportId: str | None
    """The newest report that told of it."""
