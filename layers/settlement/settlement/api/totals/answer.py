"""The answer of totals. Amounts are minor units."""

from typing import Annotated, NotRequired

from typing_extensions import TypedDict

from settlement.api.shared.answer import Cents, Unsigned
from settlement.api.shared.schema import Says
from settlement.domain.transaction.statuses import TransactionStatus
from settlement.use_cases.upkeep.total_account import GroupBy


class SumAnswer(TypedDict):
    """A sum over payments."""

    value: Cents
    """The sum."""
    count: Unsigned
    """How many payments have any of it."""


class TotalsGroup(TypedDict):
    """The sums of the payments that have these things in common.

    Of what is authorised, each part is captured, cancelled, withheld, written off, paid otherwise or open.
    """

    currency: str
    """Their currency, as ISO 4217 code."""
    day: NotRequired[Annotated[str, Says("A day, in UTC.", format="date")]]
    """On which their transactions were created."""
    connector: NotRequired[str]
    """Their connector."""
    status: NotRequired[TransactionStatus]
    """The status of their transactions."""
    transactions: Unsigned
    """How many transactions they belong to; one with payments of several groups is in each of these."""
    payments: Unsigned
    """How many payments there are."""
    authorised: SumAnswer
    """What connectors authorised."""
    captured: SumAnswer
    """What connectors captured."""
    cancelled: SumAnswer
    """What connectors cancelled."""
    withheld: SumAnswer
    """What is cancelled here, and not at the connector."""
    writtenOff: SumAnswer
    """What was to be captured and never will be, by an operator's word."""
    paidOtherwise: SumAnswer
    """What was to be captured and was paid by other means, by an operator's word."""
    open: SumAnswer
    """What is neither captured nor closed."""
    refunded: SumAnswer
    """What connectors refunded of what they captured."""
    inDoubt: SumAnswer
    """Of how much nobody knows whether a connector captured, cancelled or refunded it."""


_TotalsSpan = TypedDict(
    "_TotalsSpan",
    {
        "from": Annotated[str, Says(description="The beginning of the range, ISO 8601 in UTC.", format="date-time")],
        "to": Annotated[str, Says(description="Its end, which is in it, ISO 8601 in UTC.", format="date-time")],
    },
)


class TotalsAnswer(_TotalsSpan):
    """The sums of the range, by currency and what else was asked for; of a part of it if ``isPartial``."""

    groupBy: list[GroupBy]
    """What the sums are divided by, beside the currency."""
    transactions: Unsigned
    """How many transactions are added up; one without payments is in no group."""
    groups: list[TotalsGroup]
    """The sums."""
    isPartial: bool
    """Whether transactions of the range are not in these sums: those before the `cursor`, or behind `next`."""
    next: str | None
    """The cursor of the sums that are missing behind these; null at the end of the range. All parts add up."""
