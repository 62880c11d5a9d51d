"""One HTTP request that ends at its deadline whatever the other side does (D70).

A read time-out starts anew with every byte, so a peer that drips its headers or its body could hold a
caller for hours. Here every step on the network (name look-up, connect, TLS handshake, each write, each
read) gets what is left of one deadline, which is why this speaks to httpcore, the engine of httpx, and not
to httpx itself. Redirects, proxies of the environment, cookies and content encodings do not exist at this
level.
"""

import queue
import socket
import ssl
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from threading import Thread
from time import monotonic
from typing import Any

import certifi
import httpcore

from settlement.connectors.answer import Answer, NoAnswer

Headers = list[tuple[str, str]]

MAX_ANSWER_BYTES = 1_000_000
_WRITE_BYTES = 16_384

_deadline: ContextVar[float] = ContextVar("deadline")


class DeadlineHttp:
    """A connection pool whose calls end at their deadline and never raise for what the other side does."""

    def __init__(self, address_fault: Callable[[str], str | None] | None = None) -> None:
        """Load the certificate authorities; connect to nothing.

        ``address_fault`` tells why an address that a name resolves to is not connected to, None if it may be. It is
        asked about every address of the name, and the connection goes to one it was asked about.
        """
        self._address_fault = address_fault
        context = ssl.create_default_context(cafile=certifi.where())
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        self._pool = httpcore.ConnectionPool(ssl_context=context, network_backend=_DeadlineBackend(address_fault))

    def get(self, url: str, headers: Headers, seconds: float) -> Answer | NoAnswer:
        """Ask for ``url`` and read the whole answer, at most 1 MB of it, within ``seconds`` in total."""
        return self._within("GET", url, headers, b"", seconds)

    def post(self, url: str, headers: Headers, body: bytes, seconds: float) -> Answer | NoAnswer:
        """Send ``body`` and read the whole answer, at most 1 MB of it, within ``seconds`` in total."""
        return self._within("POST", url, headers, body, seconds)

    def unreachable(self, host: str, port: int, seconds: float) -> str | None:
        """Tell why a name would not be connected to, by where it leads now; None if it may be."""
        before = _deadline.set(monotonic() + seconds)
        try:
            return _fault_of(_look_up(host, port, seconds), self._address_fault)
        except _FAILURES as failure:
            return _reason(failure, seconds)
        finally:
            _deadline.reset(before)

    def _within(self, method: str, url: str, headers: Headers, body: bytes, seconds: float) -> Answer | NoAnswer:
        before = _deadline.set(monotonic() + seconds)
        try:
            return self._send(method, url, headers, body, seconds)
        except _FAILURES as failure:
            return NoAnswer(_reason(failure, seconds))
        finally:
            _deadline.reset(before)

    def _send(self, method: str, url: str, headers: Headers, body: bytes, seconds: float) -> Answer | NoAnswer:
        wire = [(name.encode("ascii"), value.encode("ascii")) for name, value in headers]
        waits = {"timeout": {"pool": seconds}}
        target = url.encode("ascii")
        content = body if method == "POST" else None
        received = bytearray()
        with self._pool.stream(method, target, headers=wire, content=content, extensions=waits) as response:
            for chunk in response.iter_stream():
                received += chunk
                if len(received) > MAX_ANSWER_BYTES:
                    return NoAnswer(f"the answer is larger than {MAX_ANSWER_BYTES} bytes")
            return Answer(response.status, bytes(received))


def _left(exhausted: type[httpcore.TimeoutException]) -> float:
    left = _deadline.get() - monotonic()
    if left <= 0:
        raise exhausted
    return left


class _DeadlineBackend(httpcore.NetworkBackend):
    """Connects within the deadline, name look-up and all addresses of the name included."""

    def __init__(self, address_fault: Callable[[str], str | None] | None) -> None:
        self._sockets = httpcore.SyncBackend()
        self._address_fault = address_fault

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = _look_up(host, port, _left(httpcore.ConnectTimeout))
        if (fault := _fault_of(addresses, self._address_fault)) is not None:
            raise httpcore.ConnectError(fault)
        for number, address in enumerate(addresses, start=1):
            share = _left(httpcore.ConnectTimeout) / (len(addresses) - number + 1)
            try:
                stream = self._sockets.connect_tcp(address, port, share, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if number == len(addresses):
                    raise
            else:
                return _DeadlineStream(stream)
        raise httpcore.ConnectError(f"{host} has no address")


def _fault_of(addresses: list[str], rule: Callable[[str], str | None] | None) -> str | None:
    """Return what is wrong with the first address that a rule does not let pass."""
    faults = [rule(address) for address in addresses] if rule is not None else []
    return next((fault for fault in faults if fault is not None), None)


def _look_up(host: str, port: int, seconds: float) -> list[str]:
    """Resolve a name within ``seconds``: the resolver has no time-out of its own that could be set."""
    found: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def resolve() -> None:
        try:
            entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.put(list(dict.fromkeys(str(entry[4][0]) for entry in entries)))
        except (OSError, UnicodeError) as failure:
            found.put(failure)

    Thread(target=resolve, daemon=True).start()
    try:
        result = found.get(timeout=seconds)
    except queue.Empty:
        raise httpcore.ConnectTimeout from None
    if isinstance(result, Exception):
        raise httpcore.ConnectError(f"the name {host} cannot be resolved") from result
    return result


class _DeadlineStream(httpcore.NetworkStream):
    """A stream each of whose operations gets what is left of the deadline of the call it serves."""

    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _left(httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _WRITE_BYTES):
            self._stream.write(buffer[start : start + _WRITE_BYTES], _left(httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(httpcore.ConnectTimeout)
        return _DeadlineStream(self._stream.start_tls(ssl_context, server_hostname, left))

    def get_extra_info(self, info: str) -> object:
        return self._stream.get_extra_info(info)


_NOT_HTTP = "the connector's address or keys have characters that HTTP does not take"
"""Without detail, which would be the key itself."""

_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (httpcore.ConnectTimeout, "no connection within {seconds:g} s"),
    (httpcore.TimeoutException, "no complete answer within {seconds:g} s"),
    (httpcore.ConnectError, "no connection: {detail}"),
    (httpcore.RemoteProtocolError, "the answer is cut short or is not HTTP: {detail}"),
    (httpcore.LocalProtocolError, _NOT_HTTP),
    (httpcore.NetworkError, "the connection broke: {detail}"),
    (OSError, "the connection broke: {detail}"),
    (ValueError, _NOT_HTTP),
)
"""What a failure is called, the first row that fits."""

_FAILURES = tuple(kind for kind, _ in _REASONS)


def _reason(failure: Exception, seconds: float) -> str:
    text = next(text for kind, text in _REASONS if isinstance(failure, kind))
    return text.format(seconds=seconds, detail=str(failure)[:300] or type(failure).__name__)
