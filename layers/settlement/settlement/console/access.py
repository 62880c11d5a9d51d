"""The port of app keys and sessions: who may sign in, who still may, and who has signed out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from settlement.domain.account.app_key import AccountKey, Failures, HeldKey


class Access(Protocol):
    """App keys as the console needs them. Reads see all earlier writes."""

    def identify(self, app_key: str, token: str, now: datetime) -> HeldKey | None:
        """Return the key if it is enabled and the token is valid."""
        ...

    def key(self, app_key: str) -> HeldKey | None:
        """Return the key if it is there and enabled."""
        ...

    def failures(self, app_key: str) -> Failures | None:
        """Return the failed attempts to sign in with a key, None if there were none lately."""
        ...

    def note_failure(self, app_key: str, now: datetime) -> None:
        """Count one more failed attempt."""
        ...

    def forget_failures(self, app_key: str) -> None:
        """Count from zero again."""
        ...

    def keys_of(self, account: str) -> Sequence[AccountKey]:
        """Return the keys of an account by name."""
        ...

    def create_key(self, app_key: str, account: str, roles: tuple[str, ...], now: datetime) -> str:
        """Create a key and return its token; raises ``AlreadyExists`` if the name is taken."""
        ...

    def rotate_key(self, app_key: str, now: datetime) -> str:
        """Give a key a new token and return it; the old one ends at once."""
        ...

    def switch_key(self, app_key: str, *, enabled: bool) -> None:
        """Enable or disable a key."""
        ...

    def end(self, session_id: str, until: datetime) -> None:
        """Remember until then that a session has ended."""
        ...

    def is_ended(self, session_id: str) -> bool:
        """Return whether a session has been ended."""
        ...
