"""Every effect that the service has outside of its process, counted as it happens, and a failure at one of them.

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
    """Which side of an effect something fails on."""

    BEFORE = "before"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Point:
    """A moment between two effects: the ``number``-th effect of a story, from 1, and the side of it."""

    number: int
    when: When


@dataclass
class Effects:
    """What happened outside so far, by name; ``fail_at`` says where it fails, once each, and ``failure`` how.

    With ``reads`` reading counts as an effect too.
    """

    fail_at: Iterable[Point] = ()
    failure: type[BaseException] = Crash
    reads: bool = False
    happened: list[str] = field(default_factory=list)
    failures: int = 0

    def __post_init__(self) -> None:
        self._deadly = set(self.fail_at)
        self._act: Callable[[], object] | None = None

    @property
    def points(self) -> list[Point]:
        """The points that the effects so far lie between."""
        return [Point(number, when) for number in range(1, len(self.happened) + 1) for when in When]

    def perform(self, name: str, act: Callable[[], Any]) -> Any:
        """Have an effect, unless it fails before; the caller learns nothing of it if it fails after."""
        self.happened.append(name)
        number = len(self.happened)
        self._fail_at(Point(number, When.BEFORE))
        result = act()
        self._fail_at(Point(number, When.AFTER))
        return result

    def meanwhile(self, act: Callable[[], object]) -> None:
        """Have somebody else act at the points, in place of a failure."""
        self._act = act

    def of(self, client: Any, only: Container[str] | None = None) -> Any:
        """Return a client whose effects are counted here: all that does not only read, or ``only`` some."""
        return _Watched(client, self, only)

    def _fail_at(self, point: Point) -> None:
        if point in self._deadly:
            self._deadly.remove(point)
            self.failures += 1
            if self._act is not None:
                self._act()
                return
            raise self.failure(f"{point.when} effect {point.number}, {self.happened[-1]}")


class _Watched:
    def __init__(self, client: Any, effects: Effects, only: Container[str] | None) -> None:
        self._client = client
        self._effects = effects
        self._only = only

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._client, name)
        is_effect = not name.startswith(_READING) if self._only is None else name in self._only
        if not (is_effect or self._effects.reads) or not callable(method):
            return method
        return lambda *args, **kwargs: self._effects.perform(name, lambda: method(*args, **kwargs))
