"""Puts the containers of `sam local` on the network of this machine, where the local stack listens (D94).

The stack listens on 127.0.0.1 only, and SAM gives its containers a network of their own, whatever `--docker-network`
is. So SAM calls the container engine through a socket of ours, which changes one request only: a container that runs a
function is created with the host's network, and its runtime listens on the port that SAM has chosen, on 127.0.0.1.
"""

from __future__ import annotations

import json
import os
import re
import socket
import socketserver
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from local.ports import HOST, any_free
from local.progress import StackError

DEFAULT_SOCKET = "/var/run/docker.sock"
_RUNTIME = "/var/rapid/aws-lambda-rie"
_RUNTIME_PORT = "8080/tcp"
_CREATE = re.compile(rb"POST (?:/v[0-9.]+)?/containers/create[? ]")


@contextmanager
def host_network(docker_host: str | None) -> Iterator[str]:
    """Yield the DOCKER_HOST for SAM; raises ``StackError`` if no engine answers at ``docker_host``."""
    if sys.platform != "linux":
        raise StackError(
            "Functions run in containers on Linux only: elsewhere containers cannot share the host's network."
        )
    engine = _engine_socket(docker_host)
    with tempfile.TemporaryDirectory(prefix="quita-") as folder:
        path = str(Path(folder) / "docker.sock")
        with _Server(path, engine) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            try:
                yield f"unix://{path}"
            finally:
                server.shutdown()


def engine_fault(docker_host: str | None) -> str | None:
    """Return why no container engine can be used, None if one answers."""
    try:
        _engine_socket(docker_host)
    except StackError as error:
        return str(error)
    return None


def has_image(docker_host: str | None, image: str) -> bool:
    """Return True if the engine has the image already."""
    return _knows(_engine_socket(docker_host), f"/images/{image}/json")


def on_host_network(body: dict[str, Any]) -> dict[str, Any]:
    """Return the request for a container, with the host's network if the container runs a function."""
    entry = body.get("Entrypoint") or []
    settings = body.get("HostConfig") or {}
    bindings = (settings.get("PortBindings") or {}).get(_RUNTIME_PORT)
    if entry[:1] != [_RUNTIME] or not bindings:
        return body
    addresses = [
        "--runtime-interface-emulator-address", f"{HOST}:{bindings[0]['HostPort']}",
        "--runtime-api-address", f"{HOST}:{any_free()}",
    ]  # fmt: skip
    # The engine ignores published ports on the host's network; they stay for other readers of the request.
    dropped = ("ExtraHosts", "Dns")
    settings = {name: value for name, value in settings.items() if name not in dropped} | {"NetworkMode": "host"}
    kept = {name: value for name, value in body.items() if name != "NetworkingConfig"}
    return kept | {"Entrypoint": [*entry, *addresses], "HostConfig": settings}


class _Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, path: str, engine: str) -> None:
        super().__init__(path, _Handler)
        self.engine = engine


class _Handler(socketserver.BaseRequestHandler):
    """Forwards one request and its response; each connection carries one request."""

    server: _Server

    def handle(self) -> None:
        client: socket.socket = self.request
        head, rest = _read_head(client)
        if not head:
            return
        if not re.search(rb"(?im)^upgrade:", head):
            head = _with_header(head, b"Connection", b"close")
        if _CREATE.match(head):
            length = re.search(rb"(?im)^content-length:\s*(\d+)", head)
            while length is not None and len(rest) < int(length[1]):
                received = client.recv(65536)
                if not received:
                    return
                rest += received
            rest = json.dumps(on_host_network(json.loads(rest))).encode()
            head = _with_header(head, b"Content-Length", str(len(rest)).encode())
        with socket.socket(socket.AF_UNIX) as engine:
            engine.connect(self.server.engine)
            engine.sendall(head + rest)
            threading.Thread(target=_pump, args=(client, engine), daemon=True).start()
            _pump(engine, client)


def _read_head(client: socket.socket) -> tuple[bytes, bytes]:
    """Return the request line and headers with their blank line, and the part of the body received with them."""
    received = b""
    while b"\r\n\r\n" not in received:
        part = client.recv(65536)
        if not part:
            return b"", b""
        received += part
    head, _, rest = received.partition(b"\r\n\r\n")
    return head + b"\r\n\r\n", rest


def _with_header(head: bytes, name: bytes, value: bytes) -> bytes:
    lines = [line for line in head.rstrip().split(b"\r\n") if not line.lower().startswith(name.lower() + b":")]
    return b"\r\n".join([*lines, name + b": " + value, b"", b""])


def _pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    with suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def _engine_socket(docker_host: str | None) -> str:
    address = docker_host or f"unix://{DEFAULT_SOCKET}"
    path = address.removeprefix("unix://")
    if path == address:
        raise StackError(f"DOCKER_HOST={address} is not a socket of this machine (unix://…).")
    try:
        is_engine = _knows(path, "/_ping")
    except OSError as error:
        raise StackError(
            f"No container engine answers at {path} ({error.strerror or error}): install or start Docker."
        ) from error
    if not is_engine:
        raise StackError(f"What answers at {path} is not a container engine.")
    return path


def _knows(path: str, resource: str) -> bool:
    with socket.socket(socket.AF_UNIX) as engine:
        engine.settimeout(10)
        engine.connect(path)
        engine.sendall(f"GET {resource} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        return b" 200 " in engine.recv(1024).split(b"\r\n")[0]


if __name__ == "__main__":
    sys.exit(engine_fault(os.environ.get("DOCKER_HOST")))
