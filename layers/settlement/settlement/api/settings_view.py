"""Account settings as the settings route shows them (C§8.2)."""

from typing import Any

from settlement.domain.account.account import AccountSettings


def settings_view(settings: AccountSettings) -> dict[str, Any]:
    """The whole settings, in camel case."""
    return {
        "merchantName": settings.merchant_name,
        "partialSettlement": settings.partial_settlement,
        "strictInvoices": settings.strict_invoices,
        "refundPriority": settings.refund_priority.value,
        "autoSettle": settings.auto_settle,
        "expiryPolicy": settings.expiry_policy.value,
    }
