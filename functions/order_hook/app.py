"""The hook of order updates: configured over HTTP, called for events of statuses and work.

Lambda repeats a failed run twice, and then sends its event to the queue of failed status changes.
"""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from settlement import bootstrap
from settlement.api.feeds.view import (
    DEFAULT_DELIVERIES,
    MAX_DELIVERIES,
    deliveries_view,
    delivery_view,
    hook_view,
    update_of,
)
from settlement.api.resolver import Api, answer
from settlement.api.shared.cursors import read_cursor
from settlement.api.shared.http import Response
from settlement.domain.actor import Actor, System
from settlement.logs import new_logger
from settlement.use_cases.shared.ports import Ports
from settlement.use_cases.updates.call_hooks import call_hooks, configure_hook, retrieve_hook, rotate_secret
from settlement.use_cases.updates.deliver import delete_hook, list_deliveries, resend

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
    ports, hook = bootstrap.ports(api.actor()), api.read(HookBody).as_hook(app_key)
    saved, secret = configure_hook(
        bootstrap.feeds(), bootstrap.hook_client(), account, hook, _new_secret(ports), ports.now(), ports.pause
    )
    return answer(200, hook_view(saved) | ({} if secret is None else {"secret": secret}))


@api.serves("deleteHook")
def delete_configuration() -> Response:
    """Delete the caller's hook."""
    delete_hook(bootstrap.ports(api.actor()), bootstrap.feeds(), *api.caller_key())
    return answer(200, {})


@api.serves("rotateHookSecret")
def rotate() -> Response:
    """Give the caller's hook a new secret; the one before stays valid beside it."""
    ports = bootstrap.ports(api.actor())
    secret = _new_secret(ports)
    hook = rotate_secret(bootstrap.feeds(), *api.caller_key(), secret, ports.pause)
    return answer(200, {"secret": secret, "validSecrets": len(hook.secrets)})


@api.serves("listDeliveries")
def deliveries() -> Response:
    """Show the log of the caller's hook, the newest updates first."""
    account, app_key = api.caller_key()
    limit = api.query_integer("limit", DEFAULT_DELIVERIES, 1, MAX_DELIVERIES)
    after = read_cursor(api.list_query("limit", "cursor").get("cursor"))
    return answer(200, deliveries_view(list_deliveries(bootstrap.feeds(), account, app_key, limit, after)))


@api.serves("resendDelivery")
def send_again(delivery_id: str) -> Response:
    """Send a logged update to its hook once more."""
    ports = bootstrap.ports(api.actor())
    delivery = resend(ports, bootstrap.feeds(), bootstrap.hook_client(), api.caller(), delivery_id)
    return answer(200, delivery_view(delivery))


def _new_secret(ports: Ports) -> str:
    """Return 64 random hexadecimal digits."""
    return f"{ports.new_id()}{ports.new_id()}".lower()


def _call(event: dict[str, Any]) -> dict[str, Any]:
    """Post a status change, or work, to the hooks with a matching filter."""
    update, account = update_of(event), event["detail"]["account"]
    logger.append_keys(account=account, order=update.order_id)
    ports, transaction_id = bootstrap.ports(Actor(system=System.WORKFLOW)), event["detail"]["transactionId"]
    called = call_hooks(ports, bootstrap.feeds(), bootstrap.hook_client(), account, update, transaction_id)
    logger.debug("hooks called", state=update.state, hooks=called)
    return {"hooks": called}
