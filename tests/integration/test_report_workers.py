"""The hands of a report: threads for a small one, processes for a large one."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Iterator, Sequence

import pytest

from operations.output import CommandError
from operations.report_workers import AT_ONCE, LARGE_BYTES, MATCHED_AT_ONCE, hands_for
from operations.stacks import Stack
from settlement.use_cases.reconciliation.hands import Threads

LARGE = LARGE_BYTES + 1

STACK = Stack("quita", {"TableName": "quita"}, "http://127.0.0.1:9")
"""No table answers there; none is asked before a process is killed."""


@pytest.mark.parametrize(("size", "cores"), [(LARGE_BYTES, 2), (LARGE, 1), (LARGE, None)])
def test_small_report_or_one_core_is_for_threads(monkeypatch: pytest.MonkeyPatch, size: int, cores: int | None) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: cores)

    with hands_for(STACK, "acme", size) as hands:
        assert isinstance(hands, Threads)
        assert hands.at_once == AT_ONCE
    assert multiprocessing.active_children() == []


def test_killed_process_ends_the_command_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)

    def lots() -> Iterator[Sequence[str]]:
        yield ["T1"]
        for process in multiprocessing.active_children():
            process.kill()
        yield ["T2"]

    with pytest.raises(CommandError, match="Run it again"), hands_for(STACK, "acme", LARGE) as hands:
        list(hands.books(lots()))
    assert multiprocessing.active_children() == []


def test_what_fails_beside_them_ends_the_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)

    def lots() -> Iterator[Sequence[str]]:
        yield ["T1"]
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), hands_for(STACK, "acme", LARGE) as hands:
        list(hands.books(lots()))
    assert multiprocessing.active_children() == []


def test_processes_and_threads_make_the_same_of_each_thing_in_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    things = [*range(2 * MATCHED_AT_ONCE + 1)]

    for size in (LARGE, LARGE_BYTES):
        with hands_for(STACK, "acme", size) as hands:
            assert list(hands.each(str, things)) == [*map(str, things)]
