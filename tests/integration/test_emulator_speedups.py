"""What the emulator is spared: doing things twice, and fixed waits for a log and before a workflow."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from queue import Empty, Queue
from shutil import rmtree
from threading import Thread
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest

from local.emulator_speedups import (
    BODIES,
    FIRST_STATE_SECONDS,
    PRINCIPAL_SECONDS,
    STARTED_SECONDS,
    Bodies,
    Principals,
    log_so_far,
    remembered,
    sleep_in_workflow,
    unless_plain,
    unpacks_into,
    with_quick_keys,
    without_repeats,
)


def pack(file: Path, contents: dict[str, str]) -> Path:
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in contents.items():
            archive.writestr(name, text)
    return file


def unpack(unpacked: Path, archive: Path, target: Path) -> Path:
    target.mkdir(parents=True)
    with unpacks_into(unpacked)(archive) as opened:
        assert opened.namelist() == []
        opened.extractall(target)
    return target


def test_a_package_is_unpacked_once_and_outlives_whoever_used_it_first(tmp_path: Path) -> None:
    archive = pack(tmp_path / "layer.zip", {"python/quita.py": "A = 1"})
    first = unpack(tmp_path / "unpacked", archive, tmp_path / "one" / "layer")
    second = unpack(tmp_path / "unpacked", archive, tmp_path / "two" / "layer")
    assert (first / "python/quita.py").samefile(second / "python/quita.py")
    rmtree(tmp_path / "one")
    assert (second / "python/quita.py").read_text() == "A = 1"


def test_another_package_has_its_own_contents(tmp_path: Path) -> None:
    for version in ("A = 1", "A = 2"):
        archive = pack(tmp_path / "layer.zip", {"quita.py": version})
        target = unpack(tmp_path / "unpacked", archive, tmp_path / version)
        assert (target / "quita.py").read_text() == version


def test_a_name_that_leads_out_of_a_package_stays_in_it(tmp_path: Path) -> None:
    archive = pack(tmp_path / "layer.zip", {"../../outside.py": "A = 1"})
    target = unpack(tmp_path / "unpacked", archive, tmp_path / "code")
    assert [file.name for file in target.rglob("*.py")] == ["outside.py"]
    assert not list(tmp_path.glob("outside.py"))


class Logging:
    """A process that logs something and goes on, read as the emulator reads it."""

    def __init__(self, program: str) -> None:
        self._proc: subprocess.Popen[str] | None = subprocess.Popen(
            [sys.executable, "-c", f"import sys, time\n{program}\nprint('answer', flush=True)\nsys.stdin.readline()"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        self._lines: Queue[str] = Queue()
        self._stderr_thread = Thread(target=self._read, args=(self._proc,), daemon=True)
        self._stderr_thread.start()
        assert self._proc.stdout is not None
        assert self._proc.stdout.readline() == "answer\n"

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stderr is not None
        for line in process.stderr:
            self._lines.put(line.rstrip("\n"))

    def _drain_stderr(self) -> str:
        lines = []
        while True:
            try:
                lines.append(self._lines.get_nowait())
            except Empty:
                return "\n".join(lines)

    def end(self) -> None:
        if self._proc is not None:
            self._proc.communicate("")


def test_the_log_of_a_call_is_complete() -> None:
    logging = Logging("for number in range(500): print(f'line {number}', file=sys.stderr)")
    assert log_so_far(logging) == "\n".join(f"line {number}" for number in range(500))
    logging.end()


def test_nothing_is_awaited_of_a_call_that_logged_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    logging = Logging("")
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    assert log_so_far(logging) == ""
    assert 0 < sum(slept) < 0.05
    logging.end()


def test_the_log_of_a_process_that_was_killed_is_read_to_its_end() -> None:
    logging = Logging("print('the last word', file=sys.stderr)")
    assert logging._proc is not None
    logging._proc.kill()
    logging._proc.wait()
    logging._proc = None
    assert log_so_far(logging) == "the last word"


def test_a_thread_that_does_not_end_is_not_awaited_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.emulator_speedups.LOG_SECONDS", 0.01)
    worker = SimpleNamespace(_proc=None, _stderr_thread=Thread(target=time.sleep, args=(0.5,)), _drain_stderr=str)
    worker._stderr_thread.start()
    assert log_so_far(worker) == ""
    assert worker._stderr_thread.is_alive()
    worker._stderr_thread.join()


def test_workflow_begins_at_once_and_waits_as_its_states_say(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    for seconds in (FIRST_STATE_SECONDS, 1.0, 2.0):
        sleep_in_workflow(seconds)
    assert slept == [STARTED_SECONDS, 1.0, 2.0]


VALUES = {":pk": {"S": "a"}, ":first": {"S": "LEG#2"}, ":last": {"S": "LEG#\uffff"}, ":n": {"N": "2"}}


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("PK = :pk AND begins_with(SK, :first)", ["a/LEG#2", "a/LEG#21"]),
        ("PK = :pk AND SK BETWEEN :first AND :last", ["a/LEG#2", "a/LEG#21", "a/LEG#3", "a/LEG#é"]),
    ],
)
def test_keys_are_compared_without_the_emulator(condition: str, found: list[str]) -> None:
    items = [
        {"PK": {"S": pk}, "SK": {"S": sk}}
        for pk in ("a", "b")
        for sk in ("LEG#1", "LEG#2", "LEG#21", "LEG#3", "LEG#é", "LEH", "leg#2", "")
    ]

    def refuse(*asked: object) -> bool:
        raise AssertionError("asked the slow one")

    evaluate = with_quick_keys(refuse)
    held = [item for item in items if evaluate(condition, item, VALUES, {}, "KeyConditionExpression")]
    assert [f"{item['PK']['S']}/{item['SK']['S']}" for item in held] == found


@pytest.mark.parametrize(
    ("condition", "slot", "item"),
    [
        ("PK = :pk AND begins_with(SK, :first)", "ConditionExpression", {"PK": {"S": "a"}, "SK": {"S": "LEG#2"}}),
        ("PK = :pk AND dueAt <= :n", "KeyConditionExpression", {"PK": {"S": "a"}, "dueAt": {"N": "1"}}),
        ("PK = :n AND begins_with(SK, :first)", "KeyConditionExpression", {"PK": {"N": "2"}, "SK": {"S": "LEG#2"}}),
    ],
)
def test_anything_else_is_left_to_the_emulator(condition: str, slot: str, item: dict[str, Any]) -> None:
    evaluate = Mock(return_value=True)

    assert with_quick_keys(evaluate)(condition, item, VALUES, {}, slot)
    evaluate.assert_called_once_with(condition, item, VALUES, {}, slot)


class Callers:
    """What the emulator knows of its callers, and how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.policies: dict[str, str] = {"key": "may read"}

    def resolve(self, access_key: str, account: str, credential: object = None) -> SimpleNamespace:
        self.asked += 1
        if access_key not in self.policies:
            return SimpleNamespace(code="InvalidClientTokenId")
        return SimpleNamespace(policies=self.policies[access_key])


def test_a_caller_is_read_once_for_many_requests(monkeypatch: pytest.MonkeyPatch) -> None:
    callers, now = Callers(), [100.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    principals = Principals(callers.resolve)

    assert {principals.resolve("key", "000").policies for _ in range(5)} == {"may read"}
    assert callers.asked == 1
    callers.policies["key"] = "may write"
    now[0] += PRINCIPAL_SECONDS
    assert principals.resolve("key", "000").policies == "may write"


def test_a_changed_policy_counts_from_the_next_request_on() -> None:
    callers = Callers()
    principals = Principals(callers.resolve)
    assert principals.resolve("key", "000").policies == "may read"

    async def change(policies: str) -> str:
        callers.policies["key"] = policies
        return "answer"

    assert asyncio.run(principals.forgotten_after(change)("may write")) == "answer"
    assert principals.resolve("key", "000").policies == "may write"


def test_a_caller_that_is_refused_is_asked_for_again() -> None:
    callers = Callers()
    principals = Principals(callers.resolve)
    assert principals.resolve("other", "000").code == "InvalidClientTokenId"
    callers.policies["other"] = "may read"
    assert principals.resolve("other", "000").policies == "may read"


def test_a_transaction_is_checked_once_for_each_action_and_table() -> None:
    put, check = ("dynamodb:PutItem", "table"), ("dynamodb:ConditionCheckItem", "table")

    assert without_repeats(lambda *_: [put, check, put, put])("dynamodb:TransactWriteItems", b"") == [put, check]


def test_a_number_is_read_once_by_its_text() -> None:
    read = Mock(side_effect=str)
    number = remembered(read)

    assert [number("70"), number("70"), number("80")] == ["70", "70", "80"]
    assert read.call_count == 2
    assert number({"not": "a text"}) == "{'not': 'a text'}"


@pytest.mark.parametrize("number", ["0", "7", "-7", "1200", "9" * 38])
def test_a_plain_number_is_known_without_the_emulator(number: str) -> None:
    told = unless_plain(Mock(side_effect=AssertionError), lambda plain: f"plain {plain}")

    assert told(number) == f"plain {number}"


@pytest.mark.parametrize("number", ["", "-0", "007", "+7", "7.0", "1e3", " 7", "7\n", "٣", "9" * 39, None, 7])
def test_any_other_number_is_left_to_the_emulator(number: object) -> None:
    told = unless_plain(lambda given: [given], lambda plain: "plain")

    assert told(number) == [number]


def test_a_body_is_read_once_for_those_who_look_and_for_who_takes_it(monkeypatch: pytest.MonkeyPatch) -> None:
    read = Mock(side_effect=json.loads)
    monkeypatch.setattr("local.emulator_speedups.json", SimpleNamespace(loads=read, dumps=json.dumps))
    bodies = Bodies()

    looked = [bodies.look(b'{"a": 1}'), bodies.look(b'{"a": 1}')]
    taken = bodies.take(b'{"a": 1}')

    assert [*looked, taken] == [{"a": 1}] * 3
    assert read.call_count == 1


def test_what_was_taken_is_nobody_elses() -> None:
    bodies = Bodies()
    bodies.look(b'{"a": 1}')
    bodies.take(b'{"a": 1}')["a"] = 2

    assert bodies.look(b'{"a": 1}') == bodies.take(b'{"a": 1}') == {"a": 1}


def test_what_was_taken_last_is_written_as_it_came_and_all_else_anew() -> None:
    bodies = Bodies()
    first, second = bodies.take(b'{"a":1}'), bodies.take(b'{"b":\t1}')

    assert bodies.text(second) == '{"b":\t1}'
    assert bodies.text(second, sort_keys=True) == '{"b": 1}'
    assert bodies.text(first) == '{"a": 1}'
    assert bodies.text({"b": 1}) == '{"b": 1}'


def test_bodies_that_nobody_takes_are_forgotten() -> None:
    bodies = Bodies()
    for number in range(BODIES + 1):
        bodies.look(b"%d" % number)

    assert len(bodies._seen) == 1


def test_a_body_that_is_no_json_is_refused_to_each() -> None:
    bodies = Bodies()
    for read in (bodies.look, bodies.take):
        with pytest.raises(json.JSONDecodeError):
            read(b"{")
