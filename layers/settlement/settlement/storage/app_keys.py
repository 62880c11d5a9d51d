"""App keys: who may call, for which account, with which roles. Tokens are stored only as salted hashes."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from settlement.storage import codecs, keys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_SALT_BYTES = 16
_NOBODY = "00" * _SALT_BYTES


@dataclass(frozen=True, slots=True)
class Caller:
    """Whom a key and token stand for."""

    app_key: str
    account: str
    roles: tuple[str, ...]


def identify(client: "DynamoDBClient", table: str, app_key: str, token: str) -> Caller | None:
    """Return the caller if the token belongs to the key and the key is enabled; compared in constant time."""
    pk, sk = keys.app_key(app_key)
    key = codecs.to_wire({"PK": pk, "SK": sk})
    wire = (
        client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item") if keys.can_exist(pk, sk) else None
    )
    nobody: codecs.Item = {"salt": _NOBODY, "tokenHash": "", "enabled": False}
    item = codecs.from_wire(wire) if wire else nobody
    matches = hmac.compare_digest(_hash(item["salt"], token), item["tokenHash"])
    if not matches or not item["enabled"]:
        return None
    return Caller(app_key, item["account"], tuple(item["roles"]))


def save(client: "DynamoDBClient", table: str, caller: Caller, token: str) -> None:
    """Create a key, or replace it with a new token."""
    pk, sk = keys.app_key(caller.app_key)
    salt = secrets.token_hex(_SALT_BYTES)
    item = {
        "PK": pk,
        "SK": sk,
        "account": caller.account,
        "salt": salt,
        "tokenHash": _hash(salt, token),
        "roles": list(caller.roles),
        "enabled": True,
    }
    client.put_item(TableName=table, Item=codecs.to_wire(item))


def _hash(salt: str, token: str) -> str:
    return hashlib.sha256(bytes.fromhex(salt) + token.encode()).hexdigest()
