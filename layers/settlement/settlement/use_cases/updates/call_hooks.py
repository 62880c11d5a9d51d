"""The hook of an app key: an address of its integrator's that every status update is posted to."""

from collections.abc import Callable

from settlement.domain.account.feed import MAX_HOOKS, Hook, StatusUpdate
from settlement.domain.errors import InvalidRequest, NoHook
from settlement.use_cases.shared.contention import no_pause, until_first
from settlement.use_cases.updates.feed_ports import Feeds, HookCaller


class HooksNotDelivered(Exception):
    """Hooks did not take an update: all of it is to be tried again."""


def configure_hook(
    feeds: Feeds, caller: HookCaller, account: str, hook: Hook, pause: Callable[[float], None] = no_pause
) -> None:
    """Create or replace an app key's hook, once its address has answered a ping.

    Raises ``InvalidRequest`` if it has not, or for one hook too many.
    """
    _require_room(feeds, account, hook)
    failure = caller.ping(hook)
    if failure is not None:
        raise InvalidRequest(f"hook.url: the ping failed: {failure}")
    until_first(pause, lambda: feeds.replace_hook(account, _require_room(feeds, account, hook), hook))


def _require_room(feeds: Feeds, account: str, hook: Hook) -> Hook | None:
    """Return the hook that the app key has by now; raises ``InvalidRequest`` if there is none and no room for it."""
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
    """Post an update to every hook whose filter lets it through; return how many those are.

    Raises ``HooksNotDelivered`` when all were called and any has failed: a hook that took it is then called again.
    """
    wanting = [hook for hook in feeds.hooks(account) if hook.wants(update)]
    failures = {hook.app_key: caller.notify(account, hook, update) for hook in wanting}
    failed = {app_key: reason for app_key, reason in failures.items() if reason is not None}
    if failed:
        reasons = "; ".join(f"{app_key}: {reason}" for app_key, reason in failed.items())
        raise HooksNotDelivered(f"update {update.event_id} of order {update.order_id}: {reasons}")
    return len(wanting)
