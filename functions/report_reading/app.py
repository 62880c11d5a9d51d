"""The first stage of a settlement report: reads the file that came into the bucket, as a whole or not at all."""

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
    """Read the object ``key`` for the run of that name; hand the workspace on, and the ranges of orders to load.

    With ``step`` ``fail``, say on its report that the run ended with ``error``.
    """
    logger.append_keys(key=event["key"], run=event["run"])
    with TemporaryDirectory(prefix="quita-") as folder:
        match event.get("step", "read"):
            case "read":
                return _read(event, Path(folder))
            case "fail":
                return _fail(event, Path(folder))
            case step:
                raise ValueError(f"no such step: {step}")


def _read(event: dict[str, Any], folder: Path) -> dict[str, Any]:
    from settlement.reports.opened import check_mapping, report_file
    from settlement.use_cases.reconciliation.kept_mapping import Mappings
    from settlement.use_cases.reconciliation.read_report import Arrived, Reading, ReadOutcome, read_report

    file, path = folder / "file", folder / "workspace"
    workspace = bootstrap.report_workspace(path)
    reading = Reading(
        bootstrap.ports(Actor(system=System.REPORTS)),
        bootstrap.reports(),
        workspace,
        lambda key: bootstrap.fetched_report(key, file),
        lambda format_, mapping: report_file(file, format_, mapping),
        Mappings(bootstrap.beginning_of_object, check_mapping),
    )
    end = read_report(reading, Arrived(event["key"], int(event["size"])))
    workspace.leave()
    if end.outcome is ReadOutcome.READ:
        bootstrap.report_run(folder, end.account, end.report_id, event["run"]).keep_workspace(path)
    logger.info("read", outcome=end.outcome.value, account=end.account, report=end.report_id)
    return {
        "outcome": end.outcome.value,
        "account": end.account,
        "reportId": end.report_id,
        "ranges": [
            {"since": days.since.isoformat(), "until": days.until.isoformat(), "checkouts": days.gateway_only}
            for days in end.ranges
        ],
    }


def _fail(event: dict[str, Any], folder: Path) -> dict[str, Any]:
    from settlement.use_cases.reconciliation.read_report import Arrived, Failure, fail_report

    report = fail_report(
        bootstrap.ports(Actor(system=System.REPORTS)),
        bootstrap.reports(),
        lambda key: bootstrap.fetched_report(key, folder / "file"),
        Arrived(event["key"], int(event["size"])),
        Failure(event["run"], event["error"]),
    )
    outcome = "none" if report is None else report.state.value
    logger.info("run failed", outcome=outcome, error=event["error"], report=report and report.report_id)
    return {"outcome": outcome}
