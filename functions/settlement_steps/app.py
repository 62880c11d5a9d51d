"""The tasks of the settlement workflow: plan, execute, conclude."""

from datetime import datetime
from typing import Any

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from settlement import bootstrap
from settlement.environment import ENVIRONMENT
from settlement.logs import new_logger
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
    ports = bootstrap.ports()
    match event["step"]:
        case "plan":
            handed = plan_operation(ports, account, transaction_id, operation, event["execution"])
            result: dict[str, Any] = {"outcome": handed.outcome, "legs": [{"leg": number} for number in handed.legs]}
        case "execute":
            call = LegTask(account, transaction_id, operation, event["leg"], datetime.fromisoformat(event["startedAt"]))
            result = {"outcome": execute_leg(ports, bootstrap.connector_client(), call, ENVIRONMENT.public_base_url)}
        case "conclude":
            conclusion = conclude_operation(
                ports,
                account,
                transaction_id,
                operation,
                event["execution"],
                datetime.fromisoformat(event["startedAt"]),
            )
            if conclusion.failure is not None:
                metrics.add_metric("OperationFailed", MetricUnit.Count, 1)
                logger.error("operation failed", reason=conclusion.failure)
            result = {"outcome": conclusion.outcome}
        case step:
            raise ValueError(f"no such step: {step}")
    logger.info("step done", outcome=result["outcome"])
    return result
