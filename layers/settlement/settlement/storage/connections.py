"""Keep-alive connections to one host; one deadline covers each exchange, to the last byte.

Failures raise botocore's exceptions.
"""

import io
import select
import socket
import ssl
import time
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    ReadTimeoutError,
    SSLError,
)

from settlement.storage.responses import BrokenResponse, Response, read_response

MAX_IDLE_SECONDS = 60
"""Connections that were idle for longer are not reused: a frozen process does not notice that they were closed."""


class Connections:
    """A thread-safe pool of connections to the host of a URL; it opens as many as are in use at once."""

    def __init__(self, url: str, connect_seconds: float, authorities: str | None = None) -> None:
        """``authorities`` is the file of certificate authorities that are trusted; None for those of certifi."""
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or parts.hostname is None:
            raise ValueError(f"the endpoint must be an http or https URL with a host; got {url}")
        self.host = parts.netloc
        self._url = url
        self._name = parts.hostname
        self._port = parts.port or (443 if parts.scheme == "https" else 80)
        self._is_plain = parts.scheme == "http"
        self._tls: ssl.SSLContext | None = None
        self._connect_seconds = connect_seconds
        self._authorities = authorities
        self._kept: list[_Connection] = []

    def exchange(self, request: bytes, seconds: float) -> Response:
        """Send a request and return the response, at most ``seconds`` later.

        If a kept connection turns out to be closed, the request is sent again on a new one. Use it for repeatable
        requests only.
        """
        deadline = time.monotonic() + seconds
        if (kept := self._take()) is not None:
            try:
                return self._exchange_on(kept, request, deadline)
            except ConnectionClosedError:
                self._drop_kept()
        return self._exchange_on(self._open(deadline), request, deadline)

    def _exchange_on(self, connection: "_Connection", request: bytes, deadline: float) -> Response:
        connection.deadline = deadline
        try:
            connection.send(request)
            response = read_response(connection.reader())
        except TimeoutError as error:
            connection.close()
            raise ReadTimeoutError(endpoint_url=self._url, error=error) from error
        except (OSError, BrokenResponse) as error:
            connection.close()
            raise ConnectionClosedError(endpoint_url=self._url, error=error) from error
        if response.closes:
            connection.close()
        else:
            connection.idle_since = time.time()
            self._kept.append(connection)
        return response

    def _take(self) -> "_Connection | None":
        """Return the most recently used connection that is still usable, None if there is none."""
        with suppress(IndexError):  # there is none, or another thread was quicker
            while not (connection := self._kept.pop()).is_good():
                connection.close()
            return connection
        return None

    def _drop_kept(self) -> None:
        while (connection := self._take()) is not None:
            connection.close()

    def _open(self, deadline: float) -> "_Connection":
        seconds = max(0.001, min(self._connect_seconds, deadline - time.monotonic()))
        try:
            plain = socket.create_connection((self._name, self._port), seconds)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return _Connection(plain if self._is_plain else self._secured(plain))
        except TimeoutError as error:
            raise ConnectTimeoutError(endpoint_url=self._url, error=error) from error
        except ssl.SSLError as error:
            raise SSLError(endpoint_url=self._url, error=error) from error
        except OSError as error:
            raise EndpointConnectionError(endpoint_url=self._url, error=error) from error

    def _secured(self, plain: socket.socket) -> ssl.SSLSocket:
        """Start TLS and verify the host by the certificate authorities, which are loaded for the first connection."""
        if self._tls is None:
            import certifi

            self._tls = ssl.create_default_context(cafile=self._authorities or certifi.where())
        try:
            return self._tls.wrap_socket(plain, server_hostname=self._name)
        except BaseException:
            plain.close()
            raise


class _Connection:
    """A socket on which every read and write keeps one deadline."""

    def __init__(self, held: socket.socket) -> None:
        self._held = held
        self.deadline = 0.0
        self.idle_since = 0.0

    def is_good(self) -> bool:
        """True if it can be reused: it was not idle for too long, and nothing, not even its end, has arrived since."""
        if time.time() - self.idle_since > MAX_IDLE_SECONDS:
            return False
        waiting = select.poll()
        waiting.register(self._held, select.POLLIN)
        return not waiting.poll(0)

    def send(self, request: bytes) -> None:
        """Send the whole request."""
        self._held.settimeout(self._left())
        self._held.sendall(request)

    def receive_into(self, buffer: Any) -> int:
        """Read the bytes that have arrived, or wait for some."""
        self._held.settimeout(self._left())
        return self._held.recv_into(buffer)

    def reader(self) -> io.BufferedReader:
        """Return a reader of one response."""
        return io.BufferedReader(_Reader(self))

    def close(self) -> None:
        """Close the socket."""
        self._held.close()

    def _left(self) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("no answer within the deadline")
        return left


class _Reader(io.RawIOBase):
    def __init__(self, connection: _Connection) -> None:
        self._connection = connection

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._connection.receive_into(buffer)
