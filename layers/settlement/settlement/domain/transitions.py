"""State transitions as data: a table lists the legal ones, and any other is a fault."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

State = TypeVar("State", bound=StrEnum)


class IllegalTransition(Exception):
    """A state transition is not legal: a fault of this service, not of its caller."""


def require_transition(table: Mapping[State, frozenset[State]], before: State, after: State) -> None:
    """Raise ``IllegalTransition`` unless ``after`` may follow ``before``."""
    if after not in table[before]:
        raise IllegalTransition(f"{type(before).__name__} {after.value} cannot follow {before.value}")
