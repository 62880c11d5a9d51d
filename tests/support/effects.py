"""Every effect that the service has outside of its process, counted as it happens, and the process killed at one.

An effect is a call of any client but one that only reads. Nobody lists them: they are found by running a story.
"""

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

_READING = ("get_", "query", "scan", "batch_get_", "transact_get_", "describe_", "list_")


class Crash(BaseException):
    """The process is gone: no handler may catch this."""


class When(StrEnum):
    """Which side of an effect a process dies on."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Point:
    """A moment between two effects: the ``number``-th effect of a story, from 1, and the side of it."""

    number: int
    when: When


@dataclass
class Effects:
    """What happened outside so far, by name; ``kill_at`` says where the process dies, once each."""

    kill_at: Iterable[Point] = ()
    happened: list[str] = field(default_factory=list)
    crashes: int = 0

    def __post_init__(self) -> None:
        self._deadly = set(self.kill_at)

    @property
    def points(self) -> list[Point]:
        """The points that the effects so far lie between."""
        return [Point(number, when) for number in range(1, len(self.happened) + 1) for when in When]

    def perform(self, name: str, act: Callable[[], Any]) -> Any:
        """Have an effect, unless the process dies before it; the caller learns nothing if it dies after it."""
        self.happened.append(name)
        number = len(self.happened)
        self._die_at(Point(number, When.BEFORE))
        result = act()
        self._die_at(Point(number, When.AFTER))
        return result

    def of(self, client: Any, only: Container[str] | None = None) -> Any:
        """Return a client whose effects are counted here: all that does not only read, or ``only`` some."""
        return _Watched(client, self, only)

    def _die_at(self, point: Point) -> None:
        if point in self._deadly:
            self._deadly.remove(point)
            self.crashes += 1
            raise Crash(f"{point.when} effect {point.number}, {self.happened[-1]}")


class _Watched:
    def __init__(self, client: Any, effects: Effects, only: Container[str] | None) -> None:
        self._client = client
        self._effects = effects
        self._only = only

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)
        is_effect = not name.startswith(_READING) if self._only is None else name in self._only
        if not is_effect or not callable(method):
            return method
        return lambda *args, **kwargs: self._effects.perform(name, lambda: method(*args, **kwargs))
