"""The request body of an account's settings."""

from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
)

from settlement.api.shared.request import Body, CurrencyCode, Price
from settlement.api.shared.written import DigitsToo, Shaped
from settlement.domain.account.account import (
    MAX_APPROVAL_HOURS,
    AccountSettings,
    ExpiryPolicy,
    FiscalPolicy,
    ReturnsBeforeCompletion,
)
from settlement.domain.bookkeeping.account_names import (
    MAX_NAME_LENGTH,
    NAME,
    AccountKind,
    AccountName,
    require_two_sides,
)
from settlement.domain.planning.drafting import RefundPriority
from settlement.domain.transaction.approval import ApprovalKind, ApprovalLimit

MAX_LIMITS = 20
"""Currencies with a limit for one kind of movement."""


Limits = Annotated[dict[CurrencyCode, Price], Field(max_length=MAX_LIMITS)]
NameOfAccounts = Annotated[
    str,
    Field(max_length=MAX_NAME_LENGTH),
    Shaped(
        NAME,
        "parts with colons between them: first Assets, Liabilities, Equity, Income or Expenses, then {connector}, "
        "{currency}, or parts of A-Z a-z 0-9 - that begin with a capital or a digit",
    ),
]


def _apart(names: dict[AccountKind, str]) -> dict[AccountKind, str]:
    require_two_sides(names)
    return names


NamesOfAccounts = Annotated[
    dict[AccountKind, NameOfAccounts], Field(max_length=len(AccountKind)), AfterValidator(_apart)
]


class SettingsBody(Body):
    """``PATCH /api/oms/pvt/account/settings``: what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    partial_settlement: StrictBool | None = None
    """Whether connectors that can capture in parts do so; otherwise they work as `total`."""
    strict_invoices: StrictBool | None = None
    """Whether an invoice above what is left, or a repeated number with other content, is refused."""
    fiscal_documents: FiscalPolicy | None = None
    """Whether an NF-e that says otherwise than its invoice, order or key is not looked at, warned of, or refused."""
    refund_priority: RefundPriority | None = None
    """Which captured payment gives back first."""
    auto_settle: StrictBool | None = None
    """Whether a payment is captured when its connector's delay has passed."""
    expiry_policy: ExpiryPolicy | None = None
    """What is done with open money shortly before its authorisation lapses."""
    returns_before_completion: ReturnsBeforeCompletion | None = None
    """What a return moves before the order is invoiced in full: `store` nothing, `refund` its value, at once."""
    approval_above: Annotated[dict[ApprovalKind, Limits], Field(max_length=len(ApprovalKind))] | None = None
    """Above which values movements need a second key, by kind and currency; all limits are replaced."""
    approval_hours: Annotated[StrictInt, Field(ge=1, le=MAX_APPROVAL_HOURS), DigitsToo()] | None = None
    """How long a request waits for its second key."""
    journal_accounts: NamesOfAccounts | None = None
    """The names of the journal's accounts, where they are not the default ones; all names are replaced."""
    merchant_name: Annotated[str, Field(max_length=100)] | None = None
    """The name that orders show; empty for the account's own."""

    def applied_to(self, settings: AccountSettings) -> AccountSettings:
        """Return the settings with what the body sets."""
        changes: dict[str, Any] = {name: value for name, value in self if value is not None}
        if self.approval_above is not None:
            changes["approval_above"] = tuple(
                ApprovalLimit(kind, currency, value)
                for kind, limits in sorted(self.approval_above.items())
                for currency, value in sorted(limits.items())
            )
        if self.journal_accounts is not None:
            names = sorted(self.journal_accounts.items())
            changes["journal_accounts"] = tuple(AccountName(kind, name) for kind, name in names)
        return AccountSettings(**{name: getattr(settings, name) for name in settings.__slots__} | changes)
