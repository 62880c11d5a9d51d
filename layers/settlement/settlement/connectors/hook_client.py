"""Posting to hooks: addresses that integrators choose, and that must not lead inside.

Only https, only to addresses of the public internet, as the name resolves at the moment of the call; no redirect is
followed, and an answer is read for at most 5 s. Where ``allow_loopback`` says so, this machine may be called too,
without TLS.
"""

import json
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from settlement.connectors.answer import NoAnswer
from settlement.connectors.public_address import address_rule, url_fault
from settlement.domain.account.feed import Hook, StatusUpdate

if TYPE_CHECKING:
    from settlement.connectors.deadline_http import DeadlineHttp

TIMEOUT_SECONDS = 5.0
"""How long integrators know a hook to have for its answer."""


class HookClient:
    """The ``HookCaller`` port over HTTP; it never raises for what the other side does."""

    def __init__(self, *, allow_loopback: bool, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        """Keep the settings; the HTTP library is imported at the first call."""
        self._allow_loopback = allow_loopback
        self._timeout_seconds = timeout_seconds

    def ping(self, hook: Hook) -> str | None:
        """Ask whether anybody is there, before the hook is saved."""
        return self._post(hook, {"hookConfig": "ping"})

    def notify(self, account: str, hook: Hook, update: StatusUpdate) -> str | None:
        """Tell of a status change."""
        return self._post(hook, _notification(account, hook, update))

    def _post(self, hook: Hook, body: dict[str, Any]) -> str | None:
        fault = url_fault(hook.url, allow_loopback=self._allow_loopback)
        if fault is not None:
            return fault
        headers = [("Content-Type", "application/json"), ("Accept-Encoding", "identity"), ("User-Agent", "quita")]
        sent = json.dumps(body, separators=(",", ":")).encode()
        answer = self._http.post(hook.url, [*headers, *hook.headers], sent, self._timeout_seconds)
        if isinstance(answer, NoAnswer):
            return answer.reason
        return None if 200 <= answer.status < 300 else f"it answered with {answer.status}"

    @cached_property
    def _http(self) -> "DeadlineHttp":
        from settlement.connectors.deadline_http import DeadlineHttp

        return DeadlineHttp(address_rule(allow_loopback=self._allow_loopback))


def _notification(account: str, hook: Hook, update: StatusUpdate) -> dict[str, Any]:
    return {
        "Domain": update.domain,
        "OrderId": update.order_id,
        "State": update.state,
        "LastState": update.last_state or "",
        "LastChange": _date(update.last_changed_at or update.changed_at),
        "CurrentChange": _date(update.changed_at),
        "Origin": {"Account": account, "Key": hook.app_key},
    }


def _date(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}0Z"
