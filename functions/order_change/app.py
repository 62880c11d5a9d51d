"""Order changes: registered changes (C§2.1) and modifications (C§2.2)."""

import uuid
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from settlement import bootstrap
from settlement.api.approvals.view import approval_view
from settlement.api.modifications import view as views
from settlement.api.resolver import Api, answer, no_content
from settlement.api.shared.http import Response
from settlement.api.shared.view import receipt_view
from settlement.domain.errors import NoSuchChange, WrongStatus
from settlement.domain.transaction.approval import Approval
from settlement.logs import new_logger
from settlement.use_cases.approvals.act_or_ask import act_or_ask, preview_asking
from settlement.use_cases.approvals.decide_approval import refuse
from settlement.use_cases.approvals.order_change import asking_change
from settlement.use_cases.approvals.order_modification import asking_modification, rehearsed, waiting_modification
from settlement.use_cases.orders import modify_order as modify

if TYPE_CHECKING:
    from settlement.api.modifications.request import ModificationSettings

logger = new_logger()
api = Api(logger)
bootstrap.dynamodb()

# Routes import the models of their bodies themselves: creating those classes is the most expensive part of a cold
# start, and a request without a body does not need them.


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a REST API proxy event."""
    return api.resolve(event)


@api.serves("registerChange")
def register(order_id: str) -> Response:
    """Register a change of an order."""
    from settlement.api.changes.request import ChangeBody

    account = api.caller()
    request, expected = api.read(ChangeBody).as_request(), api.expected_version()
    asking = asking_change(account, order_id, request, str(uuid.uuid4()))
    done = act_or_ask(bootstrap.ports(api.actor()), account, asking, expected)
    return answer(202, approval_view(done)) if isinstance(done, Approval) else answer(200, receipt_view(done))


@api.serves("previewChange")
def preview_change(order_id: str) -> Response:
    """Show what a registered change would do, and write nothing."""
    from settlement.api.changes.request import ChangeBody
    from settlement.api.previews.view import preview_view

    account = api.caller()
    request, expected = api.read(ChangeBody).as_request(), api.expected_version()
    asking = asking_change(account, order_id, request, str(uuid.uuid4()))
    previewed = preview_asking(bootstrap.ports(api.actor()), account, asking, expected)
    return answer(200, preview_view(previewed))


@api.serves("getModificationSettings")
def get_settings() -> Response:
    """Show the account's settings of modifications."""
    return answer(200, _settings(api.caller()).as_view())


@api.serves("putModificationSettings")
def put_settings() -> Response:
    """Replace the account's settings of modifications."""
    from settlement.api.modifications.request import ModificationSettings
    from settlement.use_cases.account.change_settings import replace_change_settings

    account = api.caller()
    settings = api.read(ModificationSettings)
    replace_change_settings(bootstrap.ports(api.actor()), account, settings.model_dump_json(by_alias=True))
    return answer(200, settings.as_view())


@api.serves("modifyOrder")
def create(order_id: str) -> Response:
    """Accept a modification; its money moves after the answer."""
    from settlement.api.modifications.request import ModificationBody

    account = api.caller()
    body, settings = api.read(ModificationBody), _settings(account)
    wanted, text, expected = body.as_wanted(settings), body.as_text(settings), api.expected_version()
    ports = bootstrap.ports(api.actor())
    made = act_or_ask(ports, account, asking_modification(ports, account, order_id, wanted, text), expected)
    if isinstance(made, Approval):
        return answer(202, views.waiting_view(rehearsed(ports, account, made), made))
    return answer(202, views.modification_view(made))


@api.serves("previewModification")
def preview(order_id: str) -> Response:
    """Show the effect of a modification without making it."""
    from settlement.api.modifications.request import ModificationBody

    account = api.caller()
    body, settings = api.read(ModificationBody), _settings(account)
    wanted, text, expected = body.as_wanted(settings), body.as_text(settings), api.expected_version()
    ports = bootstrap.ports(api.actor())
    asking = asking_modification(ports, account, order_id, wanted, text)
    previewed = preview_asking(ports, account, asking, expected)
    return answer(200, views.modification_preview(previewed))


@api.serves("listModifications")
def history(order_id: str) -> Response:
    """Show an order's modifications."""
    account = api.caller()
    api.list_query()
    return answer(
        200, views.history_view(modify.retrieve_modifications(bootstrap.ports(api.actor()), account, order_id))
    )


@api.serves("getModification")
def details(order_id: str, request_id: str) -> Response:
    """Show one modification, its status and its log."""
    account, ports = api.caller(), bootstrap.ports(api.actor())
    try:
        found = modify.retrieve_modification(ports, account, order_id, request_id)
    except NoSuchChange:
        approval = waiting_modification(ports, account, order_id, request_id)
        if approval is None:
            raise
        return answer(200, views.waiting_details(rehearsed(ports, account, approval), approval))
    return answer(200, views.modification_details(found))


@api.serves("retryModification")
def retry(order_id: str, request_id: str) -> Response:
    """Try a waiting modification at once."""
    account, ports = api.caller(), bootstrap.ports(api.actor())
    if waiting_modification(ports, account, order_id, request_id) is not None:
        raise WrongStatus(f"Change {request_id} waits for another app key to approve it", code="SalesOrderSystem016")
    modify.retry_modification(ports, account, order_id, request_id)
    return no_content()


@api.serves("takeBackModification")
def take_back(order_id: str, request_id: str) -> Response:
    """Take back a modification whose money has not moved, or that waits for a second key."""
    from settlement.api.modifications.request import TakeBackBody

    account, ports = api.caller(), bootstrap.ports(api.actor())
    reason = api.read(TakeBackBody).reason
    approval = waiting_modification(ports, account, order_id, request_id)
    if approval is not None:
        refuse(ports, account, approval.id, reason)
    else:
        modify.cancel_modification(ports, account, order_id, request_id, reason)
    return answer(200, {})


def _settings(account: str) -> "ModificationSettings":
    from settlement.api.modifications.request import ModificationSettings

    text = bootstrap.store().change_settings(account)
    return ModificationSettings.model_validate_json(text) if text else ModificationSettings.model_validate({})
