"""The hook of an app key: an address of its integrator that gets every status update by POST."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from settlement.domain.account.feed import MAX_HOOKS, Hook, StatusUpdate
from settlement.domain.errors import InvalidRequest, NoHook
from settlement.use_cases.shared.contention import no_pause, until_first
from settlement.use_cases.shared.ports import Ports
from settlement.use_cases.updates.deliver import deliver
from settlement.use_cases.updates.feed_ports import Feeds, HookCaller


class HooksNotDelivered(Exception):
    """One or more hooks did not accept an update; the update has to be tried again."""


def configure_hook(
    feeds: Feeds,
    caller: HookCaller,
    account: str,
    hook: Hook,
    new_secret: str,
    now: datetime,
    pause: Callable[[float], None] = no_pause,
) -> tuple[Hook, str | None]:
    """Create or replace an app key's hook after its address has answered a ping.

    Returns the hook, and its secret if that is new; a hook keeps the secrets that it has. Raises ``InvalidRequest`` if
    it does not answer, or for too many hooks.
    """

    def signed(before: Hook | None) -> Hook:
        return replace(hook, secrets=before.secrets if before is not None and before.secrets else (new_secret,))

    failure = caller.ping(signed(_require_room(feeds, account, hook)), now)
    if failure is not None:
        raise InvalidRequest(f"hook.url: the ping failed: {failure}")

    def save() -> Hook:
        before = _require_room(feeds, account, hook)
        feeds.replace_hook(account, before, signed(before))
        return signed(before)

    saved = until_first(pause, save)
    return saved, new_secret if new_secret in saved.secrets else None


def rotate_secret(
    feeds: Feeds, account: str, app_key: str, new_secret: str, pause: Callable[[float], None] = no_pause
) -> Hook:
    """Give a hook another secret; the one before goes on signing beside it. Raises ``NoHook``."""

    def save() -> Hook:
        before = retrieve_hook(feeds, account, app_key)
        after = before.with_secret(new_secret)
        feeds.replace_hook(account, before, after)
        return after

    return until_first(pause, save)


def _require_room(feeds: Feeds, account: str, hook: Hook) -> Hook | None:
    """Return the app key's hook; raises ``InvalidRequest`` if it has none and the account has too many."""
    held = {each.app_key: each for each in feeds.hooks(account)}
    if hook.app_key not in held and len(held) >= MAX_HOOKS:
        raise InvalidRequest(f"an account has at most {MAX_HOOKS} hooks, one for each app key")
    return held.get(hook.app_key)


def retrieve_hook(feeds: Feeds, account: str, app_key: str) -> Hook:
    """Return an app key's hook; raises ``NoHook``."""
    hook = feeds.hook(account, app_key)
    if hook is None:
        raise NoHook(app_key)
    return hook


def call_hooks(
    ports: Ports, feeds: Feeds, caller: HookCaller, account: str, update: StatusUpdate, transaction_id: str
) -> int:
    """Post an update to every hook whose filter matches, and log each attempt; return the number of hooks.

    Raises ``HooksNotDelivered`` if any of them failed, after all were called. The retry calls those that failed.
    """
    wanting = [hook for hook in feeds.hooks(account) if hook.wants(update)]
    failed: dict[str, str] = {}
    for hook in wanting:
        before = feeds.delivery(account, hook.app_key, update.key)
        if before is not None and before.is_delivered:
            continue
        delivery = deliver(ports, feeds, caller, account, hook, update, transaction_id)
        if delivery.error is not None:
            failed[hook.app_key] = delivery.error
    if failed:
        reasons = "; ".join(f"{app_key}: {reason}" for app_key, reason in failed.items())
        raise HooksNotDelivered(f"update {update.event_id} of order {update.order_id}: {reasons}")
    return len(wanting)
