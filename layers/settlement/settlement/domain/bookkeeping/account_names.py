"""The accounts that entries are booked on, and their names."""

from collections.abc import Mapping
from enum import StrEnum

from settlement.values import dataclass

MAX_NAME_LENGTH = 200
NAME = r"(Assets|Liabilities|Equity|Income|Expenses)(:([A-Z0-9][A-Za-z0-9-]*|\{connector\}|\{currency\}))+"
"""What Beancount and hledger both take: parts with colons between them, the first one of five words."""


class AccountKind(StrEnum):
    """What an account stands for.

    ``acquirer`` is what acquirers owe for captures, ``received`` what the merchant received himself of payments outside
    of their connectors, ``customers`` what shoppers owe by invoices. ``open`` is value
    that can be captured, ``authorised`` all that was ever authorised, and ``used``, ``cancelled`` and ``withheld`` what
    became of it. Value in doubt has an account for each kind of call. ``writtenOff`` was owed and will never be
    captured, ``paidOtherwise`` came by other means, ``refundsWrittenOff`` will never be refunded.

    By settlement reports: ``clearing`` is what acquirers paid out, until a bank's statement takes it from there,
    ``fees`` what they kept, ``chargebacks`` what they took back for shoppers. ``conversions`` is the other side of
    what was paid out in another currency.
    """

    ACQUIRER = "acquirer"
    RECEIVED = "received"
    CUSTOMERS = "customers"
    OPEN = "open"
    AUTHORISED = "authorised"
    USED = "used"
    CANCELLED = "cancelled"
    WITHHELD = "withheld"
    CAPTURES_IN_DOUBT = "capturesInDoubt"
    CANCELLATIONS_IN_DOUBT = "cancellationsInDoubt"
    REFUNDS_IN_DOUBT = "refundsInDoubt"
    WRITTEN_OFF = "writtenOff"
    PAID_OTHERWISE = "paidOtherwise"
    REFUNDS_WRITTEN_OFF = "refundsWrittenOff"
    CLEARING = "clearing"
    FEES = "fees"
    CHARGEBACKS = "chargebacks"
    CONVERSIONS = "conversions"


DEFAULT_NAMES: Mapping[AccountKind, str] = {
    AccountKind.ACQUIRER: "Assets:Acquirer:{connector}",
    AccountKind.RECEIVED: "Assets:Received",
    AccountKind.CUSTOMERS: "Assets:Customers",
    AccountKind.OPEN: "Assets:Authorisations",
    AccountKind.AUTHORISED: "Equity:Authorised",
    AccountKind.USED: "Equity:Authorised:Used",
    AccountKind.CANCELLED: "Equity:Authorised:Cancelled",
    AccountKind.WITHHELD: "Equity:Authorised:Withheld",
    AccountKind.CAPTURES_IN_DOUBT: "Assets:InDoubt:Captures",
    AccountKind.CANCELLATIONS_IN_DOUBT: "Assets:InDoubt:Cancellations",
    AccountKind.REFUNDS_IN_DOUBT: "Assets:InDoubt:Refunds",
    AccountKind.WRITTEN_OFF: "Expenses:WrittenOff",
    AccountKind.PAID_OTHERWISE: "Assets:PaidOtherwise",
    AccountKind.REFUNDS_WRITTEN_OFF: "Income:RefundsWrittenOff",
    AccountKind.CLEARING: "Assets:Clearing:{connector}",
    AccountKind.FEES: "Expenses:Fees:{connector}",
    AccountKind.CHARGEBACKS: "Expenses:Chargebacks",
    AccountKind.CONVERSIONS: "Equity:Conversions",
}
"""The names of accounts that have no name in the account's settings."""


def require_two_sides(names: Mapping[AccountKind, str]) -> None:
    """Raise ``ValueError`` if those names, in place of the defaults, put both sides of a capture on one account.

    It would move nothing there, and so be in no entry. Other accounts may be one: who has no use for two, names one.
    """
    held = {**DEFAULT_NAMES, **names}
    for kind in (AccountKind.ACQUIRER, AccountKind.RECEIVED):
        if held[kind] == held[AccountKind.CUSTOMERS]:
            raise ValueError(
                f"must name {kind} and {AccountKind.CUSTOMERS} apart, which are the two sides of a capture; "
                f"both are {held[kind]}"
            )


@dataclass(frozen=True, slots=True)
class AccountName:
    """The name of the accounts of one kind; ``{connector}`` and ``{currency}`` in it stand for an entry's own."""

    kind: AccountKind
    name: str
