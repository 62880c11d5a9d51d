"""State changes are data: a table says which state may follow which, and any other change is a fault."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

State = TypeVar("State", bound=StrEnum)


class IllegalTransition(Exception):
    """A state would follow one that it cannot follow: a fault of this service, never of its caller."""


def require_transition(table: Mapping[State, frozenset[State]], before: State, after: State) -> None:
    """Check that ``after`` may follow ``before``; raises ``IllegalTransition``."""
    if after not in table[before]:
        raise IllegalTransition(f"{type(before).__name__} {after.value} cannot follow {before.value}")
