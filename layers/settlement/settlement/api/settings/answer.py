"""The answer about an account's settings."""

from typing_extensions import TypedDict

from settlement.api.shared.answer import Cents, Unsigned
from settlement.domain.account.account import ExpiryPolicy, FiscalPolicy, ReturnsBeforeCompletion
from settlement.domain.bookkeeping.account_names import AccountKind
from settlement.domain.planning.drafting import RefundPriority
from settlement.domain.transaction.approval import ApprovalKind


class Settings(TypedDict):
    """The account's settings."""

    merchantName: str
    """The name that orders show; empty for the account's own."""
    partialSettlement: bool
    """Whether connectors that can capture in parts do so; otherwise they work as `total`."""
    strictInvoices: bool
    """Whether an invoice above what is left, or a repeated number with other content, is refused."""
    fiscalDocuments: FiscalPolicy
    """Whether an NF-e that says otherwise than its invoice, order or key is not looked at, warned of, or refused."""
    refundPriority: RefundPriority
    """Which captured payment gives back first."""
    autoSettle: bool
    """Whether a payment is captured when its connector's delay has passed."""
    expiryPolicy: ExpiryPolicy
    """What is done with open money shortly before its authorisation lapses."""
    returnsBeforeCompletion: ReturnsBeforeCompletion
    """What a return moves before the order is invoiced in full: `store` nothing, `refund` its value, at once."""
    approvalAbove: dict[ApprovalKind, dict[str, Cents]]
    """Above which values movements need a second key, by kind and currency."""
    approvalHours: Unsigned
    """How long a request waits for its second key."""
    journalAccounts: dict[AccountKind, str]
    """The names of the journal's accounts, those that were not set included."""
