"""Posts to hooks, whose addresses integrators choose and which must not lead into private networks.

Only https is allowed, and only addresses of the public internet, checked when the name is resolved at each call. No
redirect is followed, and a call lasts at most 5 s. With ``allow_loopback``, this machine is allowed too, without TLS.
Calls are signed with the hook's secrets.
"""

import json
import time
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from settlement.connectors.answer import NoAnswer
from settlement.connectors.hook_signature import HEADER, signature
from settlement.connectors.public_address import address_rule, url_fault
from settlement.domain.account.delivery import Called
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

    def ping(self, hook: Hook, at: datetime) -> str | None:
        """Check that the hook answers, before it is saved."""
        return self._post(hook, {"hookConfig": "ping"}, at).error

    def notify(self, account: str, hook: Hook, update: StatusUpdate, at: datetime) -> Called:
        """Post a status change, or work that opened or closed."""
        return self._post(hook, _notification(account, hook, update), at)

    def _post(self, hook: Hook, body: dict[str, Any], at: datetime) -> Called:
        fault = url_fault(hook.url, allow_loopback=self._allow_loopback)
        if fault is not None:
            return Called(None, fault, 0)
        headers = [("Content-Type", "application/json"), ("Accept-Encoding", "identity"), ("User-Agent", "quita")]
        sent = json.dumps(body, separators=(",", ":")).encode()
        signed = [(HEADER, signature(hook.secrets, at, sent))] if hook.secrets else []
        began = time.monotonic()
        answer = self._http.post(hook.url, [*headers, *hook.headers, *signed], sent, self._timeout_seconds)
        took = round((time.monotonic() - began) * 1000)
        if isinstance(answer, NoAnswer):
            return Called(None, answer.reason, took)
        is_taken = 200 <= answer.status < 300
        return Called(answer.status, None if is_taken else f"it answered with {answer.status}", took)

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
