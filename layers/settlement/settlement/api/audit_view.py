"""What an audit found, as JSON."""

from typing import Any

from settlement.use_cases.upkeep.audit_order import Audited


def audit_view(audited: Audited) -> dict[str, Any]:
    """Whether the books of an order agree, and each place where they do not."""
    return {
        "transactionId": audited.transaction_id or "",
        "orderId": audited.order_id,
        "isConsistent": not audited.mismatches,
        "eventsRead": len(audited.events or ()),
        "mismatches": [mismatch.facts for mismatch in audited.mismatches],
    }
