"""A plain HTTP address for the deployed API; method, path, query, headers and body are forwarded unchanged."""

from __future__ import annotations

import errno
import http.client
import json
import socket
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from local.ports import HOST
from local.progress import StackError

# The limit of the real API, which the emulator does not have. A part of a larger body is read before it is refused,
# because many clients read no answer while they send.
MAX_BODY_BYTES = 10 * 1024 * 1024
DISCARDED_BYTES = 64 * 1024 * 1024
UPSTREAM_TIMEOUT_SECONDS = 35
DROP_HEADER = "X-Sandbox-Drop"
_TOO_LARGE = "The request body is larger than 10 MB"
_HOP_BY_HOP = frozenset(
    ("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer",
     "transfer-encoding", "upgrade", "content-length")
)  # fmt: skip

_OWN = frozenset(("x-forwarded-proto", "x-forwarded-prefix"))
"""Headers that the proxy sets itself: the functions are called without TLS, and without the stage in the path."""


class Proxy(ThreadingHTTPServer):
    """Serves each connection in a thread of its own until the proxy is closed."""

    daemon_threads = True
    request_queue_size = 256

    def __init__(self, port: int) -> None:
        """Bind the port, or any free one for 0; raises ``StackError`` if another program uses it."""
        try:
            super().__init__((HOST, port), _Handler)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise StackError(f"Port {port} cannot be used: {error.strerror}.") from error
            raise StackError(
                f"Port {port} is in use by another program. Choose another one: PORT={port + 1} make up"
            ) from error
        self.port: int = self.server_address[1]
        self.upstream_port = 0
        self.upstream_prefix = ""

    def forward_to(self, aws_port: int, api_id: str, stage: str) -> None:
        """Set the API to forward to, and start to serve."""
        self.upstream_port = aws_port
        self.upstream_prefix = f"/restapis/{api_id}/{stage}/_user_request_"
        threading.Thread(target=self.serve_forever, name="proxy", daemon=True).start()

    def stop(self) -> None:
        """Stop serving and free the port."""
        if self.upstream_port:
            self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print no traceback for a client that closed its connection."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1
    """Head and body leave together: after a head alone, the other side would acknowledge 40 ms later."""

    server: Proxy

    def _forward(self) -> None:
        body = self._read_body()
        if body is None:
            return
        connection = http.client.HTTPConnection(HOST, self.server.upstream_port, timeout=UPSTREAM_TIMEOUT_SECONDS)
        try:
            self._send_upstream(connection, body)
            response = connection.getresponse()
            content = response.read()
        except TimeoutError:
            self._refuse(504, "The request took too long; ask again with the same body")
            return
        except (OSError, http.client.HTTPException):
            self._refuse(502, "The local AWS did not answer; ask again with the same body")
            return
        finally:
            connection.close()
        if response.getheader(DROP_HEADER) is not None:
            self._drop()
            return
        self._answer(response, content)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _forward

    def _read_body(self) -> bytes | None:
        """Return the whole body; None if the request was refused because of its body."""
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._read_chunks()
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal():
            self._refuse(400, f"Content-Length: {length} is not a number of bytes")
            return None
        if int(length) > MAX_BODY_BYTES:
            for _ in range(min(int(length), DISCARDED_BYTES) // 65536):
                self.rfile.read(65536)
            self._refuse(413, _TOO_LARGE)
            return None
        return self.rfile.read(int(length))

    def _read_chunks(self) -> bytes | None:
        body = bytearray()
        while size := int(self.rfile.readline(80).split(b";")[0], 16):
            if len(body) + size > MAX_BODY_BYTES:
                self._refuse(413, _TOO_LARGE)
                return None
            body += self.rfile.read(size)
            self.rfile.readline(80)
        while self.rfile.readline(1000).strip():
            pass
        return bytes(body)

    def _send_upstream(self, connection: http.client.HTTPConnection, body: bytes) -> None:
        path = self.server.upstream_prefix + self.path
        connection.putrequest(self.command, path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in _HOP_BY_HOP and name.lower() not in _OWN:
                connection.putheader(name, value)
        connection.putheader("X-Forwarded-Proto", "http")
        connection.putheader("X-Forwarded-Prefix", "/")
        if body or self.command in ("POST", "PUT", "PATCH"):
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)

    def _answer(self, response: http.client.HTTPResponse, content: bytes) -> None:
        self.send_response_only(response.status, response.reason)
        for name, value in response.getheaders():
            if name.lower() not in _HOP_BY_HOP:
                self.send_header(name, value)
        if response.status != 204:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _refuse(self, status: int, message: str) -> None:
        content = json.dumps({"error": {"code": str(status), "message": message, "exception": None}}).encode()
        self.close_connection = True
        self.send_response_only(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _drop(self) -> None:
        """Close the connection without an answer."""
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: requests are in the functions' logs."""
