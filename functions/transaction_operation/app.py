"""Direct requests to settle, refund and cancel (C§3.2), an operator's exits (C§8.18), and approvals (R37)."""

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from settlement import bootstrap
from settlement.api.approvals.view import approval_view
from settlement.api.operations.view import ended_view, operation_result, operations_view, retried_view
from settlement.api.resolver import Api, answer, no_content
from settlement.api.shared.http import Response
from settlement.domain.errors import OperationNotFound
from settlement.domain.transaction.approval import Approval
from settlement.logs import new_logger
from settlement.use_cases.approvals.act_or_ask import act_or_ask, preview_asking
from settlement.use_cases.approvals.direct_request import asking_movement
from settlement.use_cases.gateway import request_movement as movements
from settlement.use_cases.gateway.retrieve_transaction import retrieve_movements
from settlement.use_cases.shared.heads import load_by_transaction

if TYPE_CHECKING:
    from collections.abc import Callable

    from settlement.use_cases.recovery.end_operation import EndRequest
    from settlement.use_cases.shared.ports import Ports

MAX_SEQUENCE_DIGITS = 6

logger = new_logger()
api = Api(logger)
bootstrap.dynamodb()

# Routes import the models of their bodies themselves, and an operator's routes their use cases: loading them is the
# most expensive part of a cold start, and most requests do not need them.


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a REST API proxy event."""
    return api.resolve(event)


@api.serves("requestSettlement")
def settle(transaction_id: str) -> Response:
    """Settle a value that is not requested yet."""
    return _request(transaction_id, movements.SETTLEMENT)


@api.serves("requestRefund")
def refund(transaction_id: str) -> Response:
    """Refund a settled value."""
    return _request(transaction_id, movements.REFUND)


@api.serves("requestCancellation")
def cancel(transaction_id: str) -> Response:
    """Cancel a value that is not settled."""
    return _request(transaction_id, movements.CANCELLATION)


@api.serves("previewSettlement")
def preview_settlement(transaction_id: str) -> Response:
    """Show what a direct settlement would do, and write nothing."""
    return _preview_request(transaction_id, movements.SETTLEMENT)


@api.serves("previewRefund")
def preview_refund(transaction_id: str) -> Response:
    """Show what a direct refund would do, and write nothing."""
    return _preview_request(transaction_id, movements.REFUND)


@api.serves("previewCancellation")
def preview_cancellation(transaction_id: str) -> Response:
    """Show what a direct cancellation would do, and write nothing."""
    return _preview_request(transaction_id, movements.CANCELLATION)


@api.serves("listOperations")
def operations(transaction_id: str) -> Response:
    """Show a transaction's operations and their states."""
    account = api.caller()
    api.list_query()
    return answer(200, operations_view(retrieve_movements(bootstrap.store(), account, transaction_id)))


@api.serves("retryOperation")
def retry(transaction_id: str, operation_id: str) -> Response:
    """Retry the missing value of a failed operation."""
    from settlement.use_cases.recovery.retry_operation import retry_operation

    account = api.caller()
    sequence, expected = _sequence(operation_id), api.expected_version()
    retried = retry_operation(bootstrap.ports(api.actor()), account, transaction_id, sequence, expected)
    return answer(202, retried_view(sequence, retried))


@api.serves("previewRetry")
def preview_retry(transaction_id: str, operation_id: str) -> Response:
    """Show what a retry would do, and write nothing."""
    from settlement.use_cases.recovery.retry_operation import retry_operation

    account, sequence, expected = api.caller(), _sequence(operation_id), api.expected_version()
    return _preview(transaction_id, lambda ports: retry_operation(ports, account, transaction_id, sequence, expected))


@api.serves("writeOffOperation")
def write_off(transaction_id: str, operation_id: str) -> Response:
    """Write off the missing value of a failed operation."""
    from settlement.api.operations.request import WriteOffBody
    from settlement.domain.transaction.closing import Ending
    from settlement.use_cases.recovery.end_operation import EndRequest

    account = api.caller()
    body = api.read(WriteOffBody)
    request = EndRequest(Ending.WRITTEN_OFF, body.reason, body.actor)
    return _end(account, transaction_id, operation_id, request)


@api.serves("payOperationOtherwise")
def pay_otherwise(transaction_id: str, operation_id: str) -> Response:
    """Record that the missing settlement of a failed operation was paid by other means."""
    from settlement.api.operations.request import PaidOtherwiseBody
    from settlement.domain.transaction.closing import Ending
    from settlement.use_cases.recovery.end_operation import EndRequest

    account = api.caller()
    body = api.read(PaidOtherwiseBody)
    request = EndRequest(Ending.PAID_OTHERWISE, body.reason, body.actor, body.reference)
    return _end(account, transaction_id, operation_id, request)


def _end(account: str, transaction_id: str, operation_id: str, request: "EndRequest") -> Response:
    from settlement.use_cases.approvals.operation_end import asking_end

    asking = asking_end(account, transaction_id, _sequence(operation_id), request)
    ended = act_or_ask(bootstrap.ports(api.actor()), account, asking)
    if isinstance(ended, Approval):
        return answer(202, approval_view(ended))
    return answer(200, ended_view(ended, request.ending))


@api.serves("resolveLeg")
def resolve(transaction_id: str, leg_id: str) -> Response:
    """Resolve a connector call that is in doubt or left to a person."""
    from settlement.api.operations.request import ResolutionBody
    from settlement.use_cases.approvals.call_resolution import Resolving, asking_resolution

    account = api.caller()
    body = api.read(ResolutionBody)
    operation_id, _, number = leg_id.partition("-")
    said = Resolving(_sequence(operation_id), number, body.resolution, body.reference, body.reason)
    ports = bootstrap.ports(api.actor())
    waiting = act_or_ask(ports, account, asking_resolution(ports, account, transaction_id, said))
    return no_content() if waiting is None else answer(202, approval_view(waiting))


@api.serves("getApproval")
def get_approval(approval_id: str) -> Response:
    """Show what waits for a second key, or has waited."""
    from settlement.use_cases.approvals.decide_approval import retrieve_approval

    return answer(200, approval_view(retrieve_approval(bootstrap.store(), api.caller(), approval_id)))


@api.serves("approveMovement")
def approve_movement(approval_id: str) -> Response:
    """Do what another app key has asked for."""
    from settlement.use_cases.approvals.decide_approval import approve

    return answer(200, approval_view(approve(bootstrap.ports(api.actor()), api.caller(), approval_id)))


@api.serves("refuseMovement")
def refuse_movement(approval_id: str) -> Response:
    """Refuse what an app key has asked for."""
    from settlement.api.approvals.request import RefusalBody
    from settlement.use_cases.approvals.decide_approval import refuse

    account, reason = api.caller(), api.read(RefusalBody).reason
    return answer(200, approval_view(refuse(bootstrap.ports(api.actor()), account, approval_id, reason)))


@api.serves("confirmLeg")
def confirm(transaction_id: str, leg_id: str) -> Response:
    """Confirm a connector call that a person has done."""
    from settlement.api.operations.request import ConfirmationBody
    from settlement.use_cases.approvals.operation_end import Confirming, asking_confirmation

    account = api.caller()
    body = api.read(ConfirmationBody)
    operation_id, _, number = leg_id.partition("-")
    said = Confirming(_sequence(operation_id), number, body.reference, body.actor)
    ports = bootstrap.ports(api.actor())
    waiting = act_or_ask(ports, account, asking_confirmation(ports, account, transaction_id, said))
    return no_content() if waiting is None else answer(202, approval_view(waiting))


@api.serves("acceptPayout")
def accept(transaction_id: str, payment_id: str, payout_id: str) -> Response:
    """Accept what a settlement report told, once a person has dealt with it."""
    from settlement.api.operations.request import AcceptanceBody
    from settlement.use_cases.recovery.accept_payout import PayoutPlace, accept_payout

    account = api.caller()
    said = api.read(AcceptanceBody)
    place = PayoutPlace(transaction_id, payment_id, payout_id)
    accept_payout(bootstrap.ports(api.actor()), account, place, said.reference, said.reason)
    return no_content()


def _sequence(operation_id: str) -> int:
    if not (operation_id.isascii() and operation_id.isdigit() and len(operation_id) <= MAX_SEQUENCE_DIGITS):
        raise OperationNotFound(operation_id)
    return int(operation_id)


def _request(transaction_id: str, movement: movements.DirectRequest) -> Response:
    from settlement.api.operations.request import MovementBody

    account = api.caller()
    body, key, expected = api.read(MovementBody), api.idempotency_key(), api.expected_version()
    ports = bootstrap.ports(api.actor())
    asked = account, transaction_id, movement, body.value, key
    if movement is movements.SETTLEMENT:
        done = movements.request_movement(ports, *asked, expected, body.told_reason)
    else:
        asking = asking_movement(ports, *asked, body.told_reason)
        waiting = act_or_ask(ports, account, asking, expected)
        if isinstance(waiting, Approval):
            return answer(202, approval_view(waiting))
        done = waiting
    return answer(200, operation_result(movements.await_conclusion(ports, done, bootstrap.patience())))


def _preview_request(transaction_id: str, movement: movements.DirectRequest) -> Response:
    from settlement.api.operations.request import MovementBody

    account = api.caller()
    value, key, expected = api.read(MovementBody).value, api.idempotency_key(), api.expected_version()
    if movement is not movements.SETTLEMENT:
        from settlement.api.previews.view import preview_view

        ports = bootstrap.ports(api.actor())
        asking = asking_movement(ports, account, transaction_id, movement, value, key, None)
        return answer(200, preview_view(preview_asking(ports, account, asking, expected)))
    return _preview(
        transaction_id,
        lambda ports: movements.request_movement(ports, account, transaction_id, movement, value, key, expected),
    )


def _preview(transaction_id: str, act: "Callable[[Ports], object]") -> Response:
    from settlement.api.previews.view import preview_view
    from settlement.use_cases.previews.preview_action import preview_action

    account = api.caller()
    previewed = preview_action(
        bootstrap.ports(api.actor()), lambda store: load_by_transaction(store, account, transaction_id), act
    )
    return answer(200, preview_view(previewed))
