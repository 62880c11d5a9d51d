"""Signing in with an app key and its token; a key that fails often has to wait (D143)."""

from datetime import datetime

from settlement.console.access import Access
from settlement.domain.account.app_key import HeldKey
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class Refused:
    """Nobody signed in: the pair is wrong, or too many were, so that the next is looked at in ``wait_seconds``."""

    wait_seconds: int = 0


def sign_in(access: Access, app_key: str, token: str, now: datetime) -> HeldKey | Refused:
    """Return the key that a pair belongs to. An attempt that has to wait is not looked at, right or wrong."""
    failures = access.failures(app_key)
    if failures is not None and now < failures.wait_until():
        return Refused(int((failures.wait_until() - now).total_seconds()) + 1)
    key = access.identify(app_key, token, now)
    if key is None:
        access.note_failure(app_key, now)
        return Refused()
    if failures is not None:
        access.forget_failures(app_key)
    return key
