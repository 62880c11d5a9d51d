"""Delivers updates to hooks, keeps a log of it, and delivers one again when a person asks."""

from functools import partial

from settlement.domain.account.delivery import Delivery, attempted
from settlement.domain.account.feed import Hook, StatusUpdate, read_delivery_id
from settlement.domain.errors import DeliveryNotFound, NoHook
from settlement.use_cases.shared.contention import until_first
from settlement.use_cases.shared.ports import Page, Ports
from settlement.use_cases.updates.feed_ports import Feeds, HookCaller

AT_ONCE = 100
"""Deliveries of one read."""


def deliver(
    ports: Ports,
    feeds: Feeds,
    caller: HookCaller,
    account: str,
    hook: Hook,
    update: StatusUpdate,
    transaction_id: str,
) -> Delivery:
    """Post an update to a hook, whatever came of it before, and log the attempt, with the work that it becomes."""
    at = ports.now()
    called = caller.notify(account, hook, update, at)

    def log() -> Delivery:
        before = feeds.delivery(account, hook.app_key, update.key)
        after = attempted(before, hook.app_key, update, transaction_id, called, at)
        if after.work is not None:
            transaction = ports.store.transaction(account, transaction_id)
            currency = "" if transaction is None else transaction.currency
            after = attempted(before, hook.app_key, update, transaction_id, called, at, currency)
        feeds.record_delivery(account, before, after, ports.actor)
        return after

    return until_first(ports.pause, log)


def list_deliveries(feeds: Feeds, account: str, app_key: str, limit: int, after: str | None) -> Page[Delivery]:
    """Return a page of the log of an app key's hook, the newest updates first."""
    return feeds.deliveries(account, app_key, limit, after)


def find_delivery(feeds: Feeds, account: str, id_: str) -> Delivery:
    """Return a logged update of an account; raises ``DeliveryNotFound``."""
    named = read_delivery_id(id_)
    found = None if named is None else feeds.delivery(account, *named)
    if found is None:
        raise DeliveryNotFound(id_)
    return found


def resend(ports: Ports, feeds: Feeds, caller: HookCaller, account: str, id_: str) -> Delivery:
    """Deliver a logged update once more, to the hook as it is configured now; return what came of it.

    Raises ``DeliveryNotFound`` if it is not in the log of this account, ``NoHook`` if its hook is gone.
    """
    found = find_delivery(feeds, account, id_)
    hook = feeds.hook(account, found.app_key)
    if hook is None:
        raise NoHook(found.app_key)
    return deliver(ports, feeds, caller, account, hook, found.update, found.transaction_id)


def delete_hook(ports: Ports, feeds: Feeds, account: str, app_key: str) -> None:
    """Delete an app key's hook with its log, and with it the work that it asks for."""
    while page := feeds.deliveries(account, app_key, AT_ONCE, None).items:
        for delivery in page:
            until_first(ports.pause, partial(_remove, ports, feeds, account, delivery))
    feeds.delete_hook(account, app_key)


def _remove(ports: Ports, feeds: Feeds, account: str, delivery: Delivery) -> None:
    stored = feeds.delivery(account, delivery.app_key, delivery.key)
    if stored is not None:
        feeds.remove_delivery(account, stored, ports.now(), ports.actor)
