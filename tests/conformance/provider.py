"""The sandbox connector behind a plain address, as it is or with something broken in front of it."""

import importlib.util
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock, Thread
from types import ModuleType
from typing import Any

from settlement.connectors import exact_json
from settlement.connectors.ppp_fields import Fields
from tests.support.lambda_context import Context

FUNCTION = Path(__file__).parents[2] / "functions" / "sandbox_connector"
PREFIX = "/sandbox-connector/sandbox"

_one_at_a_time = Lock()
"""The function serves one request at a time in each of its processes, and so it does here."""


@dataclass(frozen=True)
class Request:
    """A request as it arrived; header names in lower case."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def route(self) -> str:
        """The protocol's word for what is asked: payments, settlements, inbound and so on."""
        parts = self.path.split("/")
        return "inbound" if "inbound" in parts else parts[-1]

    @property
    def fields(self) -> Fields:
        """The JSON object of the body; empty when it is none."""
        try:
            read = exact_json.read(self.body)
        except ValueError:
            return {}
        return read if isinstance(read, dict) else {}

    def but(self, **changes: object) -> "Request":
        """Change fields of the body; one that becomes None is left out."""
        fields = {key: value for key, value in (self.fields | changes).items() if value is not None}
        return replace(self, body=exact_json.write(fields).encode())


@dataclass(frozen=True)
class Answer:
    """An answer as it travels."""

    status: int
    body: bytes

    @property
    def fields(self) -> Fields:
        """The JSON object of the body."""
        read = exact_json.read(self.body)
        assert isinstance(read, dict)
        return read

    def but(self, **changes: object) -> "Answer":
        """Change fields of the body."""
        return replace(self, body=exact_json.write(self.fields | changes).encode())


Forward = Callable[[Request], Answer]
Variant = Callable[[Request, Forward], Answer]


def json_answer(status: int, **fields: object) -> Answer:
    """Write an answer."""
    return Answer(status, exact_json.write(fields).encode())


@cache
def _app() -> ModuleType:
    sys.path.insert(0, str(FUNCTION))
    spec = importlib.util.spec_from_file_location("conformance_sandbox_app", FUNCTION / "app.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.path.remove(str(FUNCTION))
    return module


def sandbox(request: Request) -> Answer:
    """Answer as the sandbox connector's function does."""
    event: dict[str, Any] = {
        "httpMethod": request.method,
        "path": f"{PREFIX}{request.path}",
        "resource": "/{proxy+}",
        "headers": request.headers,
        "multiValueHeaders": {name: [value] for name, value in request.headers.items()},
        "queryStringParameters": None,
        "body": request.body.decode(),
        "isBase64Encoded": False,
        "requestContext": {"requestId": "1", "authorizer": {"account": "demo"}, "stage": "v1"},
    }
    with _one_at_a_time:
        result = _app().handler(event, Context())
    assert json.loads(result["body"]) is not None
    return Answer(result["statusCode"], result["body"].encode())


def as_it_is(request: Request, forward: Forward) -> Answer:
    """Break nothing."""
    return forward(request)


@contextmanager
def served(variant: Variant, seen: list[Request] | None = None) -> Iterator[str]:
    """Serve the sandbox with a variant in front of it; give its address."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            request = Request(self.command, self.path, headers, self.rfile.read(length))
            if seen is not None:
                seen.append(request)
            answer = variant(request, sandbox)
            head = f"HTTP/1.1 {answer.status} X\r\nContent-Length: {len(answer.body)}\r\n\r\n"
            self.wfile.write(head.encode() + answer.body)

        do_POST = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing: the kit hangs up on what is slow."""

    with Server(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
