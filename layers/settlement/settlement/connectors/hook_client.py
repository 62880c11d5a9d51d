"""Posts to hooks, whose addresses integrators choose and which must not lead into private networks.

Only https is allowed, and only addresses of the public internet, checked when the name is resolved at each call. No
redirect is followed, and a call lasts at most 5 s. With ``allow_loopback``, this machine is allowed too, without TLS.
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
"""The published time limit of a hook's answer."""


class HookClient:
    """The ``HookCaller`` port over HTTP; it never raises because of the other side."""

    def __init__(self, *, allow_loopback: bool, timeout_seconds: float = TIMEOUT_SECONDS) -> None:
        """Store the settings; the first call imports the HTTP library."""
        self._allow_loopback = allow_loopback
        self._timeout_seconds = timeout_seconds

    def ping(self, hook: Hook) -> str | None:
        """Check that the hook answers, before it is saved."""
        return self._post(hook, {"hookConfig": "ping"})

    def notify(self, account: str, hook: Hook, update: StatusUpdate) -> str | None:
        """Post a status change, or work that opened or closed."""
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
    told: dict[str, Any] = {
        "Domain": update.domain,
        "OrderId": update.order_id,
        "State": update.state,
        "LastState": update.last_state or "",
        "LastChange": _date(update.last_changed_at or update.changed_at),
        "CurrentChange": _date(update.changed_at),
        "Origin": {"Account": account, "Key": hook.app_key},
    }
    return told if update.work_item is None else told | {"WorkItem": dict(update.work_item)}


def _date(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S.%f}0Z"
