"""The tasks of the settlement workflow: attempt, execute, conclude."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from settlement import bootstrap
from settlement.domain.actor import Actor, System
from settlement.environment import ENVIRONMENT
from settlement.logs import new_logger
from settlement.use_cases.workflow.attempt_operation import AttemptTask, attempt_operation
from settlement.use_cases.workflow.conclude_operation import conclude_operation
from settlement.use_cases.workflow.execute_leg import LegTask, execute_leg
from settlement.use_cases.workflow.plan_operation import plan_operation

logger = new_logger()
metrics = Metrics()
bootstrap.dynamodb()


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Run one step; an exception means "try again"."""
    account, transaction_id, operation = event["account"], event["transactionId"], int(event["operation"])
    logger.append_keys(account=account, transaction=transaction_id, operation=operation, step=event["step"])
    logger.append_keys(execution=event["execution"])
    ports = bootstrap.ports(Actor(system=System.WORKFLOW))
    result: dict[str, Any]
    failure = None
    match event["step"]:
        case "attempt":
            task = AttemptTask(account, transaction_id, operation, event["execution"], _started_at(event))
            attempted = attempt_operation(ports, bootstrap.connector_client(), task, ENVIRONMENT.public_base_url)
            result, failure = _handed_out(attempted.outcome, attempted.legs), attempted.failure
        case "plan":  # definitions of earlier versions ask for it
            planned = plan_operation(ports, account, transaction_id, operation, event["execution"])
            result = _handed_out(planned.outcome, planned.legs)
        case "execute":
            call = LegTask(account, transaction_id, operation, event["leg"], _started_at(event))
            result = {"outcome": execute_leg(ports, bootstrap.connector_client(), call, ENVIRONMENT.public_base_url)}
        case "conclude":
            conclusion = conclude_operation(
                ports, account, transaction_id, operation, event["execution"], _started_at(event)
            )
            result, failure = {"outcome": conclusion.outcome}, conclusion.failure
        case step:
            raise ValueError(f"no such step: {step}")
    if failure is not None:
        metrics.add_metric("OperationFailed", MetricUnit.Count, 1)
        logger.error("operation failed", reason=failure)
    logger.debug("step done", outcome=result["outcome"])
    return result


def _started_at(event: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(event["startedAt"])


def _handed_out(outcome: str, legs: Sequence[str]) -> dict[str, Any]:
    return {"outcome": outcome, "legs": [{"leg": number} for number in legs]}
