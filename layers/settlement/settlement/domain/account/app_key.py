"""An app key as the console knows it, and what failed attempts to sign in with one cost."""

from datetime import datetime, timedelta

from settlement.values import dataclass

FREE_FAILURES = 5
"""Failed attempts of a key after which the next one has to wait."""

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=30), timedelta(minutes=15)
"""The wait after the fifth failure, doubled by each further one, and its most."""

FAILURES_KEPT = timedelta(hours=1)
"""How long a failure counts after the last one."""


@dataclass(frozen=True, slots=True)
class HeldKey:
    """An enabled app key; ``fingerprint`` changes whenever its token does."""

    app_key: str
    account: str
    roles: tuple[str, ...]
    fingerprint: str


@dataclass(frozen=True, slots=True)
class AccountKey:
    """An app key in the list of its account."""

    app_key: str
    roles: tuple[str, ...]
    enabled: bool


@dataclass(frozen=True, slots=True)
class Failures:
    """The failed attempts to sign in with one key."""

    count: int
    last_at: datetime

    def wait_until(self) -> datetime:
        """Return the time before which no further attempt is looked at."""
        if self.count < FREE_FAILURES:
            return self.last_at
        doubled: int = 2 ** min(self.count - FREE_FAILURES, 10)
        return self.last_at + min(FIRST_WAIT * doubled, LONGEST_WAIT)
