"""The due-work sweep, once a minute: retries, timers, and operations whose event was lost."""

import json
import os
from dataclasses import asdict
from typing import Any

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from settlement import bootstrap
from settlement.logs import new_logger
from settlement.use_cases.ports import DueOperation
from settlement.use_cases.sweep_due_work import sweep_due_work

logger = new_logger()
metrics = Metrics()
bootstrap.dynamodb()


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Start what is due; return how much that was."""
    swept = asdict(sweep_due_work(bootstrap.ports(), _start))
    metrics.add_metric("OperationsStarted", MetricUnit.Count, swept["operations_started"])
    logger.info("swept", **swept)
    return swept


def _start(due: DueOperation) -> None:
    name = {"account": due.account, "transactionId": due.transaction_id, "operation": due.sequence}
    bootstrap.workflows().start_execution(stateMachineArn=os.environ["STATE_MACHINE_ARN"], input=json.dumps(name))
