"""Delivers updates to hooks, keeps a log of it, and delivers one again when a person asks."""

from collections.abc import Callable
from datetime import datetime

from settlement.domain.account.delivery import Delivery, attempted, read_delivery_id
from settlement.domain.account.feed import Hook, StatusUpdate
from settlement.domain.errors import DeliveryNotFound, NoHook
from settlement.use_cases.shared.contention import no_pause, until_first
from settlement.use_cases.shared.ports import Page
from settlement.use_cases.updates.feed_ports import Feeds, HookCaller

Pause = Callable[[float], None]

AT_ONCE = 100
"""Deliveries of one read."""


def deliver(
    feeds: Feeds,
    caller: HookCaller,
    account: str,
    hook: Hook,
    update: StatusUpdate,
    transaction_id: str,
    now: Callable[[], datetime],
    pause: Pause = no_pause,
) -> Delivery:
    """Post an update to a hook, whatever came of it before, and log the attempt."""
    at = now()
    called = caller.notify(account, hook, update, at)

    def log() -> Delivery:
        before = feeds.delivery(account, hook.app_key, update.key)
        after = attempted(before, hook.app_key, update, transaction_id, called, at)
        feeds.record_delivery(account, before, after)
        return after

    return until_first(pause, log)


def list_deliveries(feeds: Feeds, account: str, app_key: str, limit: int, after: str | None) -> Page[Delivery]:
    """Return a page of the log of an app key's hook, the newest updates first."""
    return feeds.deliveries(account, app_key, limit, after)


def resend(
    feeds: Feeds, caller: HookCaller, account: str, id_: str, now: Callable[[], datetime], pause: Pause = no_pause
) -> Delivery:
    """Deliver a logged update once more, to the hook as it is configured now; return what came of it.

    Raises ``DeliveryNotFound`` if it is not in the log of this account, ``NoHook`` if its hook is gone.
    """
    named = read_delivery_id(id_)
    found = None if named is None else feeds.delivery(account, *named)
    if found is None:
        raise DeliveryNotFound(id_)
    hook = feeds.hook(account, found.app_key)
    if hook is None:
        raise NoHook(found.app_key)
    return deliver(feeds, caller, account, hook, found.update, found.transaction_id, now, pause)


def delete_hook(feeds: Feeds, account: str, app_key: str) -> None:
    """Delete an app key's hook with its log, and with it the work that it asks for."""
    while page := feeds.deliveries(account, app_key, AT_ONCE, None).items:
        for delivery in page:
            feeds.remove_delivery(account, app_key, delivery.key)
    feeds.delete_hook(account, app_key)
