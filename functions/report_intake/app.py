"""Names settlement reports and tells where to upload their files."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from settlement import bootstrap
from settlement.api.resolver import Api, answer
from settlement.api.shared.http import Response
from settlement.domain.errors import InvalidRequest
from settlement.domain.reconciliation.refusal import ReportRefused
from settlement.logs import new_logger

logger = new_logger()
api = Api(logger)
bootstrap.dynamodb()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a REST API proxy event."""
    return api.resolve(event)


@api.serves("nameSettlementReport")
def name() -> Response:
    """Name a report; one that is done already has no address to upload to."""
    from settlement.api.reports.named_view import named_view
    from settlement.api.reports.request import NamedReportBody
    from settlement.reports.formats import format_of
    from settlement.reports.opened import check_mapping
    from settlement.use_cases.reconciliation.await_upload import await_upload

    account = api.caller()
    named = api.read(NamedReportBody).named
    try:
        format_of(named.format)
    except ReportRefused as refused:
        raise InvalidRequest(f"format: {refused}") from None
    try:
        if named.mapping is not None:
            check_mapping(named.format, named.mapping)
    except ReportRefused as refused:
        raise InvalidRequest(str(refused)) from None
    ports = bootstrap.ports(api.actor())
    awaited = await_upload(ports, bootstrap.reports(), bootstrap.reports_bucket(), account, named)
    return answer(200 if awaited.url is None else 201, named_view(awaited))
