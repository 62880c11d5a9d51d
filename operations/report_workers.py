"""The hands of a large report: processes beside the command's own, since encoding and matching keep a core busy."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import chain
from multiprocessing import get_context
from typing import TYPE_CHECKING, TypeVar

from operations.output import CommandError
from operations.report_ports import report_ports
from settlement.use_cases.reconciliation.hands import Threads
from settlement.use_cases.shared.lots import in_lots
from settlement.use_cases.shared.side_by_side import in_order

if TYPE_CHECKING:
    from operations.stacks import Stack
    from settlement.domain.reconciliation.books import PaymentBooks
    from settlement.use_cases.reconciliation.keep_findings import Finding, Repeated
    from settlement.use_cases.reconciliation.report_ports import Hands

T = TypeVar("T")
U = TypeVar("U")

AT_ONCE = 16
"""Reads and writes of the table at once: it answers after some milliseconds, which are spent on the next ones."""

LARGE_BYTES = 2_000_000
"""Size of a file above which processes are started for it: they take a second, about the time of 1,000 lines."""

MOST_PROCESSES = 4

LOTS_AT_ONCE, MATCHED_AT_ONCE, FINDINGS_AT_ONCE = 5, 600, 600
"""Lots of transactions, things to match, and findings that are handed to a process at once: it stands still between."""


def processes_for(size: int) -> int:
    """Return how many processes help with a file of so many bytes: one for each core, none with a small one."""
    cores = os.cpu_count() or 1
    return min(cores, MOST_PROCESSES) if size > LARGE_BYTES and cores > 1 else 0


@contextmanager
def hands_for(stack: Stack, account: str, size: int) -> Iterator[Hands]:
    """Give hands for a file of so many bytes, which end with the context; raises ``CommandError`` if a process dies."""
    processes = processes_for(size)
    if not processes:
        yield Threads(report_ports(stack), account, AT_ONCE)
        return
    with ProcessPoolExecutor(
        processes, get_context("spawn"), _begin, (replace(stack, clients={}), account, AT_ONCE // processes)
    ) as pool:
        for _ in range(processes):  # all start now: one that starts while another dies would be waited for for ever
            pool.submit(os.getpid)
        try:
            yield _Processes(pool, processes)
        except BrokenProcessPool as error:
            raise CommandError(
                "A process of the command was killed. Run it again, nothing is written twice."
            ) from error
        except BaseException:
            pool.shutdown(cancel_futures=True)  # what is under way ends, what waits does not begin
            raise


class _Processes:
    """Hands that hand on all they get, in lots."""

    def __init__(self, pool: ProcessPoolExecutor, processes: int) -> None:
        self._in_order = partial(in_order, pool, at_once=processes)

    def books(self, lots: Iterable[Sequence[str]]) -> Iterator[PaymentBooks]:
        """Yield the payments of which something was captured, of lots of transactions by their ids."""
        return chain.from_iterable(self._in_order(_books, in_lots(lots, LOTS_AT_ONCE)))

    def each(self, work: Callable[[T], U], things: Iterable[T]) -> Iterator[U]:
        """Yield what ``work`` makes of each thing."""
        return chain.from_iterable(self._in_order(partial(_each, work), in_lots(things, MATCHED_AT_ONCE)))

    def keep(self, findings: Iterable[Finding]) -> Iterator[Repeated]:
        """Write findings; yield for each what other reports have told of its payment since it was found."""
        return chain.from_iterable(self._in_order(_keep, in_lots(findings, FINDINGS_AT_ONCE)))


_own: list[Threads] = []
"""The hands of this process, if it is one of those."""


def _begin(stack: Stack, account: str, at_once: int) -> None:
    """Get ready, in a new process; an interruption from the keyboard is the command's to handle."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _own.append(Threads(report_ports(stack), account, at_once))


def _books(lots: Sequence[Sequence[str]]) -> list[PaymentBooks]:
    return list(_own[0].books(lots))


def _each(work: Callable[[T], U], things: Sequence[T]) -> list[U]:
    return [work(thing) for thing in things]


def _keep(findings: Sequence[Finding]) -> list[Repeated]:
    return list(_own[0].keep(findings))
