"""The third stage of a settlement report: decides every line, keeps the lines, hands out what is to be booked."""

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
    """Match a file that was read with the books that were loaded; ``parts`` of findings are to be written."""
    from settlement.use_cases.reconciliation.match_report import Matching, match_report

    account, report_id = event["account"], event["reportId"]
    logger.append_keys(account=account, report=report_id, run=event["run"])
    with TemporaryDirectory(prefix="quita-") as folder:
        run = bootstrap.report_run(Path(folder), account, report_id, event["run"])
        path = Path(folder) / "workspace"
        run.fetch_workspace(path)
        workspace = bootstrap.report_workspace(path)
        try:
            matching = Matching(
                bootstrap.ports(Actor(system=System.REPORTS)), bootstrap.reports(), bootstrap.report_lines(), workspace,
                run, event["run"],
            )  # fmt: skip
            books = run.books({int(loaded["range"]): int(loaded["pieces"]) for loaded in event["books"]})
            end = match_report(matching, account, report_id, books)
        finally:
            workspace.close()
    logger.info("matched", outcome=end.outcome.value, parts=end.parts)
    return {"outcome": end.outcome.value, "parts": list(range(end.parts))}
