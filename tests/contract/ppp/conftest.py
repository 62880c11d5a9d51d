"""The server the client is tested against."""

import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer
from threading import Thread

import pytest

from tests.contract.ppp.provider import Provider, answer


@pytest.fixture
def provider() -> Iterator[Provider]:
    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            with closing(self.request), suppress(OSError):
                while head := _read_until_blank_line(self.request):
                    line, *lines = head.decode().split("\r\n")
                    headers = {name.lower(): value for name, _, value in (each.partition(": ") for each in lines)}
                    body = _read_exactly(self.request, int(headers.get("content-length", 0)))
                    served.requests.append((line, headers, body))
                    served.respond(self.request)

    class Server(ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

        def handle_error(self, request: object, client_address: object) -> None:
            """Say nothing: clients hang up on purpose here."""

    with Server(("127.0.0.1", 0), Handler) as server:
        served = Provider(server.server_address[1], answer(200, {}))
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield served
        served.released.set()
        server.shutdown()


def _read_until_blank_line(connection: socket.socket) -> bytes:
    received = b""
    while not received.endswith(b"\r\n\r\n"):
        byte = connection.recv(1)
        if not byte:
            return b""
        received += byte
    return received[:-4]


def _read_exactly(connection: socket.socket, length: int) -> bytes:
    received = b""
    while len(received) < length:
        received += connection.recv(length - len(received))
    return received
