"""Time and ids that a test decides about."""

from datetime import UTC, datetime, timedelta
from threading import Lock

MORNING = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Clock:
    """A clock that goes on when it is told to, and by ``tick`` whenever it is read; reading it is ``Ports.now``."""

    def __init__(self, start: datetime = MORNING) -> None:
        self.time = start
        self.tick = timedelta()

    def __call__(self) -> datetime:
        """Return the time."""
        self.time += self.tick
        return self.time

    def advance(self, by: timedelta) -> None:
        """Go on by a while."""
        self.time += by

    def advance_to(self, time: datetime) -> None:
        """Go on to a time, never back."""
        self.time = max(self.time, time)


class Ids:
    """32 upper-case hex digits, one after the other; calling it is ``Ports.new_id``."""

    def __init__(self, last: int = 0) -> None:
        self._last = last
        self._lock = Lock()

    def __call__(self) -> str:
        """Return the next id."""
        with self._lock:
            self._last += 1
            return f"{self._last:032X}"

    def copy(self) -> "Ids":
        """Return what goes on from here by itself."""
        return Ids(self._last)
