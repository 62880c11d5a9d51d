"""The hook of order updates: configured over HTTP, called for events of statuses and work.

Lambda repeats a failed run twice, and then sends its event to the queue of failed status changes.
"""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from settlement import bootstrap
from settlement.api.feeds.view import hook_view, update_of
from settlement.api.resolver import Api, answer
from settlement.api.shared.http import Response
from settlement.logs import new_logger
from settlement.use_cases.updates.call_hooks import call_hooks, configure_hook, retrieve_hook

logger = new_logger()
api = Api(logger)
bootstrap.dynamodb()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Handle an event of the bus, or answer a REST API proxy event."""
    return _call(event) if "detail-type" in event else api.resolve(event)


@api.serves("getHook")
def get_configuration() -> Response:
    """Show the caller's hook."""
    return answer(200, hook_view(retrieve_hook(bootstrap.feeds(), *api.caller_key())))


@api.serves("configureHook")
def configure() -> Response:
    """Create or replace the caller's hook after its address has answered a ping."""
    from settlement.api.feeds.request import HookBody

    account, app_key = api.caller_key()
    hook = api.read(HookBody).as_hook(app_key)
    configure_hook(bootstrap.feeds(), bootstrap.hook_client(), account, hook, bootstrap.ports(api.actor()).pause)
    return answer(200, hook_view(hook))


@api.serves("deleteHook")
def delete_configuration() -> Response:
    """Delete the caller's hook."""
    bootstrap.feeds().delete_hook(*api.caller_key())
    return answer(200, {})


def _call(event: dict[str, Any]) -> dict[str, Any]:
    """Post a status change, or work, to the hooks with a matching filter."""
    update, account = update_of(event), event["detail"]["account"]
    logger.append_keys(account=account, order=update.order_id)
    called = call_hooks(bootstrap.feeds(), bootstrap.hook_client(), account, update)
    logger.debug("hooks called", state=update.state, hooks=called)
    return {"hooks": called}
