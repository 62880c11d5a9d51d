"""Work on many things side by side, in threads: they wait for the table at once."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
U = TypeVar("U")

AHEAD = 2
"""Things that are under way or done for each worker, before the first of them is taken."""


def side_by_side(work: Callable[[T], U], things: Iterable[T], at_once: int) -> Iterator[U]:
    """Yield what ``work`` makes of each thing, in their order; for one at once, each as it is taken.

    The things are taken in the caller's thread, never many more than there are threads. What ``work`` raises is raised
    at its place.
    """
    if at_once == 1:
        yield from map(work, things)
        return
    with ThreadPoolExecutor(at_once) as threads:
        yield from in_order(threads, work, things, at_once)


def in_order(workers: Executor, work: Callable[[T], U], things: Iterable[T], at_once: int) -> Iterator[U]:
    """Yield what ``work`` makes of each thing, in their order, by workers that can do so many at once."""
    under_way: deque[Future[U]] = deque()
    for thing in things:
        under_way.append(workers.submit(work, thing))
        if len(under_way) == at_once * AHEAD:
            yield under_way.popleft().result()
    while under_way:
        yield under_way.popleft().result()
