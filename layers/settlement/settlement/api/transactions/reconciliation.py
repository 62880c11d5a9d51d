"""The ``reconciliation`` section of a transaction: do requests, actions and ledger agree, and where not."""

from typing import TYPE_CHECKING

from settlement.domain.audit.reconciliation import Reconciliation

if TYPE_CHECKING:
    from settlement.api.transactions.answer import Reconciliation as ReconciliationAnswer


def reconciliation_view(found: Reconciliation) -> "ReconciliationAnswer":
    """The figures of each side in minor units, and every difference between two of them."""
    return {
        "isConsistent": found.is_consistent,
        "isPending": found.is_pending,
        "requestedValue": found.requested,
        "actionsValue": found.actions,
        "settledValue": found.ledger.captured,
        "cancelledValue": found.ledger.given_up,
        "refundedValue": found.ledger.refunded,
        "inDoubtValue": found.ledger.doubtful,
        "pendingManualValue": found.manual,
        "writtenOffValue": found.ledger.written_off,
        "paidOtherwiseValue": found.ledger.paid_otherwise,
        "refundWrittenOffValue": found.ledger.refund_written_off,
        "takenOffValue": found.taken_off,
        "differences": [
            {
                "what": difference.what,
                "paymentId": difference.payment_id,
                "expected": difference.expected,
                "found": difference.found,
                "difference": difference.value,
            }
            for difference in found.differences
        ],
    }
