"""A listener for callbacks, by which a connector reports that a payment is decided (C§4.2)."""

from __future__ import annotations

import threading
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from uuid import uuid4

MAX_BODY_BYTES = 1_000_000


class Callbacks:
    """Collects the posts to its callback addresses while it is open.

    ``base_url`` is the address under which the connector reaches the listener, if it differs (a tunnel, a container's
    host).
    """

    def __init__(self, host: str = "127.0.0.1", port: int = 0, base_url: str | None = None) -> None:
        """Bind the port, or any free one for 0; raises ``OSError`` if it cannot."""
        self._server = _Server((host, port), self)
        self._base_url = (base_url or f"http://{host}:{self._server.server_address[1]}").rstrip("/")
        self._received: defaultdict[str, list[bytes]] = defaultdict(list)
        self._arrival = threading.Condition()

    def __enter__(self) -> Callbacks:
        """Start to listen."""
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Free the port."""
        self._server.shutdown()
        self._server.server_close()

    def address(self, transaction_id: str, payment_id: str) -> str:
        """Return a signed callback URL in the gateway's form."""
        path = f"/api/pvt/payment-provider/transactions/{transaction_id}/payments/{payment_id}/callback"
        return f"{self._base_url}{path}?accountName=conformance&X-VTEX-signature={uuid4().hex}"

    def received(self, address: str) -> list[bytes]:
        """Return the bodies posted to exactly this address, in order."""
        return list(self._received[address.removeprefix(self._base_url)])

    def strays(self, payment_id: str, address: str) -> list[str]:
        """Return the other paths at which callbacks for a payment arrived."""
        expected = address.removeprefix(self._base_url)
        return [path for path, bodies in self._received.items() if payment_id in path and path != expected and bodies]

    def wait(self, seconds: float) -> None:
        """Return when a call arrives, at the latest after ``seconds``."""
        with self._arrival:
            self._arrival.wait(seconds)

    def take(self, path: str, body: bytes) -> None:
        """Record a call."""
        self._received[path].append(body)
        with self._arrival:
            self._arrival.notify_all()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], callbacks: Callbacks) -> None:
        super().__init__(address, _Handler)
        self.callbacks = callbacks


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "0")
        body = self.rfile.read(min(int(length), MAX_BODY_BYTES)) if length.isdecimal() else b""
        self.server.callbacks.take(self.path, body)
        self.send_response_only(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: the waiting case reports the calls."""
