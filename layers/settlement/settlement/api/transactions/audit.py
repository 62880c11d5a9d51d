"""What an audit found, as JSON."""

from typing import TYPE_CHECKING

from settlement.use_cases.upkeep.audit_order import Audited

if TYPE_CHECKING:
    from settlement.api.transactions.answer import AuditAnswer


def audit_view(audited: Audited) -> "AuditAnswer":
    """Whether the books of an order agree, and each place where they do not."""
    return {
        "transactionId": audited.transaction_id or "",
        "orderId": audited.order_id,
        "isConsistent": not audited.mismatches,
        "eventsRead": len(audited.events or ()),
        "mismatches": [
            {
                "what": mismatch.what,
                "where": mismatch.where,
                "expected": mismatch.expected,
                "found": mismatch.found,
            }
            for mismatch in audited.mismatches
        ],
    }
