"""The ``quita`` command: what it says, in words and in JSON, its exit codes, and that it never guesses whose orders."""

import io
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, NoRegionError

from local.seed import ACCOUNT as LOCAL_ACCOUNT
from operations import command_line
from operations.command_line import main
from operations.output import FOUND, MISUSED, STOPPED, CommandError, Output
from operations.running_stack import Facts, write_facts
from operations.stacks import Stack, entry_log_of
from settlement.domain.bookkeeping.entry import Entry
from settlement.domain.events import Event, EventType
from settlement.storage.app_keys import KeyRefused
from settlement.storage.dynamodb import DynamoDBStore
from settlement.use_cases.shared.ports import Commit, Unavailable
from testkit.builders import ACCOUNT, NOON, ORDER_ID, TRANSACTION_ID, an_order
from tests.support.command_stack import TABLE, command_stack

Show = pytest.CaptureFixture[str]
THROTTLED = ClientError({"Error": {"Code": "ThrottlingException", "Message": "Slow down"}}, "Query")


class Bus:
    """Takes every event."""

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        """Take them."""
        return {"Entries": [{"EventId": "1"} for _ in Entries]}


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """A stack with an empty table, which every command takes for the one it is told."""
    with command_stack(monkeypatch, {"EventBusName": "quita"}, {"events": Bus()}) as stack:
        yield stack


@pytest.fixture
def store(stack: Stack) -> DynamoDBStore:
    return DynamoDBStore(stack.client("dynamodb"), TABLE)


def sell(store: DynamoDBStore, *events: Event, account: str = ACCOUNT) -> None:
    """Store an order of the account."""
    order = an_order()
    store.commit(Commit(account, order.order_id, order.transaction_id, order=order, events=events))


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (CommandError("There is no table x."), "There is no table x."),
        (NoRegionError(), "You must specify a region."),
        (THROTTLED, "Slow down"),
        (KeyRefused("no such key"), "no such key"),
        (Unavailable("query: timed out"), "query: timed out"),
    ],
)
def test_what_stops_a_command_is_told_in_words(
    error: Exception, told: str, monkeypatch: pytest.MonkeyPatch, capsys: Show
) -> None:
    def the_stack(name: str | None, region: str | None) -> Stack:
        raise error

    monkeypatch.setattr(command_line, "the_stack", the_stack)

    assert main(["status"]) == STOPPED
    shown = capsys.readouterr()
    assert told in shown.err
    assert "Traceback" not in shown.err


def test_defect_of_a_command_is_not_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command_line, "the_stack", lambda name, region: dict[str, Stack]()["defect"])

    with pytest.raises(KeyError):
        main(["status"])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["audti"], "audti"),
        (["audit"], "name one order, or say --all"),
        (["audit", "--all", "--order", "1"], "name one order, or say --all"),
        (["republish", "--all", "--since", "yesterday"], "'yesterday' is no ISO 8601 time"),
        (["key", "create", "k", "--account", "a"], "--every-role"),
        (["key", "create", "k", "--account", "a", "--role", "view-order,king"], "no such role: king"),
        (["key", "rotate", "k", "--overlap", "169"], "168"),
        (["rebuild", "--from", "x"], "--to"),
    ],
)
def test_words_that_no_command_takes_have_a_code_of_their_own(words: list[str], told: str, capsys: Show) -> None:
    assert main(words) == MISUSED
    assert told in capsys.readouterr().err


def test_long_work_is_counted(monkeypatch: pytest.MonkeyPatch, capsys: Show) -> None:
    now = iter(range(100))
    monkeypatch.setattr(time, "monotonic", lambda: next(now))

    assert list(Output().counted("abcdefg", "letters")) == list("abcdefg")

    assert capsys.readouterr().err.splitlines() == ["  3 letters …", "  6 letters …"]


def test_nothing_is_said_of_short_work(capsys: Show) -> None:
    assert list(Output().counted([1, 2], "numbers")) == [1, 2]
    shown = capsys.readouterr()
    assert shown.out + shown.err == ""


@pytest.mark.parametrize("command", ["audit", "republish"])
def test_account_without_orders_is_not_all_clear(stack: Stack, capsys: Show, command: str) -> None:
    assert main([command, "--all", "--account", "nobody"]) == FOUND
    shown = capsys.readouterr()
    assert "Account nobody has no" in shown.err
    assert "0 " not in shown.out


def test_account_with_orders_is_audited(store: DynamoDBStore, capsys: Show) -> None:
    sell(store, account=LOCAL_ACCOUNT)
    main(["audit", "--all"])
    assert "1 orders audited" in capsys.readouterr().out


def test_what_machines_read_is_one_document(store: DynamoDBStore, capsys: Show) -> None:
    assert main(["audit", "--all", "--account", "nobody", "--json"]) == FOUND
    assert json.loads(capsys.readouterr().out) == {"account": "nobody", "audited": 0}

    sell(store)
    assert main(["audit", "--all", "--account", ACCOUNT, "--json"]) == FOUND
    audited = json.loads(capsys.readouterr().out)
    assert (audited["account"], audited["audited"]) == (ACCOUNT, 1)
    assert {wrong["order"] for wrong in audited["mismatches"]} == {ORDER_ID}


def test_time_without_events_publishes_nothing_and_says_so(store: DynamoDBStore, capsys: Show) -> None:
    sell(store, Event(EventType.PAYMENT_SETTLED, NOON, "transaction", 1, ORDER_ID, TRANSACTION_ID, "P", {"value": 1}))
    of_order = ("republish", "--order", ORDER_ID, "--account", ACCOUNT)

    assert main([*of_order, "--since", "2199-01-01"]) == FOUND
    assert f"Order {ORDER_ID} has no public events of that time" in capsys.readouterr().err
    assert main([*of_order]) == 0
    assert "1 events published" in capsys.readouterr().out


def test_time_that_ends_before_it_begins_is_refused(stack: Stack, capsys: Show) -> None:
    words = ["republish", "--all", "--account", ACCOUNT, "--since", "2026-03-02", "--until", "2026-03-01"]
    assert main(words) == STOPPED
    assert "is after --until" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["audit", "republish"])
@pytest.mark.parametrize("words", [("--stack", "quita"), ("--stack", "quita", "--account", " "), ("--account", "")])
def test_account_is_never_guessed(stack: Stack, capsys: Show, command: str, words: tuple[str, ...]) -> None:
    assert main([command, "--all", *words]) == STOPPED
    assert "Name it with --account" in capsys.readouterr().err


def test_local_stack_has_an_account_of_its_own(stack: Stack) -> None:
    assert stack.account_of(None) == LOCAL_ACCOUNT
    assert stack.account_of("acme") == Stack("quita", {}).account_of("acme") == "acme"
    with pytest.raises(CommandError, match="Which account of stack quita"):
        Stack("quita", {}).account_of(None)
    with pytest.raises(CommandError, match="'acme#1' is no name of an account"):
        stack.account_of("acme#1")


def test_local_stack_that_does_not_run_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: Show) -> None:
    monkeypatch.setenv("QUITA_LOCAL_DIR", str(tmp_path))
    for _ in range(2):
        assert main(["status"]) == STOPPED
        assert f"No local stack runs from {tmp_path}" in capsys.readouterr().err
        gone = Facts(2**22 + 1, "", "http://127.0.0.1:1", "", "", "", "", "", "", {}, "demo")
        write_facts(tmp_path / "stack.json", gone)


def test_table_and_folder_without_events_make_nothing(stack: Stack, capsys: Show, tmp_path: Path) -> None:
    assert main(["rebuild", "--from", TABLE, "--to", "made"]) == FOUND
    assert f"There are no events in {TABLE}: nothing was rebuilt." in capsys.readouterr().err
    assert main(["rebuild", "--from", str(tmp_path), "--to", "made"]) == FOUND


@pytest.mark.parametrize("roles", [["--role", "*"], ["--every-role"]])
def test_account_without_keys_is_told(stack: Stack, capsys: Show, roles: list[str]) -> None:
    assert main(["key", "list", "--table", TABLE, "--account", "nobody"]) == FOUND
    assert capsys.readouterr().err.strip() == "Account nobody has no keys."
    assert main(["key", "create", "k", "--table", TABLE, "--account", "acme", *roles]) == 0
    capsys.readouterr()
    assert main(["key", "list", "--account", "acme", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["keys"] == [{"appKey": "k", "enabled": True, "roles": ["*"]}]


def test_list_of_roles_is_one_word(stack: Stack, capsys: Show) -> None:
    words = ["key", "create", "k", "--account", "acme", "--role", "view-order, notify-invoice", "--json"]
    assert main(words) == 0
    assert json.loads(capsys.readouterr().out)["appKey"] == "k"
    main(["key", "list", "--account", "acme", "--json"])
    assert json.loads(capsys.readouterr().out)["keys"][0]["roles"] == ["view-order", "notify-invoice"]


def test_table_shows_words_as_they_are(capsys: Show) -> None:
    table = Output().table("Outputs", "name", "value")
    table.add_row("[bold]Arn", "arn:aws:secretsmanager:us-east-1:000000000000:secret:quita-1")

    Output().show(table)

    assert "[bold]Arn  arn:aws:secretsmanager:us-east-1:000000000000:secret:quita-1" in capsys.readouterr().out


def enter(stack: Stack, many: int) -> None:
    """Enter captures of 0.01 in the account's journal, all at noon."""
    entries = [
        Entry(f"E{number}", "PaymentSettled", NOON, "O", "T", "P", "acme", "BRL", {"captured": 1})
        for number in range(many)
    ]
    entry_log_of(stack).enter(ACCOUNT, entries, lambda: NOON)


def test_journal_of_a_period_is_printed_whole(stack: Stack, capsys: Show) -> None:
    enter(stack, 2001)

    assert main(["journal", "--from", "2026-03-01", "--to", "2026-03-01", "--account", ACCOUNT, "--stack", "x"]) == 0

    told = capsys.readouterr()
    assert (told.out.count("\r\n"), told.out.count("entry,"), told.err) == (2 * 2001 + 1, 1, "")


def test_journal_is_printed_as_the_api_answers_it_whatever_the_terminal_writes(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = Entry("E1", "PaymentSettled", NOON, "O", "T", "P", "acme", "BRL", {"captured": 1}, "N1", 2, "ação \u20ac")
    entry_log_of(stack).enter(ACCOUNT, [entry], lambda: NOON)
    printed = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(printed, "ascii", newline="\r\n"))

    assert main(["journal", "--from", "2026-03-01", "--to", "2026-03-01", "--account", ACCOUNT, "--stack", "x"]) == 0

    lines = printed.getvalue().decode("utf-8").split("\r\n")
    assert [line.count("ação \u20ac") for line in lines] == [0, 1, 1, 0]
    assert "\n" not in "".join(lines)


def test_period_that_is_not_over_is_told(stack: Stack, capsys: Show) -> None:
    enter(stack, 1)

    assert (
        main(["journal", "--from", "2026-03-01", "--to", "2999-01-01", "--format", "hledger", "--account", ACCOUNT])
        == 0
    )

    told = capsys.readouterr()
    assert (told.out.count("* PaymentSettled"), told.err) == (1, "The period is not over: more entries can come.\n")


def test_period_without_entries_is_told(stack: Stack, capsys: Show) -> None:
    enter(stack, 1)

    assert main(["journal", "--from", "2026-02-01", "--to", "2026-02-28", "--account", ACCOUNT, "--stack", "x"]) == 0

    told = capsys.readouterr()
    assert (told.out.count("\r\n"), told.err) == (1, f"Account {ACCOUNT} has no entries in this period.\n")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--from", "soon", "--to", "2026-03-01"], "--from: soon is no date"),
        (["--from", "2026-03-02", "--to", "2026-03-01"], "--from: is after to"),
        (["--from", "2026-03-02", "--to", "2026-03-03", "--format", "pdf"], "--format: must be one of csv, jsonl"),
        (["--from", "2026-03-02"], "--to"),
    ],
)
def test_journal_of_no_period_is_refused(stack: Stack, capsys: Show, words: list[str], says: str) -> None:
    assert main(["journal", *words]) == MISUSED
    assert says in capsys.readouterr().err
