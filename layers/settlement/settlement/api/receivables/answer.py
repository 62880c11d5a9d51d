"""The answer of receivables. Amounts are minor units; days are ISO 8601."""

from typing import Annotated

from typing_extensions import TypedDict

from settlement.api.shared.answer import Cents, Unsigned
from settlement.api.shared.schema import Says

Day = Annotated[str, Says("ISO 8601.", format="date")]


class ReceivableSums(TypedDict):
    """What is to come in one currency."""

    currency: str
    """ISO 4217 code."""
    gross: Cents
    """What was captured, less what was refunded and is not taken off yet."""
    fee: Cents
    """What acquirers keep, as far as reports told it."""
    net: Cents
    """What comes to the merchant; can be negative."""
    count: Unsigned
    """How many instalments, and refunds to be taken off."""


class ReceivableDay(ReceivableSums):
    """What is to come on a day from the acquirer behind a connector."""

    on: Day
    """The day: as a report told it, else by the market's custom."""
    connector: str
    """The connector."""


class OverdueSums(ReceivableSums):
    """What should have come from the acquirer behind a connector, and no report has told that it was paid."""

    since: Day
    """The first day for which something was expected; its month's first day if that is more than two months ago."""
    connector: str
    """The connector."""


class ReceivablesAnswer(TypedDict):
    """What is to come to the account, and what should have come."""

    days: list[ReceivableDay]
    """By day from today on, connector and currency."""
    sums: list[ReceivableSums]
    """The sums of all pages, by currency."""
    overdue: list[OverdueSums]
    """What was expected before today and is not paid, by connector and currency, whatever `until` is."""
    next: str | None
    """The cursor of the next page; null on the last one."""
