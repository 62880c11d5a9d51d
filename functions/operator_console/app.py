"""The operator's console: pages for people, by the same use cases as the API's functions (D142)."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from settlement import bootstrap
from settlement.console.site import Console, Services
from settlement.logs import new_logger

logger = new_logger()
bootstrap.dynamodb()
console = Console(
    logger,
    Services(
        ports=lambda actor: bootstrap.ports(actor),
        access=lambda: bootstrap.console_access(),
        secret=lambda: bootstrap.console_secret(),
        vault=lambda: bootstrap.credentials(),
        probe=lambda: bootstrap.connector_probe(),
        feeds=lambda: bootstrap.feeds(),
        hooks=lambda: bootstrap.hook_client(),
        reports=lambda: bootstrap.reports(),
        report_lines=lambda: bootstrap.report_lines(),
        uploads=lambda: bootstrap.reports_bucket(),
        entry_log=lambda: bootstrap.entry_log(),
    ),
)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a REST API proxy event with a page."""
    return console.resolve(event)
