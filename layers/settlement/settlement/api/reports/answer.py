"""Answers about settlement reports and payouts. Amounts are minor units; days are ISO 8601."""

from typing import Annotated

from typing_extensions import TypedDict

from settlement.api.shared.answer import Cents, OmsDate, Unsigned
from settlement.api.shared.schema import Says
from settlement.domain.reconciliation.payout import PayoutState
from settlement.domain.reconciliation.report import ReportState

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
    """Why a file is refused, and where."""

    code: str
    """The reason, such as `not-a-number`."""
    message: str
    """The reason in words."""
    line: int | None
    """The line, from 1; null if it is the file as a whole."""
    column: int | None
    """The character of a record of fixed width, or the field of a CSV line, from 1; null if it is the line."""


class ReportAnswer(TypedDict):
    """A settlement report: the file, and what became of it."""

    reportId: str
    """The report's id, made of account, format and hash: the same file is the same report."""
    format: str
    """The format in which the file is read."""
    fileName: str
    """The file's name, as it was told."""
    sha256: str
    """The file's hash, in hex."""
    state: ReportState
    """How far it is; a refused file has no effect."""
    receivedAt: OmsDate
    """When it came first."""
    doneAt: OmsDate | None
    """When it was done, or refused."""
    since: Day | None
    """The first day of its period."""
    until: Day | None
    """The last day of its period."""
    file: OutcomeAnswer | None
    """The sums of the file; those of the outcomes, but for `missing`, add up to them."""
    outcomes: list[OutcomeAnswer]
    """The sums by outcome."""
    fault: FaultAnswer | None
    """Why it is refused; null if it is not."""


class ReportsAnswer(TypedDict):
    """A page of settlement reports, the newest first."""

    items: list[ReportAnswer]
    """The reports."""
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
