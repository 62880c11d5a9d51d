"""Serves the console of a shop on fakes to a real browser, without a stack: one request at a time."""

import importlib
from http.server import BaseHTTPRequestHandler
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tests.support.lambda_context import Context
from tests.support.local_server import LocalServer


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode() if length else None
        parts = urlsplit(self.path)
        event: dict[str, Any] = {
            "httpMethod": self.command,
            "path": parts.path,
            "headers": {**dict(self.headers.items()), "X-Forwarded-Proto": "http"},
            "queryStringParameters": dict(parse_qsl(parts.query, keep_blank_values=True)) or None,
            "multiValueQueryStringParameters": parse_qs(parts.query, keep_blank_values=True) or None,
            "body": body,
            "isBase64Encoded": False,
            "requestContext": {"path": parts.path, "requestId": "1"},
        }
        told = importlib.import_module("functions.operator_console.app").handler(event, Context())
        content = (told["body"] or "").encode()
        self.send_response_only(told["statusCode"])
        for name, values in told["multiValueHeaders"].items():
            for value in values:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _answer

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing."""


def console_server() -> LocalServer:
    """Return a server of the console; what it works with is patched by ``Browser``."""
    return LocalServer(_Handler)
