"""The settings of an account (C§8.2)."""

import re
from collections.abc import Iterable
from enum import StrEnum

from settlement.domain.bookkeeping.account_names import AccountName
from settlement.domain.planning.drafting import RefundPriority
from settlement.domain.transaction.approval import ApprovalKind, ApprovalLimit
from settlement.values import dataclass

DEFAULT_APPROVAL_HOURS = 72
MAX_APPROVAL_HOURS = 720


class Role(StrEnum):
    """The roles of app keys; ``*`` stands for all of them."""

    VIEW_ORDER = "view-order"
    PLACE_ORDER = "place-order"
    HANDLE_ORDER = "handle-order"
    NOTIFY_INVOICE = "notify-invoice"
    NOTIFY_REFUND = "notify-refund"
    CHANGE_ORDER = "change-order"
    CANCEL_ORDER = "cancel-order"
    VIEW_PAYMENT = "view-payment"
    PROCESS_PAYMENT = "process-payment"
    NOTIFY_PAYMENT = "notify-payment"
    APPROVE_PAYMENT = "approve-payment"
    ORDER_FEED = "order-feed"
    ACCOUNT_ADMIN = "account-admin"


EVERY_ROLE = "*"
_RESERVED = frozenset({"KEY", "DUE", "SANDBOX", "SANDBOX-SCRIPT"})


def is_account(name: str) -> bool:
    """Return True if the name is allowed for an account; allowed names cannot be mistaken for other key parts."""
    return name not in _RESERVED and re.fullmatch("[A-Za-z0-9_-]{1,64}", name) is not None


class ExpiryPolicy(StrEnum):
    """The treatment of open value shortly before its authorisation lapses."""

    WARN = "warn"
    SETTLE = "settle"
    CANCEL = "cancel"


class ReturnsBeforeCompletion(StrEnum):
    """The treatment of a return that comes before its order is invoiced in full (C§1.4.6, R45, D163)."""

    STORE = "store"
    REFUND = "refund"


class FiscalPolicy(StrEnum):
    """What becomes of a fiscal document that says otherwise than its invoice, its order or the rules (D155)."""

    OFF = "off"
    WARN = "warn"
    STRICT = "strict"


@dataclass(frozen=True, slots=True)
class AccountSettings:
    """The settings of one account, with the defaults of a new one."""

    merchant_name: str = ""
    partial_settlement: bool = True
    strict_invoices: bool = False
    refund_priority: RefundPriority = RefundPriority.LOWEST_SETTLED
    auto_settle: bool = True
    expiry_policy: ExpiryPolicy = ExpiryPolicy.WARN
    returns_before_completion: ReturnsBeforeCompletion = ReturnsBeforeCompletion.STORE
    approval_above: tuple[ApprovalLimit, ...] = ()
    approval_hours: int = DEFAULT_APPROVAL_HOURS
    fiscal_documents: FiscalPolicy = FiscalPolicy.WARN
    journal_accounts: tuple[AccountName, ...] = ()

    def limits_approval(self, kinds: Iterable[ApprovalKind]) -> bool:
        """True if some movement of these kinds needs a second key."""
        return any(limit.kind in kinds for limit in self.approval_above)
