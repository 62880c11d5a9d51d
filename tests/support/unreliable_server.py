"""A DynamoDB on a socket that does to each request what it is told, down to the bytes."""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any, Self
from zlib import crc32

HANGING_PEER_SECONDS = 15
"""How long a peer says nothing, or drips: longer than any client here waits for."""

Behaviour = Callable[[socket.socket], bool]
"""What a server does with a request; tells whether the connection goes on."""


@dataclass(frozen=True)
class Asked:
    """One request: the connection it came on, counted from 1, its headers by small names, and its JSON."""

    connection: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.content)


class UnreliableServer:
    """Answers each request as the next of ``behaviours`` says, and well when there is none left."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.asked: list[Asked] = []
        self.behaviours: list[Behaviour] = []
        self.connections = 0
        self._tls = tls
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._ended = Event()
        self.port = self._listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(self, *raised: object) -> None:
        self._ended.set()
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _listen(self) -> None:
        while not self._ended.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            Thread(target=self._serve, args=(connection, self.connections), daemon=True).start()

    def _serve(self, connection: socket.socket, number: int) -> None:
        try:
            with connection if self._tls is None else self._tls.wrap_socket(connection, server_side=True) as held:
                reader = held.makefile("rb")
                while reader.readline():
                    headers: dict[str, str] = {}
                    while (line := reader.readline().decode().strip()) != "":
                        name, _, value = line.partition(": ")
                        headers[name.lower()] = value
                    self.asked.append(Asked(number, headers, reader.read(int(headers["content-length"]))))
                    if not (self.behaviours.pop(0) if self.behaviours else answer())(held):
                        return
        except OSError:
            """The client has gone."""


def _bytes(status: int, body: bytes, headers: Sequence[str], length: int | None) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def answer(
    status: int = 200,
    body: bytes = b"{}",
    headers: Sequence[str] = (),
    *,
    length: int | None = None,
    goes_on: bool = True,
) -> Behaviour:
    """Answer; ``length`` is what is promised, ``goes_on`` whether the connection is kept."""

    def act(connection: socket.socket) -> bool:
        connection.sendall(_bytes(status, body, headers, length))
        return goes_on

    return act


def refuse(code: str, status: int = 400, **more: Any) -> Behaviour:
    """Answer with an error of the service."""
    told = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": "no", **more}
    return answer(status, json.dumps(told).encode())


def answer_with_checksum(body: bytes, of: bytes | None = None) -> Behaviour:
    """Answer with a checksum, of something else if it is said of what."""
    return answer(200, body, [f"x-amz-crc32: {crc32(body if of is None else of)}"])


def hang_up(connection: socket.socket) -> bool:
    """Close without a word."""
    return False


def stop_halfway(connection: socket.socket) -> bool:
    """Close the sending side alone, in the middle of an answer."""
    connection.sendall(_bytes(200, b'{"Item": {', (), 1000))
    connection.shutdown(socket.SHUT_WR)
    time.sleep(0.05)
    return False


def say_nothing(connection: socket.socket) -> bool:
    """Keep the client waiting for longer than it does."""
    time.sleep(HANGING_PEER_SECONDS)
    return False


def drip(connection: socket.socket) -> bool:
    """Send an answer byte by byte, each before a read of the client could be given up."""
    pause = 0.03
    for byte in _bytes(200, b"{}" + b" " * int(HANGING_PEER_SECONDS / pause), (), None):
        connection.sendall(bytes([byte]))
        time.sleep(pause)
    return False
