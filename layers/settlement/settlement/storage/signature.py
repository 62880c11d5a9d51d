"""Signature Version 4 of AWS for requests of its JSON protocol: POST of a body to the root of a host.

Only what these requests have is signed; the tests hold it against botocore's signer, which takes longer to load than
to sign a thousand requests (D127).
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import NamedTuple, Protocol

_ALGORITHM = "AWS4-HMAC-SHA256"


class Frozen(Protocol):
    """Credentials as they are at one moment."""

    @property
    def access_key(self) -> str: ...
    @property
    def secret_key(self) -> str: ...
    @property
    def token(self) -> str | None: ...


class Credentials(Protocol):
    """Credentials that may be renewed."""

    def get_frozen_credentials(self) -> Frozen: ...


class EnvironmentCredentials(NamedTuple):
    """The credentials of an environment: a function's, which last as long as its process."""

    access_key: str
    secret_key: str
    token: str | None

    def get_frozen_credentials(self) -> Frozen:
        """Return themselves: they are not renewed."""
        return self


def credentials_of(environment: Mapping[str, str]) -> EnvironmentCredentials | None:
    """Return the credentials of an environment; None if it has none, or if they expire and are to be renewed."""
    key, secret = environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY")
    if not key or not secret or "AWS_CREDENTIAL_EXPIRATION" in environment:
        return None
    token = environment.get("AWS_SECURITY_TOKEN") or environment.get("AWS_SESSION_TOKEN")
    return EnvironmentCredentials(key, secret, token)


@dataclass(slots=True)
class Signer:
    """Signs requests to one service in one region; the key of a day is derived once."""

    region: str
    service: str
    _keys: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def signed(self, headers: Mapping[str, str], body: bytes, credentials: Frozen, at: datetime) -> dict[str, str]:
        """Return the headers, named in lower case and in any order, with those of the signature; ``at`` is in UTC."""
        time = f"{at:%Y%m%dT%H%M%SZ}"
        told = {**headers, "x-amz-date": time}
        if credentials.token:
            told["x-amz-security-token"] = credentials.token
        names = ";".join(sorted(told))
        lines = "".join(f"{name}:{told[name]}\n" for name in sorted(told))
        request = f"POST\n/\n\n{lines}\n{names}\n{sha256(body).hexdigest()}"
        scope = f"{time[:8]}/{self.region}/{self.service}/aws4_request"
        text = f"{_ALGORITHM}\n{time}\n{scope}\n{sha256(request.encode()).hexdigest()}"
        signature = hmac.digest(self._key(credentials.secret_key, time[:8]), text.encode(), "sha256").hex()
        told["authorization"] = (
            f"{_ALGORITHM} Credential={credentials.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
        )
        return told

    def _key(self, secret: str, day: str) -> bytes:
        """Return the day's signing key; only the newest is kept."""
        if (secret, day) not in self._keys:
            key = f"AWS4{secret}".encode()
            for part in (day, self.region, self.service, "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._keys = {(secret, day): key}
        return self._keys[secret, day]
