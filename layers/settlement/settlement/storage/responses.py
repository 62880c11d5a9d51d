"""Reads HTTP responses from a stream.

Of a usual one the head is read line by line: ``HTTPResponse`` parses it as that of an e-mail, which takes a tenth of
the CPU of accepting an invoice, and more of a cold start. Any other response is read by ``HTTPResponse``.
"""

import io
import socket
from collections.abc import Mapping, Sequence
from typing import Any, cast

from settlement.values import dataclass

MAX_HEADERS = 100
MAX_LINE_BYTES = 65_536
"""The longest head that is read; both limits are those of ``http.client``."""

_WITHOUT_BODY = ("204", "304")


class BrokenResponse(Exception):
    """A response that is cut off, or is no HTTP."""


@dataclass(frozen=True, slots=True)
class Response:
    """A response; the names of ``headers`` are in lower case. With ``closes`` its connection has no other."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    closes: bool


def read_response(stream: io.BufferedReader) -> Response:
    """Read one response; raises ``BrokenResponse``, and what the stream raises."""
    lines = _head_of(stream)
    status, headers = _parsed(lines)
    length = headers.get("content-length", "")
    if not status or not length.isdecimal() or "transfer-encoding" in headers:
        return _read_otherwise(b"".join(lines), stream)
    body = stream.read(int(length))
    if len(body) < int(length):
        raise BrokenResponse(f"{len(body)} of the {length} bytes of the body arrived")
    return Response(status, headers, body, headers.get("connection", "").lower() == "close")


def _head_of(stream: io.BufferedReader) -> list[bytes]:
    """Return the lines of a head, the empty one at its end included."""
    lines: list[bytes] = []
    while len(lines) < MAX_HEADERS:
        line = stream.readline(MAX_LINE_BYTES + 1)
        if len(line) > MAX_LINE_BYTES:
            raise BrokenResponse(f"got more than {MAX_LINE_BYTES} bytes in a line of the head")
        if not line:
            raise BrokenResponse(f"the head ends after {len(lines)} lines")
        lines.append(line)
        if line in (b"\r\n", b"\n"):
            return lines
    raise BrokenResponse(f"got more than {MAX_HEADERS} headers")


def _parsed(lines: Sequence[bytes]) -> tuple[int, dict[str, str]]:
    """Return the status and the headers of a usual head; the status is 0 for any other."""
    version, _, told = lines[0].decode("latin-1").partition(" ")
    status, headers = told[:3], {}
    if version != "HTTP/1.1" or not status.isdecimal() or status < "200" or status in _WITHOUT_BODY:
        return 0, {}
    for line in lines[1:-1]:
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon or name[:1].isspace():
            return 0, {}
        headers[name.lower()] = value.strip()
    return int(status), headers


def _read_otherwise(head: bytes, stream: io.BufferedReader) -> Response:
    from http.client import HTTPException, HTTPResponse

    answer = HTTPResponse(cast(socket.socket, _Again(head, stream)), method="POST")
    try:
        answer.begin()
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Response(answer.status, headers, answer.read(), answer.will_close)
    except HTTPException as error:
        raise BrokenResponse(f"{type(error).__name__}: {error}") from error


class _Again(io.RawIOBase):
    """A stream from the beginning of a response whose head was read; it has what ``HTTPResponse`` needs of a socket."""

    def __init__(self, head: bytes, rest: io.BufferedReader) -> None:
        self._head = io.BytesIO(head)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._head.readinto(buffer) or self._rest.readinto1(buffer)

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)
