"""Cuts what comes into lots."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def in_lots(things: Iterable[T], size: int) -> Iterator[tuple[T, ...]]:
    """Yield things in lots of a size, the last one smaller; each is taken when it is asked for.

    >>> list(in_lots("abcde", 2))
    [('a', 'b'), ('c', 'd'), ('e',)]
    """
    waiting = iter(things)
    while lot := tuple(islice(waiting, size)):
        yield lot
