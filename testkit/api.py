"""The service over HTTP, as its clients see it."""

import json
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx

TIMEOUT_SECONDS = 40.0


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; numbers with a point are exact decimals."""

    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.text, parse_float=Decimal)

    @property
    def code(self) -> str:
        """The code of an error body, which has to be the contract's."""
        return str(self._error["code"])

    @property
    def message(self) -> str:
        """The message of an error body, which has to be the contract's."""
        return str(self._error["message"])

    @property
    def _error(self) -> dict[str, Any]:
        body = self.json
        assert set(body) == {"error"}, self
        error = body["error"]
        assert set(error) == {"code", "message", "exception"}, self
        assert error["exception"] is None, self
        assert isinstance(error["code"], str), self
        assert isinstance(error["message"], str), self
        assert error["code"], self
        assert error["message"], self
        return dict(error)


class Api:
    """HTTP with one app key; a connection per thread."""

    def __init__(self, base_url: str, app_key: str, app_token: str) -> None:
        self.base_url = base_url
        self.headers = {"X-VTEX-API-AppKey": app_key, "X-VTEX-API-AppToken": app_token}
        self._local = threading.local()

    def get(self, path: str, **query: str) -> Answer:
        """GET a path."""
        return self.send("GET", path, query=query)

    def read(self, path: str, **query: str) -> Any:
        """GET a path that has to answer 200; return its JSON."""
        answer = self.get(path, **query)
        assert answer.status == 200, answer
        return answer.json

    def post(self, path: str, body: object = None) -> Answer:
        """POST a JSON body."""
        return self.send("POST", path, json.dumps(body))

    def patch(self, path: str, body: object) -> Answer:
        """PATCH with a JSON body."""
        return self.send("PATCH", path, json.dumps(body))

    def send(
        self,
        method: str,
        path: str,
        content: str | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send any bytes; ``headers`` replace those of the app key."""
        sent = dict(self.headers if headers is None else headers)
        if content is not None:
            sent.setdefault("Content-Type", "application/json")
        answer = self._client.request(method, path, content=content, headers=sent, params=query or None)
        return Answer(answer.status_code, answer.text, answer.headers)

    @property
    def _client(self) -> httpx.Client:
        client: httpx.Client | None = getattr(self._local, "client", None)
        if client is None:
            client = httpx.Client(base_url=self.base_url, timeout=TIMEOUT_SECONDS, trust_env=False)
            self._local.client = client
        return client


def new_id() -> str:
    """Return a fresh id in the gateway's form, 32 upper-case hex digits."""
    return uuid.uuid4().hex.upper()
