"""A bucket on another port, as a browser sees one: it takes what is PUT to it, if its CORS rule lets the page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.support.local_server import LocalServer


@dataclass
class UploadBucket:
    """What came in, and what is done with it: ``status`` is answered, 0 breaks the connection in the middle."""

    url: str = ""
    status: int = 200
    taken: Callable[[bytes], object] = len
    uploads: list[tuple[str, bytes, str | None]] = field(default_factory=list)

    def upload_url(self, key: str, seconds: int) -> str:
        """Return an address."""
        return f"{self.url}/reports/{key}?X-Amz-Expires={seconds}"


@contextmanager
def upload_bucket() -> Iterator[UploadBucket]:
    """Run a bucket."""
    bucket = UploadBucket()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_OPTIONS(self) -> None:
            allowed = self.headers.get("Access-Control-Request-Headers") is None
            self._answer(200 if allowed else 403, b"")

        def do_PUT(self) -> None:
            length = int(self.headers["Content-Length"])
            if not bucket.status:
                self.rfile.read(length // 2)
                self.connection.close()
                self.close_connection = True
                return
            content = self.rfile.read(length)
            if bucket.status == 200:
                bucket.uploads.append((self.path, content, self.headers.get("Content-Type")))
                bucket.taken(content)
            self._answer(bucket.status, b"" if bucket.status == 200 else b"<Error><Code>AccessDenied</Code></Error>")

        def _answer(self, status: int, content: bytes) -> None:
            self.send_response_only(status)
            self.send_header("Access-Control-Allow-Origin", self.headers.get("Origin", ""))
            self.send_header("Access-Control-Allow-Methods", "PUT")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            """Log nothing."""

    with LocalServer(Handler) as server:
        bucket.url = server.url
        yield bucket
