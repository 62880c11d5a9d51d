"""App keys, failed attempts and ended sessions on the table, for the console."""

import hashlib
from datetime import datetime
from typing import TYPE_CHECKING

from settlement.domain.account.app_key import FAILURES_KEPT, AccountKey, Failures, HeldKey
from settlement.domain.errors import AlreadyExists
from settlement.storage import app_keys, codecs, keys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class DynamoDBAccess:
    """The console's port of app keys on one table."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table

    def identify(self, app_key: str, token: str, now: datetime) -> HeldKey | None:
        """Return the key if it is enabled and the token is valid."""
        caller = app_keys.identify(self._client, self._table, app_key, token, now)
        return None if caller is None else self.key(app_key)

    def key(self, app_key: str) -> HeldKey | None:
        """Return the key if it is there and enabled."""
        return app_keys.enabled_key(self._client, self._table, app_key)

    def failures(self, app_key: str) -> Failures | None:
        """Return the failed attempts to sign in with a key, None if there were none lately."""
        item = self._read(keys.sign_in(_name(app_key)))
        return None if item is None else Failures(int(item["failures"]), datetime.fromisoformat(item["lastAt"]))

    def note_failure(self, app_key: str, now: datetime) -> None:
        """Count one more failed attempt; attempts at once are all counted."""
        pk, sk = keys.sign_in(_name(app_key))
        self._client.update_item(
            TableName=self._table,
            Key=codecs.to_wire({"PK": pk, "SK": sk}),
            UpdateExpression="ADD failures :one SET lastAt = :at, expiresAt = :until",
            ExpressionAttributeValues=codecs.to_wire(
                {":one": 1, ":at": now.isoformat(), ":until": int((now + FAILURES_KEPT).timestamp())}
            ),
        )

    def forget_failures(self, app_key: str) -> None:
        """Count from zero again."""
        pk, sk = keys.sign_in(_name(app_key))
        self._client.delete_item(TableName=self._table, Key=codecs.to_wire({"PK": pk, "SK": sk}))

    def keys_of(self, account: str) -> list[AccountKey]:
        """Return the keys of an account by name."""
        listed = app_keys.list_keys(self._client, self._table, account)
        return [AccountKey(key.app_key, key.roles, key.enabled) for key in listed]

    def create_key(self, app_key: str, account: str, roles: tuple[str, ...], now: datetime) -> str:
        """Create a key and return its token; raises ``AlreadyExists`` if the name is taken."""
        try:
            return app_keys.create(self._client, self._table, app_keys.Caller(app_key, account, roles), now)
        except app_keys.KeyRefused as refused:
            raise AlreadyExists(str(refused)) from None

    def rotate_key(self, app_key: str, now: datetime) -> str:
        """Give a key a new token and return it; the old one ends at once."""
        try:
            return app_keys.rotate(self._client, self._table, app_key, now, now)
        except app_keys.KeyRefused as refused:
            raise AlreadyExists(str(refused)) from None

    def switch_key(self, app_key: str, *, enabled: bool) -> None:
        """Enable or disable a key."""
        try:
            app_keys.set_enabled(self._client, self._table, app_key, enabled=enabled)
        except app_keys.KeyRefused as refused:
            raise AlreadyExists(str(refused)) from None

    def end(self, session_id: str, until: datetime) -> None:
        """Remember until then that a session has ended."""
        pk, sk = keys.ended_session(session_id)
        item = {"PK": pk, "SK": sk, "expiresAt": int(until.timestamp())}
        self._client.put_item(TableName=self._table, Item=codecs.to_wire(item))

    def is_ended(self, session_id: str) -> bool:
        """Return whether a session has been ended."""
        return self._read(keys.ended_session(session_id)) is not None

    def _read(self, key: keys.Key) -> codecs.Item | None:
        pk, sk = key
        wire = codecs.to_wire({"PK": pk, "SK": sk})
        answer = self._client.get_item(TableName=self._table, Key=wire, ConsistentRead=True)
        return codecs.from_wire(answer["Item"]) if "Item" in answer else None


def _name(app_key: str) -> str:
    """Return a short name of what was typed as an app key; it can be anything."""
    return hashlib.sha256(app_key.encode("utf-8", "surrogatepass")).hexdigest()
