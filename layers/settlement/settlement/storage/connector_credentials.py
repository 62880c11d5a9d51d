"""Credentials of all connectors in one secret of Secrets Manager, a JSON map of name, version and pair.

Secrets Manager has no conditional write, so a lock in the table keeps two writers from undoing each other's change. It
lasts longer than any function that can hold it (D74).
"""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from botocore.exceptions import ClientError

from settlement.domain.connectors.connector import Connector, Credentials, CredentialsReference
from settlement.domain.errors import Busy, CredentialsFull
from settlement.storage import codecs, keys

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

MAX_SECRET_BYTES = 65_536
"""Largest secret of Secrets Manager."""

LOCK_LASTS = timedelta(seconds=60)
"""Longer than any function can run."""

_TRIES = 50
_PAUSE_SECONDS = 0.1

Versions = dict[str, dict[str, Credentials]]


class SecretsManagerCredentials:
    """The ``Vault`` port on one secret. It caches the secret, and reads it again for a version that is not cached."""

    def __init__(
        self,
        secrets: "Callable[[], SecretsManagerClient]",
        secret_id: str,
        dynamodb: "DynamoDBClient",
        table: str,
        now: Callable[[], datetime],
        pause: Callable[[float], None],
    ) -> None:
        self._secrets = secrets
        self._secret_id = secret_id
        self._dynamodb = dynamodb
        self._table = table
        self._now = now
        self._pause = pause
        self._kept: Versions = {}

    def of(self, connector: Connector) -> Credentials:
        """Return a connector's credentials; raises ``LookupError`` if it has none, or not this version."""
        reference = connector.credentials
        if reference is None:
            raise LookupError(f"connector {connector.name} has no credentials")
        if reference.version not in self._kept.get(reference.name, {}):
            self._kept = self._read()
        credentials = self._kept.get(reference.name, {}).get(reference.version)
        if credentials is None:
            raise LookupError(f"the secret has no version {reference.version} of {reference.name}")
        return credentials

    @contextmanager
    def exclusively(self) -> Iterator[None]:
        """Hold the lock; raises ``Busy`` if another writer does not release it within seconds."""
        owner = uuid4().hex
        self._lock(owner)
        try:
            yield
        finally:
            self._unlock(owner)

    def put(self, name: str, credentials: Credentials, keep: str | None) -> CredentialsReference:
        """Add a version and delete the others but ``keep``, which may be in use. Call it within ``exclusively``.

        Raises ``CredentialsFull`` if the secret would be too large.
        """
        versions, added = self._read(), uuid4().hex
        kept = {version: held for version, held in versions.get(name, {}).items() if version == keep}
        versions[name] = kept | {added: credentials}
        written = {
            name: {version: _written(held) for version, held in versions_of_one.items()}
            for name, versions_of_one in versions.items()
        }
        text = json.dumps(written, separators=(",", ":"), sort_keys=True)
        if len(text.encode()) > MAX_SECRET_BYTES:
            raise CredentialsFull(len(text.encode()), MAX_SECRET_BYTES)
        self._secrets().put_secret_value(SecretId=self._secret_id, SecretString=text, ClientRequestToken=uuid4().hex)
        self._kept = versions
        return CredentialsReference(name, added, self._now())

    def _read(self) -> Versions:
        try:
            text = self._secrets().get_secret_value(SecretId=self._secret_id)["SecretString"]
        except ClientError as error:
            if error.response.get("Error", {}).get("Code") != "ResourceNotFoundException":
                raise
            text = ""  # nothing was put yet
        return {
            name: {version: _read_back(parts) for version, parts in versions.items()}
            for name, versions in json.loads(text or "{}").items()
        }

    def _lock(self, owner: str) -> None:
        for _ in range(_TRIES):
            now = self._now()
            item = {"owner": owner, "until": keys.timestamp(now + LOCK_LASTS)}
            if self._write(item, keys.timestamp(now)):
                return
            self._pause(_PAUSE_SECONDS)
        raise Busy("the credentials of a connector are being written; try again")

    def _write(self, item: codecs.Item, now: str) -> bool:
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item=codecs.to_wire(self._key | item),
                ConditionExpression="attribute_not_exists(PK) OR #until < :now",
                ExpressionAttributeNames={"#until": "until"},
                ExpressionAttributeValues=codecs.to_wire({":now": now}),
            )
        except ClientError as error:
            return _held_back(error)
        return True

    def _unlock(self, owner: str) -> None:
        try:
            self._dynamodb.delete_item(
                TableName=self._table,
                Key=codecs.to_wire(self._key),
                ConditionExpression="#owner = :owner",
                ExpressionAttributeNames={"#owner": "owner"},
                ExpressionAttributeValues=codecs.to_wire({":owner": owner}),
            )
        except ClientError as error:
            _held_back(error)

    @property
    def _key(self) -> codecs.Item:
        pk, sk = keys.CREDENTIALS_LOCK
        return {"PK": pk, "SK": sk}


def _written(credentials: Credentials) -> list[object]:
    """Write key and token and, where there are any, the passwords among the custom fields."""
    pair: list[object] = [credentials.app_key, credentials.app_token]
    return [*pair, [list(named) for named in credentials.passwords]] if credentials.passwords else pair


def _read_back(parts: list[Any]) -> Credentials:
    key, token, *rest = parts
    return Credentials(key, token, tuple((name, value) for name, value in rest[0]) if rest else ())


def _held_back(error: ClientError) -> bool:
    """Return False if the error is a failed condition; raise any other error."""
    if error.response.get("Error", {}).get("Code") != "ConditionalCheckFailedException":
        raise error
    return False
