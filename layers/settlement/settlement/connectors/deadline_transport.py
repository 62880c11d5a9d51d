"""HTTP exchanges that end at their deadline whatever the other side does (D70).

A read time-out starts anew with every byte, so a peer that drips its headers or its body could hold a caller for
hours. Here every step on the network (name look-up, connect, TLS handshake, each write, each read) gets the rest of one
deadline. That needs the sockets, so this is built on httpcore, httpx's engine.
"""

import queue
import socket
import ssl
import zlib
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from functools import cache
from threading import Thread
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

import httpcore

from settlement.connectors.answer import Answer

MAX_ANSWER_BYTES = 1_000_000
_WRITE_BYTES = 16_384
_GZIP = b"\x1f\x8b"
"""The first bytes of gzip, with which no JSON begins."""

Headers = list[tuple[str, str]]

AddressRule = Callable[[str], str | None]
"""Returns why a resolved address is not allowed, None if it is."""

_deadline: ContextVar[float] = ContextVar("deadline")


class AnswerTooLarge(Exception):
    """A response is longer than ``MAX_ANSWER_BYTES``; it was not read to its end."""


class DeadlineTransport:
    """Pools of connections; a request with its whole response takes at most ``seconds``.

    Redirects, cookies, encodings and proxies of the environment do not exist here.
    """

    def __init__(self, address_rule: AddressRule | None = None) -> None:
        """Make no connection yet.

        The rule checks every address of a name; the connection uses one of the checked addresses.
        """
        self._backend = _DeadlineBackend(address_rule)
        self._pools: dict[bytes, httpcore.ConnectionPool] = {}

    def exchange(self, method: str, url: str, headers: Headers, body: bytes | None, seconds: float) -> Answer:
        """Send a request and return its whole response.

        Raises ``AnswerTooLarge``, httpcore's exceptions, ``OSError``, and ``ValueError`` for what HTTP does not take.
        """
        before = _deadline.set(monotonic() + seconds)
        try:
            return self._exchange(method, url, headers, body, seconds)
        finally:
            _deadline.reset(before)

    def _pool(self, scheme: bytes) -> httpcore.ConnectionPool:
        """Return the pool of a scheme; only that of https loads the certificate authorities."""
        tls = _tls() if scheme == b"https" else None
        return self._pools.setdefault(scheme, httpcore.ConnectionPool(ssl_context=tls, network_backend=self._backend))

    def _exchange(self, method: str, url: str, headers: Headers, body: bytes | None, seconds: float) -> Answer:
        address = address_of(url)
        wire = [(b"Host", host_of(address))]
        wire += [(name.encode("ascii"), value.encode("ascii")) for name, value in headers]
        waits = {"timeout": {"pool": seconds}}
        received = bytearray()
        pool = self._pool(address.scheme)
        with pool.stream(method, address, headers=wire, content=body, extensions=waits) as response:
            for chunk in response.iter_stream():
                received += chunk
                _require_small(len(received))
            return Answer(response.status, _plain(bytes(received)))


def address_of(url: str) -> httpcore.URL:
    """Return a URL with path and query unchanged: were dots resolved, an id could change the path."""
    parts = urlsplit(url.encode("ascii"))
    target = (parts.path or b"/") + (b"?" + parts.query if parts.query else b"")
    return httpcore.URL(scheme=parts.scheme, host=parts.hostname or b"", port=parts.port, target=target)


def host_of(address: httpcore.URL) -> bytes:
    """Return the header ``Host``; httpcore's own has no brackets around an address of IPv6."""
    name = b"[%b]" % address.host if b":" in address.host else address.host
    usual = {b"http": 80, b"https": 443}[address.scheme]
    return name if address.port in (None, usual) else name + f":{address.port}".encode()


def _plain(content: bytes) -> bytes:
    """Return a content unpacked if it is gzip, whatever its headers say: some servers pack it without being asked to.

    A content that is cut short or damaged, or has more behind it, is returned as it is, for the reader to refuse.
    """
    if not content.startswith(_GZIP):
        return content
    expander = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        unpacked = expander.decompress(content, MAX_ANSWER_BYTES + 1)
    except zlib.error:
        return content
    _require_small(len(unpacked))
    return unpacked if expander.eof and not expander.unused_data else content


def _require_small(size: int) -> None:
    if size > MAX_ANSWER_BYTES:
        raise AnswerTooLarge(f"the answer is larger than {MAX_ANSWER_BYTES} bytes")


def fault_of_name(host: str, port: int, seconds: float, rule: AddressRule | None) -> str | None:
    """Return why a host name is not allowed, by its current addresses; None if it is.

    Raises ``httpcore.ConnectError`` and, after ``seconds``, ``httpcore.ConnectTimeout``.
    """
    return _fault_of(_look_up(host, port, seconds), rule)


@cache
def _tls() -> ssl.SSLContext:
    """Load the certificate authorities, once per process, because it takes some 40 ms."""
    import certifi

    context = ssl.create_default_context(cafile=certifi.where())
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _left(exhausted: type[httpcore.TimeoutException]) -> float:
    left = _deadline.get() - monotonic()
    if left <= 0:
        raise exhausted
    return left


class _DeadlineBackend(httpcore.NetworkBackend):
    """Connects within the deadline, including the name look-up and tries of all its addresses."""

    def __init__(self, address_rule: AddressRule | None) -> None:
        self._sockets = httpcore.SyncBackend()
        self._address_rule = address_rule

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = _look_up(host, port, _left(httpcore.ConnectTimeout))
        if (fault := _fault_of(addresses, self._address_rule)) is not None:
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


def _fault_of(addresses: list[str], rule: AddressRule | None) -> str | None:
    """Return the rule's reason for the first address that is not allowed, None if all are."""
    faults = [rule(address) for address in addresses] if rule is not None else []
    return next((fault for fault in faults if fault is not None), None)


def _look_up(host: str, port: int, seconds: float) -> list[str]:
    """Resolve a name within ``seconds``; the resolver itself has no time-out to set."""
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
    """A stream whose operations each get the rest of the call's deadline."""

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
