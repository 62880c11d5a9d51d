"""App keys, each with its account, its roles and its token. Tokens are stored as salted hashes only.

A token has 256 random bits, which nobody can guess, so one fast hash is enough (D47).
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from settlement.domain.account.account import is_account
from settlement.domain.account.app_key import HeldKey
from settlement.storage import codecs, keys
from settlement.storage.pages import all_items
from settlement.values import dataclass

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SALT_BYTES = 16
_TOKEN_BYTES = 32
_NOBODY: codecs.Item = {"salt": "00" * _SALT_BYTES, "tokenHash": "", "enabled": False}
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")


class KeyRefused(Exception):
    """The app key cannot be created or changed; the message gives the reason."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Account and roles of an authenticated app key."""

    app_key: str
    account: str
    roles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ListedKey:
    """An app key in a list; the token before the last rotation is valid until ``old_token_until``."""

    app_key: str
    roles: tuple[str, ...]
    enabled: bool
    created_at: str
    rotated_at: str | None
    old_token_until: datetime | None


def identify(client: "DynamoDBClient", table: str, app_key: str, token: str, now: datetime) -> Caller | None:
    """Return the caller if the key is enabled and the token is valid, else None; compares in constant time."""
    item = _read(client, table, app_key) or _NOBODY
    before = item.get("before", _NOBODY)
    matches = _matches(item, token)
    matched_before = _matches(before, token) and now.timestamp() < before.get("until", 0)
    if not (matches or matched_before) or not item["enabled"]:
        return None
    return Caller(app_key, item["account"], tuple(item["roles"]))


def enabled_key(client: "DynamoDBClient", table: str, app_key: str) -> HeldKey | None:
    """Return a key if it is enabled. Its fingerprint tells nothing of the token, and changes with it."""
    item = _read(client, table, app_key)
    if item is None or not item["enabled"]:
        return None
    fingerprint = hashlib.sha256(item["tokenHash"].encode()).hexdigest()
    return HeldKey(app_key, item["account"], tuple(item["roles"]), fingerprint)


def new_token() -> str:
    """Return a fresh token."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def create(client: "DynamoDBClient", table: str, caller: Caller, now: datetime) -> str:
    """Create a key and return its token, which is not stored; raises ``KeyRefused`` if the name is taken."""
    token = new_token()
    _write(client, table, caller, token, now, {"ConditionExpression": "attribute_not_exists(PK)"})
    return token


def save(client: "DynamoDBClient", table: str, caller: Caller, token: str, now: datetime | None = None) -> None:
    """Create or replace a key with a given token: for tests and the local stack."""
    _write(client, table, caller, token, now, {})


def rotate(client: "DynamoDBClient", table: str, app_key: str, now: datetime, old_until: datetime) -> str:
    """Give a key a new token and return it; the old token is valid until ``old_until``. Raises ``KeyRefused``."""
    item, token = _known(client, table, app_key), new_token()
    before = {"salt": item["salt"], "tokenHash": item["tokenHash"], "until": int(old_until.timestamp())}
    changed = {**_hashed(token), "before": before, "rotatedAt": now.isoformat(timespec="seconds")}
    _update(client, table, app_key, changed, {"tokenHash": item["tokenHash"]})
    return token


def set_enabled(client: "DynamoDBClient", table: str, app_key: str, *, enabled: bool) -> None:
    """Enable or disable a key. Its token stays; the token before the last rotation ends. Raises ``KeyRefused``."""
    item = _known(client, table, app_key)
    _update(client, table, app_key, {"enabled": enabled, "before": _NOBODY}, {"tokenHash": item["tokenHash"]})


def list_keys(client: "DynamoDBClient", table: str, account: str) -> list[ListedKey]:
    """Return the keys of an account by name, without their tokens and hashes."""
    partition, prefix = keys.account(account, keys.key_of_account(""))
    request: dict[str, Any] = {
        "TableName": table,
        "KeyConditionExpression": "PK = :pk AND begins_with(SK, :prefix)",
        "ExpressionAttributeValues": codecs.to_wire({":pk": partition, ":prefix": prefix}),
    }
    names = [codecs.from_wire(item)["SK"].removeprefix(prefix) for item in all_items(client, request)]
    found = {name: _read(client, table, name) for name in names}
    return [_listed(name, item) for name, item in found.items() if item is not None and item["account"] == account]


def _listed(name: str, item: codecs.Item) -> ListedKey:
    until = item.get("before", _NOBODY).get("until")
    return ListedKey(
        app_key=name,
        roles=tuple(item["roles"]),
        enabled=item["enabled"],
        created_at=item.get("createdAt", ""),
        rotated_at=item.get("rotatedAt"),
        old_token_until=datetime.fromtimestamp(until).astimezone() if until else None,
    )


def _matches(held: Mapping[str, Any], token: str) -> bool:
    return hmac.compare_digest(_hash(held["salt"], token), held["tokenHash"])


def _read(client: "DynamoDBClient", table: str, app_key: str) -> codecs.Item | None:
    if not _NAME.fullmatch(app_key):
        return None
    pk, sk = keys.app_key(app_key)
    answer = client.get_item(TableName=table, Key=codecs.to_wire({"PK": pk, "SK": sk}), ConsistentRead=True)
    return codecs.from_wire(answer["Item"]) if "Item" in answer else None


def _known(client: "DynamoDBClient", table: str, app_key: str) -> codecs.Item:
    item = _read(client, table, app_key)
    if item is None:
        raise KeyRefused(f"there is no app key {app_key}")
    return item


def _write(
    client: "DynamoDBClient", table: str, caller: Caller, token: str, now: datetime | None, guard: dict[str, Any]
) -> None:
    """Write the key and its entry in the list of its account."""
    if not _NAME.fullmatch(caller.app_key):
        raise KeyRefused(f"an app key has 1 to 64 of A-Z a-z 0-9 . _ -; got {caller.app_key!r}")
    if not is_account(caller.account):
        raise KeyRefused(f"an account has 1 to 64 of A-Z a-z 0-9 _ -; got {caller.account!r}")
    pk, sk = keys.app_key(caller.app_key)
    item = {
        "PK": pk,
        "SK": sk,
        "account": caller.account,
        "roles": list(caller.roles),
        "enabled": True,
        "createdAt": now.isoformat(timespec="seconds") if now else "",
        **_hashed(token),
    }
    account, entry = keys.account(caller.account, keys.key_of_account(caller.app_key))
    wire = codecs.to_wire({"PK": account, "SK": entry})
    try:
        client.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": table, "Item": codecs.to_wire(item), **guard}},  # type: ignore[typeddict-item]
                {"Put": {"TableName": table, "Item": wire}},
            ]
        )
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "TransactionCanceledException":
            raise
        raise KeyRefused(f"the app key {caller.app_key} is there already; rotate it, or choose another name") from None


def _update(client: "DynamoDBClient", table: str, app_key: str, changed: codecs.Item, expected: dict[str, Any]) -> None:
    pk, sk = keys.app_key(app_key)
    names = {f"#{name}": name for name in (*changed, *expected)}
    values = {f":{name}": value for name, value in changed.items()}
    values |= {f":was_{name}": value for name, value in expected.items()}
    try:
        client.update_item(
            TableName=table,
            Key=codecs.to_wire({"PK": pk, "SK": sk}),
            UpdateExpression="SET " + ", ".join(f"#{name} = :{name}" for name in changed),
            ConditionExpression=" AND ".join(f"#{name} = :was_{name}" for name in expected),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=codecs.to_wire(values),
        )
    except ClientError as error:
        if error.response.get("Error", {}).get("Code") != "ConditionalCheckFailedException":
            raise
        raise KeyRefused(f"the app key {app_key} was changed by someone else just now; look, and try again") from None


def _hashed(token: str) -> dict[str, str]:
    salt = secrets.token_hex(_SALT_BYTES)
    return {"salt": salt, "tokenHash": _hash(salt, token)}


def _hash(salt: str, token: str) -> str:
    return hashlib.sha256(bytes.fromhex(salt) + token.encode("utf-8", "surrogatepass")).hexdigest()
