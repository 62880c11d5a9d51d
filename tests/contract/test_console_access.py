"""App keys, failed attempts and ended sessions on the table, as the console needs them."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws

from settlement.console.access import Access
from settlement.domain.account.app_key import FAILURES_KEPT, Failures, HeldKey
from settlement.domain.errors import AlreadyExists
from settlement.storage import app_keys
from settlement.storage.app_keys import Caller, rotate, save, set_enabled
from settlement.storage.console_access import DynamoDBAccess
from tests.support.declared_table import make_declared_table

TABLE = "access"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    with mock_aws():
        client = boto3.client("dynamodb")
        make_declared_table(client, TABLE)
        save(client, TABLE, Caller("operator", "demo", ("view-order",)), "a-token", NOW)
        yield client


@pytest.fixture
def access(client: object) -> Access:
    return DynamoDBAccess(client, TABLE)  # type: ignore[arg-type]


def test_key_is_found_with_its_account_and_roles(access: Access) -> None:
    held = access.identify("operator", "a-token", NOW)

    assert held is not None
    assert (held.app_key, held.account, held.roles) == ("operator", "demo", ("view-order",))
    assert access.key("operator") == held


@pytest.mark.parametrize(("key", "token"), [("operator", "wrong"), ("nobody", "a-token"), ("a b", "x"), ("", "")])
def test_wrong_pair_is_nobody(access: Access, key: str, token: str) -> None:
    assert access.identify(key, token, NOW) is None


def test_disabled_key_is_none(access: Access, client: object) -> None:
    set_enabled(client, TABLE, "operator", enabled=False)  # type: ignore[arg-type]

    assert access.key("operator") is None
    assert access.identify("operator", "a-token", NOW) is None


def test_fingerprint_changes_with_the_token_and_does_not_tell_it(access: Access, client: object) -> None:
    def fingerprint() -> str:
        held = access.key("operator")
        assert isinstance(held, HeldKey)
        return held.fingerprint

    before = fingerprint()
    rotate(client, TABLE, "operator", NOW, NOW + timedelta(hours=1))  # type: ignore[arg-type]

    assert fingerprint() != before
    item = app_keys._read(client, TABLE, "operator")  # type: ignore[arg-type]
    assert item is not None
    assert fingerprint() not in (item["tokenHash"], item["salt"])


@pytest.mark.parametrize("key", ["operator", "x" * 5000, "é#\n", ""])
def test_failures_are_counted_one_by_one_and_forgotten(access: Access, client: object, key: str) -> None:
    assert access.failures(key) is None
    for second in range(3):
        access.note_failure(key, NOW + timedelta(seconds=second))

    assert access.failures(key) == Failures(3, NOW + timedelta(seconds=2))
    items = client.scan(TableName=TABLE)["Items"]  # type: ignore[attr-defined]
    [kept] = [item for item in items if item["PK"]["S"].startswith("SIGN.IN#")]
    assert int(kept["expiresAt"]["N"]) == int((NOW + timedelta(seconds=2) + FAILURES_KEPT).timestamp())

    access.forget_failures(key)

    assert access.failures(key) is None


def test_keys_are_made_listed_renewed_and_switched(access: Access) -> None:
    token = access.create_key("second", "demo", ("view-payment",), NOW)
    assert access.identify("second", token, NOW) is not None
    with pytest.raises(AlreadyExists):
        access.create_key("second", "demo", ("view-payment",), NOW)

    renewed = access.rotate_key("second", NOW)
    assert access.identify("second", token, NOW) is None
    assert access.identify("second", renewed, NOW) is not None

    access.switch_key("second", enabled=False)
    assert access.identify("second", renewed, NOW) is None
    assert {key.app_key: (key.roles, key.enabled) for key in access.keys_of("demo")}["second"] == (
        ("view-payment",),
        False,
    )
    assert access.keys_of("rival") == []


@pytest.mark.parametrize("change", ["rotate", "switch"])
def test_key_that_is_not_there_is_not_changed(access: Access, change: str) -> None:
    with pytest.raises(AlreadyExists, match="there is no app key nobody"):
        access.rotate_key("nobody", NOW) if change == "rotate" else access.switch_key("nobody", enabled=False)


def test_ended_session_is_ended(access: Access) -> None:
    access.end("one", NOW + timedelta(days=1))

    assert (access.is_ended("one"), access.is_ended("two")) == (True, False)
