"""App keys on the table, by the command that makes them and by the authorizer that reads them."""

import importlib
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from operations.command_line import main
from operations.keys import CACHED_SECONDS
from operations.output import MISUSED
from settlement import bootstrap
from settlement.storage import app_keys
from settlement.storage.app_keys import Caller, KeyRefused
from tests.support.lambda_context import Context
from tests.template.cloudformation import load_template

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TABLE = "keys"
ERP = Caller("acme-erp", "acme", ("notify-invoice", "view-order"))


@pytest.fixture(params=["client", "own_client"])
def dynamodb(request: pytest.FixtureRequest) -> "Iterator[DynamoDBClient]":
    """A client with an empty table."""
    client: DynamoDBClient = request.getfixturevalue(request.param)
    client.create_table(
        TableName=TABLE,
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("PK", "SK")],
        KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
        BillingMode="PAY_PER_REQUEST",
    )
    yield client
    client.delete_table(TableName=TABLE)


@pytest.fixture
def authorise(dynamodb: "DynamoDBClient", monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Any]:
    """Ask the authorizer about a key and token; an exception's text if it raises."""
    monkeypatch.setenv("TABLE_NAME", TABLE)
    monkeypatch.setattr(bootstrap, "dynamodb", lambda: dynamodb)
    handler = importlib.import_module("functions.authorizer.app").handler

    def ask(key: str, token: str) -> Any:
        headers = {"X-VTEX-API-AppKey": key, "x-vtex-api-apptoken": token}
        event = {"headers": headers, "methodArn": "arn:aws:execute-api:eu-west-1:1:api/v1/GET/health"}
        try:
            return handler(event, Context())["context"]
        except Exception as error:
            return str(error)

    return ask


def _run(*words: str) -> int:
    return main(["key", *words, "--table", TABLE])


def _shown_token(capsys: pytest.CaptureFixture[str]) -> str:
    found = re.findall(r"^X-VTEX-API-AppToken: (\S+)$", capsys.readouterr().out, re.MULTILINE)
    assert len(found) == 1
    return str(found[0])


def _everything(dynamodb: "DynamoDBClient") -> str:
    return str(dynamodb.scan(TableName=TABLE)["Items"])


def test_created_key_is_let_in_with_its_roles_and_its_token_is_stored_nowhere(
    dynamodb: "DynamoDBClient", authorise: Callable[[str, str], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("create", "acme-erp", "--account", "acme", "--role", "view-order", "--role", "notify-invoice") == 0
    token = _shown_token(capsys)

    assert authorise("acme-erp", token) == {"account": "acme", "roles": "view-order,notify-invoice"}
    assert token not in _everything(dynamodb)
    assert len(token) >= 43


@pytest.mark.parametrize(("key", "token"), [("acme-erp", "wrong"), ("nobody", None), ("acme#erp", None), ("", None)])
def test_wrong_pair_is_unauthorized(
    dynamodb: "DynamoDBClient", authorise: Callable[[str, str], Any], key: str, token: str | None
) -> None:
    right = app_keys.create(dynamodb, TABLE, ERP, NOW)

    assert authorise(key, token or right) == "Unauthorized"


def test_key_cannot_be_made_twice(dynamodb: "DynamoDBClient", capsys: pytest.CaptureFixture[str]) -> None:
    token = app_keys.create(dynamodb, TABLE, ERP, NOW)

    assert _run("create", "acme-erp", "--account", "stranger", "--role", "*") == 1

    assert "acme-erp is there already" in capsys.readouterr().err
    assert app_keys.identify(dynamodb, TABLE, "acme-erp", token, NOW) == ERP
    assert app_keys.list_keys(dynamodb, TABLE, "stranger") == []


@pytest.mark.parametrize(
    ("key", "account"),
    [("a#b", "acme"), ("", "acme"), ("k" * 65, "acme"), ("k", "a#ORDER"), ("k", ""), ("k\n", "acme"), ("k", "KEY")],
)
def test_names_that_could_part_the_tables_keys_are_refused(dynamodb: "DynamoDBClient", key: str, account: str) -> None:
    with pytest.raises(KeyRefused, match="1 to 64"):
        app_keys.create(dynamodb, TABLE, Caller(key, account, ()), NOW)
    assert _everything(dynamodb) == "[]"


@pytest.mark.parametrize("role", ["", "admin", "view-orders"])
def test_unknown_role_is_refused(dynamodb: "DynamoDBClient", role: str) -> None:
    assert _run("create", "k", "--account", "acme", "--role", role) == MISUSED
    assert _everything(dynamodb) == "[]"


def test_disabled_key_is_refused_and_enabled_again(
    dynamodb: "DynamoDBClient", authorise: Callable[[str, str], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    token = app_keys.create(dynamodb, TABLE, ERP, NOW)

    assert _run("disable", "acme-erp") == 0
    assert "after 60 s at the latest" in capsys.readouterr().out
    assert authorise("acme-erp", token) == "Unauthorized"

    assert _run("enable", "acme-erp") == 0
    assert authorise("acme-erp", token)["account"] == "acme"


def test_rotation_ends_the_old_token_at_once_or_after_an_overlap(dynamodb: "DynamoDBClient") -> None:
    first = app_keys.create(dynamodb, TABLE, ERP, NOW)
    second = app_keys.rotate(dynamodb, TABLE, "acme-erp", NOW, NOW)
    third = app_keys.rotate(dynamodb, TABLE, "acme-erp", NOW, NOW + timedelta(hours=24))

    def holds(token: str, hours: int) -> bool:
        return app_keys.identify(dynamodb, TABLE, "acme-erp", token, NOW + timedelta(hours=hours)) == ERP

    assert [holds(token, 1) for token in (first, second, third)] == [False, True, True]
    assert [holds(token, 24) for token in (first, second, third)] == [False, False, True]


def test_disabling_ends_an_overlap_for_good(dynamodb: "DynamoDBClient") -> None:
    old = app_keys.create(dynamodb, TABLE, ERP, NOW)
    new = app_keys.rotate(dynamodb, TABLE, "acme-erp", NOW, NOW + timedelta(hours=24))
    app_keys.set_enabled(dynamodb, TABLE, "acme-erp", enabled=False)
    assert app_keys.identify(dynamodb, TABLE, "acme-erp", old, NOW) is None
    assert app_keys.identify(dynamodb, TABLE, "acme-erp", new, NOW) is None

    app_keys.set_enabled(dynamodb, TABLE, "acme-erp", enabled=True)

    assert app_keys.identify(dynamodb, TABLE, "acme-erp", old, NOW) is None
    assert app_keys.identify(dynamodb, TABLE, "acme-erp", new, NOW) == ERP


def test_rotated_by_command_shows_the_new_token_and_when_the_old_one_ends(
    dynamodb: "DynamoDBClient", authorise: Callable[[str, str], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    old = app_keys.create(dynamodb, TABLE, ERP, NOW)

    assert _run("rotate", "acme-erp", "--overlap", "2") == 0

    new = _shown_token(capsys)
    assert new != old
    assert [authorise("acme-erp", token)["account"] for token in (old, new)] == ["acme", "acme"]


@pytest.mark.parametrize("words", [("rotate", "nobody"), ("disable", "nobody"), ("enable", "nobody")])
def test_unknown_key_is_named(
    dynamodb: "DynamoDBClient", capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    assert _run(*words) == 1
    assert "there is no app key nobody" in capsys.readouterr().err
    assert _everything(dynamodb) == "[]"


def test_list_shows_an_accounts_keys_and_no_others(
    dynamodb: "DynamoDBClient", capsys: pytest.CaptureFixture[str]
) -> None:
    token = app_keys.create(dynamodb, TABLE, ERP, NOW)
    app_keys.create(dynamodb, TABLE, Caller("acme-bi", "acme", ("view-order",)), NOW)
    app_keys.create(dynamodb, TABLE, Caller("other", "acme-2", ("*",)), NOW)
    app_keys.set_enabled(dynamodb, TABLE, "acme-bi", enabled=False)
    app_keys.rotate(dynamodb, TABLE, "acme-erp", NOW, datetime.now(UTC) + timedelta(hours=1))

    assert _run("list", "--account", "acme") == 0

    title, head, *shown = capsys.readouterr().out.splitlines()
    assert title.strip() == "App keys of acme"
    assert head.split()[:3] == ["key", "state", "roles"]
    assert [line.split()[:3] for line in shown] == [
        ["acme-bi", "disabled", "view-order"],
        ["acme-erp", "enabled", "notify-invoice,view-order"],
    ]
    assert "until" in shown[1]
    assert token not in str(shown)


def test_answer_is_remembered_as_long_as_the_command_says() -> None:
    authorizer = load_template()["Resources"]["Api"]["Properties"]["Auth"]["Authorizers"]["AppKey"]
    assert authorizer["Identity"]["ReauthorizeEvery"] == CACHED_SECONDS
