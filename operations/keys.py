"""Creates, rotates, disables, enables and lists app keys in the table of a stack."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from operations.output import Output
from settlement.domain.account.account import EVERY_ROLE, Role
from settlement.storage import app_keys
from settlement.storage.app_keys import Caller

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MAX_OVERLAP_HOURS = 7 * 24
CACHED_SECONDS = 60
"""How long the API caches its decision on a key and token."""
ROLES = (*(role.value for role in Role), EVERY_ROLE)


@dataclass(frozen=True, slots=True)
class AppKeys:
    """The app keys of a table. Each command returns its exit code; an impossible one raises ``KeyRefused``."""

    dynamodb: DynamoDBClient
    table: str
    output: Output

    def create(self, key: str, account: str, roles: list[str]) -> int:
        """Create a key and show its token once."""
        caller = Caller(key, account, tuple(dict.fromkeys(roles)))
        return self._show(key, app_keys.create(self.dynamodb, self.table, caller, datetime.now(UTC)))

    def rotate(self, key: str, overlap_hours: int) -> int:
        """Give a key a new token; the old one stays valid for ``overlap_hours``."""
        now = datetime.now(UTC)
        until = now + timedelta(hours=overlap_hours)
        token = app_keys.rotate(self.dynamodb, self.table, key, now, until)
        gone = f"at {until:%Y-%m-%d %H:%M} UTC" if overlap_hours else "now"
        self.output.say(f"The old token ends {gone}; the API may remember it {CACHED_SECONDS} s longer.")
        return self._show(key, token, oldTokenUntil=until.isoformat())

    def switch(self, key: str, *, enabled: bool) -> int:
        """Enable or disable a key."""
        app_keys.set_enabled(self.dynamodb, self.table, key, enabled=enabled)
        self.output.say(f"{key} is {'enabled' if enabled else 'disabled'}, after {CACHED_SECONDS} s at the latest.")
        return self.output.end(appKey=key, enabled=enabled)

    def list(self, account: str) -> int:
        """Show an account's keys, without their tokens."""
        found = app_keys.list_keys(self.dynamodb, self.table, account)
        if not found:
            return self.output.nothing(f"Account {account} has no keys.", account=account, keys=[])
        table = self.output.table(f"App keys of {account}", "key", "state", "roles", "created", "rotated", "old token")
        now = datetime.now(UTC)
        for key in found:
            old = key.old_token_until
            until = f"until {old:%Y-%m-%d %H:%M %Z}" if old and old > now else ""
            state = "enabled" if key.enabled else "disabled"
            roles = ",".join(key.roles)
            table.add_row(key.app_key, state, roles, str(key.created_at or "?"), str(key.rotated_at or ""), until)
        self.output.show(table)
        keys = [{"appKey": key.app_key, "enabled": key.enabled, "roles": list(key.roles)} for key in found]
        return self.output.end(account=account, keys=keys)

    def _show(self, app_key: str, token: str, **more: Any) -> int:
        self.output.say(f"X-VTEX-API-AppKey: {app_key}")
        self.output.say(f"X-VTEX-API-AppToken: {token}")
        self.output.say("The token is not stored; it is shown this once.")
        return self.output.end(appKey=app_key, appToken=token, **more)
