"""What an operator's command says when it cannot go on, and while it works."""

import time

import pytest
from botocore.exceptions import ClientError, NoRegionError

from local.commands import counted, run
from local.progress import StackError


class Refused(Exception):
    """What only one command knows."""


THROTTLED = ClientError({"Error": {"Code": "ThrottlingException", "Message": "Slow down"}}, "Query")


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (StackError("There is no table x."), "There is no table x."),
        (NoRegionError(), "You must specify a region."),
        (THROTTLED, "Slow down"),
        (Refused("no such key"), "no such key"),
    ],
)
def test_what_stops_a_command_is_told_in_words(error: Exception, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    def command() -> int:
        raise error

    assert run(command, Refused) == 1
    shown = capsys.readouterr()
    assert told in shown.err
    assert "Traceback" not in shown.err


def test_defect_of_a_command_is_not_hidden() -> None:
    def command() -> int:
        raise KeyError("defect")

    with pytest.raises(KeyError):
        run(command, Refused)


def test_exit_code_is_the_command_s() -> None:
    assert run(lambda: 2) == 2


def test_long_work_is_counted(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    now = iter(range(100))
    monkeypatch.setattr(time, "monotonic", lambda: next(now))

    assert list(counted("abcdefg", "letters")) == list("abcdefg")

    assert capsys.readouterr().out.splitlines() == ["  3 letters …", "  6 letters …"]


def test_nothing_is_said_of_short_work(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(counted([1, 2], "numbers")) == [1, 2]
    assert capsys.readouterr().out == ""
