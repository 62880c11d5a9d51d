"""Credentials of connectors in a secret: versions, rotation, two writers, and what does not fit."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Lock
from time import sleep
from typing import Any

import pytest

from settlement.domain.connectors.connector import Connector, Credentials
from settlement.domain.errors import Busy, CredentialsFull
from settlement.storage import keys
from settlement.storage.connector_credentials import LOCK_LASTS, SecretsManagerCredentials
from testkit.builders import a_connector
from testkit.clock import Clock

TABLE = "credentials"


class Stored:
    """The secret and the table, and as many processes on them as a test wants."""

    def __init__(self, dynamodb: Any, secrets: Any, secret: str) -> None:
        self.dynamodb, self.secrets, self.secret = dynamodb, secrets, secret
        self.clock = Clock()
        self.reads = 0

    def process(self) -> SecretsManagerCredentials:
        """A process with nothing read."""

        def client() -> Any:
            self.reads += 1
            return self.secrets

        return SecretsManagerCredentials(client, self.secret, self.dynamodb, TABLE, self.clock, lambda _: sleep(0.01))

    @property
    def text(self) -> str:
        return str(self.secrets.get_secret_value(SecretId=self.secret)["SecretString"])


@pytest.fixture(params=["", "own_"], ids=["boto3", "own"])
def stored(request: pytest.FixtureRequest) -> Iterator[Stored]:
    client = request.getfixturevalue(f"{request.param}client")
    secrets = request.getfixturevalue(f"{request.param}secrets_client")
    client.create_table(
        TableName=TABLE,
        KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("PK", "SK")],
        BillingMode="PAY_PER_REQUEST",
    )
    secret = secrets.create_secret(Name="credentials")["ARN"]
    yield Stored(client, secrets, secret)
    client.delete_table(TableName=TABLE)
    secrets.delete_secret(SecretId=secret, ForceDeleteWithoutRecovery=True)


def put(vault: SecretsManagerCredentials, token: str, name: str = "demo/acme", keep: str | None = None) -> Connector:
    """Store a token, and return the connector that has it."""
    with vault.exclusively():
        return a_connector(credentials=vault.put(name, Credentials("key", token), keep))


def test_what_was_put_is_read_by_another_process(stored: Stored) -> None:
    connector = put(stored.process(), "first")

    assert stored.process().of(connector) == Credentials("key", "first")


def test_passwords_of_custom_fields_are_kept_with_the_pair(stored: Stored) -> None:
    credentials = Credentials("key", "token", (("Signing key", "open-sesame-7"), ("Pin", "1")))
    vault = stored.process()
    with vault.exclusively():
        connector = a_connector(credentials=vault.put("demo/acme", credentials, keep=None))
    put(vault, "other", "demo/other")

    assert stored.process().of(connector) == credentials


def test_secret_is_read_once_until_a_version_is_asked_for_that_is_not_known(stored: Stored) -> None:
    writer, reader = stored.process(), stored.process()
    old = put(writer, "first")
    assert reader.of(old).app_token == "first"
    before = stored.reads
    assert reader.of(old).app_token == "first"
    assert stored.reads == before

    assert old.credentials is not None
    new = put(writer, "second", keep=old.credentials.version)

    assert reader.of(new).app_token == "second"
    assert reader.of(old).app_token == "first", "calls under way still have the old one"


def test_version_that_nothing_uses_goes_with_the_next(stored: Stored) -> None:
    vault = stored.process()
    first = put(vault, "first")
    put(vault, "never-used", keep=first.credentials.version if first.credentials else None)

    put(vault, "third", keep=first.credentials.version if first.credentials else None)

    assert sorted(token for _, token in json.loads(stored.text)["demo/acme"].values()) == ["first", "third"]


@pytest.mark.parametrize("unknown", ["version", "name", "nothing"])
def test_credentials_that_are_not_there_are_an_error(stored: Stored, unknown: str) -> None:
    connector = put(stored.process(), "first")
    assert connector.credentials is not None
    other: dict[str, Any] = {unknown: "other"}
    changed = None if unknown == "nothing" else replace(connector.credentials, **other)

    with pytest.raises(LookupError):
        stored.process().of(replace(connector, credentials=changed))


def test_writers_at_once_take_nothing_from_each_other(stored: Stored) -> None:
    guard = Lock()
    stored.dynamodb = _Serial(stored.dynamodb, guard)

    with ThreadPoolExecutor(8) as pool:
        written = list(pool.map(lambda number: put(stored.process(), f"token-{number}", f"demo/{number}"), range(16)))

    reader = stored.process()
    assert [reader.of(connector).app_token for connector in written] == [f"token-{number}" for number in range(16)]


def test_writer_that_died_holds_others_back_no_longer_than_its_lock_lasts(stored: Stored) -> None:
    dead = stored.process().exclusively()
    dead.__enter__()

    with pytest.raises(Busy):
        put(stored.process(), "second")
    stored.clock.advance(LOCK_LASTS + timedelta(seconds=1))
    connector = put(stored.process(), "second")

    dead.__exit__(None, None, None)
    assert stored.process().of(connector).app_token == "second"


def test_lock_is_given_back_when_a_writer_fails(stored: Stored) -> None:
    vault = stored.process()
    with pytest.raises(ValueError, match="broken"), vault.exclusively():
        raise ValueError("broken")

    put(vault, "first")
    pk, sk = keys.CREDENTIALS_LOCK
    assert "Item" not in stored.dynamodb.get_item(TableName=TABLE, Key={"PK": {"S": pk}, "SK": {"S": sk}})


def test_more_than_a_secret_holds_is_refused_and_changes_nothing(stored: Stored) -> None:
    vault = stored.process()
    connector = put(vault, "first")
    before = stored.text

    with pytest.raises(CredentialsFull, match="limit 65536"):
        put(vault, "x" * 65_536, "demo/other")

    assert stored.text == before
    assert stored.process().of(connector).app_token == "first"


class _Serial:
    """A DynamoDB client that takes one call at a time: moto's table is not safe for threads."""

    def __init__(self, client: Any, guard: Lock) -> None:
        self._client, self._guard = client, guard

    def put_item(self, **request: Any) -> Any:
        with self._guard:
            return self._client.put_item(**request)

    def delete_item(self, **request: Any) -> Any:
        with self._guard:
            return self._client.delete_item(**request)
