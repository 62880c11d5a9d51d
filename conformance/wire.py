"""Calls the connector like the service does, and records each call for the report."""

from __future__ import annotations

from dataclasses import dataclass, field
from time import monotonic
from typing import TYPE_CHECKING

from settlement.connectors import exact_json
from settlement.connectors.answer import NoAnswer
from settlement.connectors.ppp import call_headers
from settlement.connectors.ppp_fields import Fields, read_object
from settlement.domain.connectors.connector import Connector, Credentials
from settlement.domain.privacy.masking import without

if TYPE_CHECKING:
    from settlement.connectors.deadline_http import DeadlineHttp

TEST_SUITE_HEADER = ("X-VTEX-API-Is-TestSuite", "true")
_CARD_SECRETS = ("number", "csc", "numberToken")


@dataclass(slots=True)
class Call:
    """One call with its unchanged bodies. ``status`` is None without an answer; ``fault`` is the reason.

    ``expected`` is what its answer has to be, in words; empty where only the case as a whole tells.
    """

    method: str
    path: str
    request: str
    status: int | None
    answer: bytes
    fault: str
    duration_ms: int
    expected: str = ""

    @property
    def fields(self) -> Fields:
        """The answer's JSON object; empty if it is not one."""
        try:
            return read_object(self.answer)
        except ValueError:
            return {}


@dataclass(slots=True)
class Wire:
    """Calls one connector, each call within ``timeout_seconds`` in total, and records the calls in order."""

    connector: Connector
    credentials: Credentials
    timeout_seconds: float
    http: DeadlineHttp
    calls: list[Call] = field(default_factory=list)

    def get(self, path: str) -> Call:
        """Send GET to a path."""
        return self._call("GET", path, b"")

    def post(self, path: str, body: Fields | bytes) -> Call:
        """Post a JSON object, or bytes unchanged."""
        return self._call("POST", path, body if isinstance(body, bytes) else exact_json.write(body).encode())

    def _call(self, method: str, path: str, body: bytes) -> Call:
        url = f"{self.connector.service_url.rstrip('/')}/{path}"
        headers = [*call_headers(self.connector, self.credentials), TEST_SUITE_HEADER]
        started = monotonic()
        if method == "GET":
            answer = self.http.get(url, headers, self.timeout_seconds)
        else:
            answer = self.http.post(url, headers, body, self.timeout_seconds)
        duration_ms = round((monotonic() - started) * 1_000)
        sent = body.decode()
        if isinstance(answer, NoAnswer):
            call = Call(method, path, sent, None, b"", answer.reason, duration_ms)
        else:
            call = Call(method, path, sent, answer.status, answer.body, "", duration_ms)
        self.calls.append(call)
        return call


def shown(text: str, secrets: tuple[str, ...], most: int) -> str:
    """Return a body for the report: keys and cards masked, at most ``most`` characters.

    Secrets of one character are not masked, as that would spoil the text.
    """
    text = without(text, (), tuple(secret for secret in (*secrets, *_card_secrets(text)) if len(secret) > 1))
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _card_secrets(text: str) -> tuple[str, ...]:
    try:
        card = read_object(text.encode()).get("card")
    except ValueError:
        return ()
    found = [card.get(name) for name in _CARD_SECRETS] if isinstance(card, dict) else []
    return tuple(secret for secret in found if isinstance(secret, str))
