"""The gateway's operation result: the answer to settle, refund and cancel requests (C§3.2). Amounts are minor units."""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from settlement.api.shared.dates import gateway_date, oms_date, oms_date_or_none
from settlement.api.shared.view import actor_view
from settlement.api.transactions.view import token
from settlement.domain.transaction.exits import EXITS_OF_LEG, EXITS_OF_OPERATION
from settlement.domain.transaction.leg import MOVEMENT_OF, Leg
from settlement.domain.transaction.operation import Operation, OperationState
from settlement.domain.transaction.statuses import TransactionStatus, transaction_status

if TYPE_CHECKING:
    from settlement.api.operations.answer import Ended as EndedAnswer
    from settlement.api.operations.answer import LegAnswer, OperationAnswer, OperationResult, Retried
    from settlement.domain.transaction.closing import Ending
    from settlement.use_cases.gateway.request_movement import Requested
    from settlement.use_cases.gateway.retrieve_transaction import Movements
    from settlement.use_cases.recovery.end_operation import Ended

_CODES = {
    TransactionStatus.STARTED: 5,
    TransactionStatus.AUTHORIZING: 6,
    TransactionStatus.APPROVED: 8,
    TransactionStatus.CANCELLING: 9,
    TransactionStatus.CANCELLED: 10,
    TransactionStatus.SETTLING: 11,
    TransactionStatus.SETTLED: 12,
    TransactionStatus.FINISHED: 13,
}
"""Status numbers; 8, 10, 11 and 13 are published, the others are not used by known clients."""


def operation_result(requested: "Requested") -> "OperationResult":
    """The result as far as it is known: values are what was done when the operation is done, else zero."""
    order, transaction = requested.heads.order, requested.heads.transaction
    operation = requested.operation
    status = transaction_status(order, transaction)
    done = operation.state is OperationState.DONE
    refunded = operation.refunding if done else 0
    operation_token = token(transaction.transaction_id, f"operation/{operation.sequence}")
    return {
        "id": transaction.transaction_id,
        "token": operation_token,
        "status": _CODES[status],
        "statusDetail": status,
        "processingDate": gateway_date(operation.concluded_at or operation.accepted_at),
        "refundedValue": refunded,
        "refundedToken": operation_token if refunded else None,
        "message": operation.failure,
        "code": None,
        "connectorRefundedValue": refunded,
        "cancelledValue": operation.giving_up if done else 0,
        "operation": operation.sequence,
        "operationState": operation.state,
    }


def operations_view(movements: "Movements") -> "list[OperationAnswer]":
    """What was asked of a transaction, newest first, with its connector calls and what an operator can do about it."""
    legs = defaultdict(list)
    for leg in movements.legs:
        legs[leg.operation].append(leg)
    return [
        {
            "id": operation.sequence,
            "kind": operation.kind,
            "origin": operation.origin,
            "state": operation.state,
            "attempts": operation.attempts,
            "reason": operation.reason,
            "failure": operation.failure,
            "unplannedValue": operation.unplanned + operation.unsettled,
            "retryOf": operation.retry_of,
            "acceptedAt": oms_date(operation.accepted_at),
            "concludedAt": oms_date_or_none(operation.concluded_at),
            "nextAttemptAt": oms_date_or_none(operation.due_at),
            "exits": list(EXITS_OF_OPERATION[operation.state]),
            "legs": [_leg(leg) for leg in legs[operation.sequence]],
        }
        for operation in reversed(movements.operations)
    ]


def retried_view(sequence: int, retries: Sequence[Operation]) -> "Retried":
    """The operations that try operation ``sequence`` again; the first of them stands for all."""
    return {
        "operation": retries[0].sequence,
        "operations": [operation.sequence for operation in retries],
        "retryOf": sequence,
        "state": retries[0].state,
    }


def ended_view(ended: "Ended", ending: "Ending") -> "EndedAnswer":
    """What was booked when an operation's missing value was ended by a person."""
    operation = ended.operation
    return {
        "operation": operation.sequence,
        "state": operation.state,
        "ending": ending,
        "value": ended.booked,
    }


def _leg(leg: Leg) -> "LegAnswer":
    return {
        "id": f"{leg.operation}-{leg.number}",
        "kind": leg.kind,
        "paymentId": leg.payment_id,
        "value": leg.value,
        "postedValue": leg.posted_value,
        "state": leg.state,
        "requestId": leg.request_id,
        "attempts": leg.attempts,
        "closedValue": leg.closed,
        "reference": leg.reference,
        "code": leg.code,
        "message": leg.message,
        "resolvedBy": actor_view(leg.resolved_by),
        "exits": list(EXITS_OF_LEG[leg.state]) if leg.kind in MOVEMENT_OF else [],
    }
