"""Account settings as the settings route shows them (C§8.2)."""

from typing import TYPE_CHECKING

from settlement.domain.account.account import AccountSettings
from settlement.domain.bookkeeping.account_names import DEFAULT_NAMES

if TYPE_CHECKING:
    from settlement.api.settings.answer import Settings
    from settlement.domain.transaction.approval import ApprovalKind


def settings_view(settings: AccountSettings) -> "Settings":
    """The whole settings, in camel case."""
    return {
        "merchantName": settings.merchant_name,
        "partialSettlement": settings.partial_settlement,
        "strictInvoices": settings.strict_invoices,
        "fiscalDocuments": settings.fiscal_documents,
        "refundPriority": settings.refund_priority,
        "autoSettle": settings.auto_settle,
        "expiryPolicy": settings.expiry_policy,
        "returnsBeforeCompletion": settings.returns_before_completion,
        "approvalAbove": _limits(settings),
        "approvalHours": settings.approval_hours,
        "journalAccounts": {**DEFAULT_NAMES, **{held.kind: held.name for held in settings.journal_accounts}},
    }


def _limits(settings: AccountSettings) -> "dict[ApprovalKind, dict[str, int]]":
    shown: dict[ApprovalKind, dict[str, int]] = {}
    for limit in settings.approval_above:
        shown.setdefault(limit.kind, {})[limit.currency] = limit.value
    return shown
