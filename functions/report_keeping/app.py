"""The last stage of a settlement report: writes what it told of the payments, part by part, then that it is done."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from settlement import bootstrap
from settlement.domain.actor import Actor, System
from settlement.logs import new_logger

logger = new_logger()
bootstrap.dynamodb()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Write a part of the findings, or with ``step`` ``finish`` the report; run again, both write nothing twice.

    If other reports have told some of it meanwhile, these lines are duplicates: the report is matched ``again``.
    """
    from settlement.use_cases.reconciliation.advance_report import finish_report
    from settlement.use_cases.reconciliation.keep_findings import write_findings

    account, ports = event["account"], bootstrap.ports(Actor(system=System.REPORTS))
    logger.append_keys(account=account, report=event["reportId"], run=event["run"], step=event["step"])
    with TemporaryDirectory(prefix="quita-") as folder:
        run = bootstrap.report_run(Path(folder), account, event["reportId"], event["run"])
        match event["step"]:
            case "keep":
                repeated = write_findings(ports, account, run.findings(int(event["part"])))
                logger.info("kept", part=event["part"], repeated=repeated)
                return {"repeated": repeated}
            case "finish" if any(part["repeated"] for part in event["kept"]):
                return {"outcome": "again"}
            case "finish":
                report = finish_report(ports, bootstrap.reports(), account, run.report())
                logger.info("done", state=report.state.value)
                return {"outcome": report.state.value}
            case step:
                raise ValueError(f"no such step: {step}")
