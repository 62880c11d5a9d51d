"""A small client of AWS's JSON protocol, over connections of our own.

It takes the same arguments, returns the same answers and raises the same errors as boto3's clients, and can replace
them.
"""

import json
import platform
import random
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, cast
from zlib import crc32

from botocore.exceptions import ClientError, NoCredentialsError, NoRegionError, ResponseStreamingError

from settlement.storage.connections import Connections
from settlement.storage.outage import BROKEN, is_outage
from settlement.storage.signature import Credentials, Frozen, Signer, credentials_of
from settlement.values import dataclass

_SUFFIXES = {"cn-": "amazonaws.com.cn", "eusc-": "amazonaws.eu"}
_SERVER_ERROR = 500

_PAUSE_AFTER_FAULT, _PAUSE_AFTER_REFUSAL = 0.1, 1.0
"""Longest pause before the second try; it doubles with each try. Throttling takes longer to pass than a fault."""

Answer = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Service:
    """A service: its id in configurations, its name in addresses and signatures, the prefix of its operations."""

    id: str
    name: str
    prefix: str
    json_version: str


class AwsClient:
    """The calls of one service, with boto3's arguments; ``service`` is the subclass's.

    A call is tried ``tries`` times with full jitter. Each try lasts at most ``try_seconds``, from its start to the last
    byte of the response; name look-ups are not limited. Credentials are those of the environment, if it has some.
    """

    service: Service

    def __init__(
        self,
        url: str,
        region: str,
        environment: Mapping[str, str],
        *,
        connect_seconds: float,
        try_seconds: float,
        tries: int,
        authorities: str | None = None,
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._connections = Connections(url, connect_seconds, authorities)
        self._try_seconds = try_seconds
        self._tries = tries
        self._pause = pause
        self._credentials: Credentials | None = None
        self._environment = environment
        self._signer = Signer(region, self.service.name)
        self._unsigned = f"user-agent: quita Python/{platform.python_version()}\r\naccept-encoding: identity\r\n"

    def call(self, operation: str, request: Answer) -> Answer:
        """Call an operation; raises ``ClientError`` for a refusal, one of ``BROKEN`` if there is no answer."""
        body = json.dumps(request, separators=(",", ":"), default=_encoded).encode()
        tried = 0
        while True:
            try:
                return self._try(operation, body)
            except (ClientError, *BROKEN) as error:
                tried += 1
                if tried == self._tries or (isinstance(error, ClientError) and not is_outage(error)):
                    raise
                longest = _longest_pause_after(error)
            self._pause(random.uniform(0, longest * 2 ** (tried - 1)))

    def _try(self, operation: str, body: bytes) -> Answer:
        response = self._connections.exchange(self._signed(operation, body), self._try_seconds)
        status, content = response.status, response.body
        if response.headers.get("x-amz-crc32", checksum := str(crc32(content))) != checksum:
            raise ResponseStreamingError(error=f"the answer to {operation} does not have the checksum that it names")
        answer = _parsed(content)
        if answer is None and status < _SERVER_ERROR:
            raise ResponseStreamingError(error=f"the answer to {operation} is no JSON object; status {status}")
        if answer is None or status != 200:
            raise _refusal(operation, status, response.headers.get("x-amzn-requestid", ""), answer or {})
        return answer

    def _signed(self, operation: str, body: bytes) -> bytes:
        """Return the whole HTTP request, signed at the current time."""
        headers = {
            "host": self._connections.host,
            "content-type": f"application/x-amz-json-{self.service.json_version}",
            "x-amz-target": f"{self.service.prefix}.{operation}",
        }
        signed = self._signer.signed(headers, body, self._current_credentials(), datetime.now(UTC))
        told = "".join(f"{name}: {value}\r\n" for name, value in signed.items())
        head = f"POST / HTTP/1.1\r\n{told}{self._unsigned}content-length: {len(body)}\r\n\r\n"
        return head.encode("latin-1") + body

    def _current_credentials(self) -> Frozen:
        """Return valid credentials: those of the environment, or of a provider that renews them before they expire."""
        if self._credentials is None:
            self._credentials = credentials_of(self._environment) or _credentials_from_elsewhere()
        return self._credentials.get_frozen_credentials()


def region_of(environment: Mapping[str, str]) -> str:
    """Return the region of an environment; raises ``NoRegionError`` if it has none."""
    region = environment.get("AWS_DEFAULT_REGION") or environment.get("AWS_REGION")
    if not region:
        raise NoRegionError
    return region


def endpoint_of(service: Service, environment: Mapping[str, str], region: str) -> str:
    """Return a service's URL: the one that the environment configures, or the region's."""
    if environment.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() != "true":
        variable = f"AWS_ENDPOINT_URL_{service.id.upper().replace(' ', '_')}"
        if named := environment.get(variable) or environment.get("AWS_ENDPOINT_URL"):
            return named
    fips = "-fips" if environment.get("AWS_USE_FIPS_ENDPOINT", "").lower() == "true" else ""
    suffix = next((suffix for start, suffix in _SUFFIXES.items() if region.startswith(start)), "amazonaws.com")
    return f"https://{service.name}{fips}.{region}.{suffix}"


def _credentials_from_elsewhere() -> Credentials:
    """Load credentials from botocore's other providers (profile, container, instance), which also renew them."""
    from botocore.session import Session

    found = Session().get_credentials()
    if found is None:
        raise NoCredentialsError
    return cast(Credentials, found)


def _encoded(value: object) -> str:
    """Return binary content in base64."""
    if isinstance(value, bytes | bytearray):
        return b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} is no attribute value")


def _parsed(body: bytes) -> Answer | None:
    """Return a response with its binary content decoded, None if it is not a JSON object."""
    try:
        answer = json.loads(body, object_hook=_decoded if b'"B":' in body else None)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) else None


def _decoded(held: Answer) -> Answer:
    return {"B": b64decode(held["B"])} if held.keys() == {"B"} and isinstance(held["B"], str) else held


def _refusal(operation: str, status: int, request_id: str, answer: Answer) -> ClientError:
    """Return an error response as the exception that boto3 raises."""
    code = str(answer.pop("__type", status)).rpartition("#")[2]
    message = str(answer.pop("message", answer.pop("Message", "")))
    about = {"HTTPStatusCode": status, "RequestId": request_id}
    response = {**answer, "Error": {"Code": code, "Message": message}, "ResponseMetadata": about}
    return ClientError(cast(Any, response), operation)


def _longest_pause_after(error: Exception) -> float:
    if isinstance(error, ClientError) and error.response["ResponseMetadata"]["HTTPStatusCode"] < _SERVER_ERROR:
        return _PAUSE_AFTER_REFUSAL
    return _PAUSE_AFTER_FAULT
