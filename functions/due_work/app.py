"""The due-work sweep, once a minute: retries, timers, operations with a lost event, and a slice of the audit."""

import time
from dataclasses import asdict
from datetime import datetime
from typing import Any

from aws_lambda_powertools import Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from settlement import bootstrap
from settlement.domain.actor import Actor, System
from settlement.domain.audit.open_value import OpenValue
from settlement.domain.figures import Figure, FigureUnit
from settlement.logs import new_logger
from settlement.metrics import emit
from settlement.use_cases.upkeep.audit_slice import audit_slice
from settlement.use_cases.upkeep.measure_work import measure_work
from settlement.use_cases.upkeep.sweep_due_work import sweep_due_work

AUDIT_UNTIL_SECONDS = 25
"""Age after which a run audits no further order; the function has 55 s, and one order can take long."""

MEASURE_EVERY_MINUTES = 5
"""How often the work of all accounts is counted."""

logger = new_logger()
metrics = Metrics()
bootstrap.dynamodb()


@logger.inject_lambda_context(clear_state=True)
@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, int]:
    """Start all due work, audit some orders, then count what waits; return the numbers of started and audited."""
    until = time.monotonic() + AUDIT_UNTIL_SECONDS
    swept = asdict(sweep_due_work(bootstrap.ports(Actor(system=System.TIMER)), bootstrap.workflow().start))
    metrics.add_metric("OperationsStarted", MetricUnit.Count, swept["operations_started"])
    logger.info("swept", **swept)
    audited = _audit(until)
    if _is_to_measure(event):
        emit(measure_work(bootstrap.ports(Actor(system=System.TIMER))))
    return swept | audited


def _is_to_measure(event: dict[str, Any]) -> bool:
    """True every few minutes by the schedule, and whenever a person has it run."""
    return "time" not in event or datetime.fromisoformat(event["time"]).minute % MEASURE_EVERY_MINUTES == 0


def _audit(until: float) -> dict[str, int]:
    """Audit until the time is up; every order with mismatches counts, even if its timeline has them already."""
    audited = audit_slice(bootstrap.ports(Actor(system=System.AUDIT)), lambda: time.monotonic() < until)
    for found in audited.mismatched:
        logger.error(
            "books disagree",
            account=found.account,
            order=found.order_id,
            transaction=found.transaction_id,
            mismatches=[mismatch.facts for mismatch in found.mismatches],
        )
    metrics.add_metric("OrdersAudited", MetricUnit.Count, audited.orders)
    metrics.add_metric("LedgerMismatch", MetricUnit.Count, len(audited.mismatched))
    emit(map(_open_value, audited.opened))
    return {"orders_audited": audited.orders, "orders_mismatched": len(audited.mismatched)}


def _open_value(opened: OpenValue) -> Figure:
    where = (("Currency", opened.currency), ("DaysLeft", opened.days_left))
    return Figure("OpenAuthorisedValue", opened.value, FigureUnit.MINOR_UNITS, where)
