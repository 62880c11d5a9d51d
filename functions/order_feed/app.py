"""The feed of order updates: events of statuses and work fill it; it is configured and read over HTTP."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from settlement import bootstrap
from settlement.api.feeds.view import MAX_LOT, feed_state_view, feed_view, update_of, update_view
from settlement.api.resolver import Api, answer
from settlement.api.shared.http import Response
from settlement.logs import new_logger
from settlement.use_cases.updates import read_feed

logger = new_logger()
api = Api(logger)
bootstrap.dynamodb()


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Handle an event of the bus, or answer a REST API proxy event."""
    return _publish(event) if "detail-type" in event else api.resolve(event)


@api.serves("getFeed")
def get_configuration() -> Response:
    """Show the caller's feed and the number of its updates."""
    account, app_key = api.caller_key()
    now = datetime.now(UTC)
    return answer(200, feed_state_view(read_feed.retrieve_feed(bootstrap.feeds(), account, app_key, now), now))


@api.serves("configureFeed")
def configure() -> Response:
    """Create or change the caller's feed."""
    from settlement.api.feeds.request import FeedBody

    account, app_key = api.caller_key()
    ports = bootstrap.ports(api.actor())
    feed = api.read(FeedBody).as_feed(app_key, ports.new_id())
    return answer(200, feed_view(read_feed.configure_feed(bootstrap.feeds(), account, feed, ports.pause)))


@api.serves("deleteFeed")
def delete_configuration() -> Response:
    """Delete the caller's feed and its updates."""
    bootstrap.feeds().delete_feed(*api.caller_key())
    return answer(200, {})


@api.serves("readFeed")
def read() -> Response:
    """Return the oldest updates, and hide them until they are committed or their time is over."""
    account, app_key = api.caller_key()
    api.list_query("maxlot")
    most = api.query_integer("maxlot", MAX_LOT, 1, MAX_LOT)
    updates = read_feed.read_feed(bootstrap.feeds(), account, app_key, most, datetime.now(UTC))
    return answer(200, [update_view(update) for update in updates])


@api.serves("commitFeed")
def commit() -> Response:
    """Delete processed updates from the feed."""
    from settlement.api.feeds.request import CommitBody

    account, app_key = api.caller_key()
    read_feed.commit_updates(bootstrap.feeds(), account, app_key, api.read(CommitBody).as_keys())
    return answer(200, {})


def _publish(event: dict[str, Any]) -> dict[str, Any]:
    """Add a status change, or work, to the feeds with a matching filter; a repeated event is added once."""
    update, account = update_of(event), event["detail"]["account"]
    feeds = read_feed.publish_update(bootstrap.feeds(), account, update, datetime.now(UTC))
    logger.debug("published", account=account, order=update.order_id, state=update.state, feeds=feeds)
    return {"feeds": feeds}
