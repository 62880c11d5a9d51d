"""The hook of an app key: an address of its integrator that gets every status update by POST."""

from collections.abc import Callable

from settlement.domain.account.feed import MAX_HOOKS, Hook, StatusUpdate
from settlement.domain.errors import InvalidRequest, NoHook
from settlement.use_cases.shared.contention import no_pause, until_first
from settlement.use_cases.updates.feed_ports import Feeds, HookCaller


class HooksNotDelivered(Exception):
    """One or more hooks did not accept an update; the update has to be tried again."""


def configure_hook(
    feeds: Feeds, caller: HookCaller, account: str, hook: Hook, pause: Callable[[float], None] = no_pause
) -> None:
    """Create or replace an app key's hook after its address has answered a ping.

    Raises ``InvalidRequest`` if it does not answer, or for too many hooks.
    """
    _require_room(feeds, account, hook)
    failure = caller.ping(hook)
    if failure is not None:
        raise InvalidRequest(f"hook.url: the ping failed: {failure}")
    until_first(pause, lambda: feeds.replace_hook(account, _require_room(feeds, account, hook), hook))


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


def call_hooks(feeds: Feeds, caller: HookCaller, account: str, update: StatusUpdate) -> int:
    """Post an update to every hook whose filter matches; return their number.

    Raises ``HooksNotDelivered`` if any of them failed, after all were called. The retry calls all of them again.
    """
    wanting = [hook for hook in feeds.hooks(account) if hook.wants(update)]
    failures = {hook.app_key: caller.notify(account, hook, update) for hook in wanting}
    failed = {app_key: reason for app_key, reason in failures.items() if reason is not None}
    if failed:
        reasons = "; ".join(f"{app_key}: {reason}" for app_key, reason in failed.items())
        raise HooksNotDelivered(f"update {update.event_id} of order {update.order_id}: {reasons}")
    return len(wanting)
