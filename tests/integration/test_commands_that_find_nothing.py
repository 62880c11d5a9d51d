"""Commands that find nothing say so, with an exit code of their own, and never guess whose orders are meant."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from local import app_key, audit, republish
from local.commands import NOTHING, account_of
from local.progress import StackError
from local.rebuild import main as rebuild_main
from local.seed import ACCOUNT as LOCAL_ACCOUNT
from local.stacks import Stack
from settlement.domain.events import Event, EventType
from settlement.storage.dynamodb import DynamoDBStore
from settlement.use_cases.ports import Commit
from tests.builders import ACCOUNT, NOON, ORDER_ID, TRANSACTION_ID, an_order
from tests.template.cloudformation import load_template, of_type

TABLE = "quita"
Show = pytest.CaptureFixture[str]


class Bus:
    """Takes every event."""

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:
        """Take them."""
        return {"Entries": [{"EventId": "1"} for _ in Entries]}


@pytest.fixture
def stack(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stack]:
    """A stack with an empty table, which every command takes for the one it is told."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        dynamodb = boto3.client("dynamodb")
        table = of_type(load_template(), "AWS::DynamoDB::Table")["Table"]
        parts = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
        dynamodb.create_table(TableName=TABLE, **{part: table[part] for part in parts})
        clients = {"dynamodb": dynamodb, "events": Bus()}
        stack = Stack("quita", {"TableName": TABLE, "EventBusName": "quita"}, clients=clients)
        for module in (audit, republish):
            monkeypatch.setattr(module, "the_stack", lambda name, region: stack)
        yield stack


@pytest.fixture
def store(stack: Stack) -> DynamoDBStore:
    return DynamoDBStore(stack.client("dynamodb"), TABLE)


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Run a command with words."""

    def run(command: Callable[[], int], *words: str) -> int:
        monkeypatch.setattr("sys.argv", ["command", *words])
        return command()

    return run


def sell(store: DynamoDBStore, *events: Event) -> None:
    """Store an order of the account."""
    order = an_order()
    store.commit(Commit(ACCOUNT, order.order_id, order.transaction_id, order=order, events=events))


@pytest.mark.parametrize("command", [audit.main, republish.main])
def test_account_without_orders_is_not_all_clear(
    stack: Stack, play: Callable[..., int], capsys: Show, command: Callable[[], int]
) -> None:
    assert play(command, "--all", "--account", "nobody") == NOTHING
    shown = capsys.readouterr()
    assert "Account nobody has no" in shown.err
    assert "0 " not in shown.out


def test_account_with_orders_is_audited(store: DynamoDBStore, capsys: Show) -> None:
    sell(store)
    audit.audit(store, ACCOUNT, None)
    assert "1 orders audited" in capsys.readouterr().out


def test_time_without_events_publishes_nothing_and_says_so(
    store: DynamoDBStore, play: Callable[..., int], capsys: Show
) -> None:
    sell(store, Event(EventType.PAYMENT_SETTLED, NOON, "transaction", 1, ORDER_ID, TRANSACTION_ID, "P", {"value": 1}))
    of_order = ("--order", ORDER_ID, "--account", ACCOUNT)

    assert play(republish.main, *of_order, "--since", "2199-01-01") == NOTHING
    assert f"Order {ORDER_ID} has no public events of that time" in capsys.readouterr().err
    assert play(republish.main, *of_order) == 0
    assert "1 events published" in capsys.readouterr().out


def test_time_that_ends_before_it_begins_is_refused(play: Callable[..., int], stack: Stack, capsys: Show) -> None:
    words = ("--all", "--account", ACCOUNT, "--since", "2026-03-02", "--until", "2026-03-01")
    assert play(republish.main, *words) == 1
    assert "is after --until" in capsys.readouterr().err


@pytest.mark.parametrize("command", [audit.main, republish.main])
@pytest.mark.parametrize("words", [("--stack", "quita"), ("--stack", "quita", "--account", " "), ("--account", "")])
def test_account_is_never_guessed(
    stack: Stack, play: Callable[..., int], capsys: Show, command: Callable[[], int], words: tuple[str, ...]
) -> None:
    assert play(command, "--all", *words) == 1
    assert "Name it with --account" in capsys.readouterr().err


def test_local_stack_has_an_account_of_its_own() -> None:
    assert account_of(None, None) == LOCAL_ACCOUNT
    assert account_of("acme", None) == account_of("acme", "quita") == "acme"
    with pytest.raises(StackError, match="Which account of stack quita"):
        account_of(None, "quita")


def test_table_and_folder_without_events_make_nothing(
    stack: Stack, play: Callable[..., int], capsys: Show, tmp_path: Path
) -> None:
    assert play(rebuild_main, "--from", TABLE, "--to", "made") == NOTHING
    assert f"There are no events in {TABLE}: nothing was made." in capsys.readouterr().err
    assert play(rebuild_main, "--from", str(tmp_path), "--to", "made") == NOTHING


def test_account_without_keys_is_told(stack: Stack, capsys: Show) -> None:
    assert app_key.main(["--table", TABLE, "list", "--account", "nobody"]) == NOTHING
    assert capsys.readouterr().err.strip() == "Account nobody has no keys."
    assert app_key.main(["--table", TABLE, "create", "k", "--account", "acme", "--role", "*"]) == 0
    assert app_key.main(["--table", TABLE, "list", "--account", "acme"]) == 0
