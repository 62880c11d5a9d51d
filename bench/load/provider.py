"""A payment provider on loopback: the strict books of the sandbox connector, kept in memory, and faults."""

from __future__ import annotations

import socket
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Lock, Thread
from typing import Any

from bench.load.faults import Fault, Faults
from sandbox_provider import (
    UNDEFINED,
    Books,
    Call,
    Payment,
    Refusal,
    Reply,
    Settlement,
    failure,
    perform,
    scripted_failure,
)
from sandbox_scripts import NORMAL, Operation
from settlement.connectors import exact_json

HANG_SECONDS = 8.0
"""Duration of a hanging call, above the 5 s limit of a connector call on the local stack."""


_STATUSES = {Fault.FAILED: 500, Fault.REFUSED: 400}
"""Statuses of faults that are answered without an effect."""


class Provider:
    """Books, answers by request id, and a record of every call with its answer."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults
        self.met: Counter[Fault] = Counter()
        self._payments: dict[str, Payment] = {}
        self._settlements: dict[tuple[str, object], Settlement] = {}
        self._answers: dict[str | None, Reply] = {}
        self._calls: dict[str, list[dict[str, Any]]] = defaultdict(list)
        self._lock = Lock()

    def take(self, call: Call) -> tuple[Reply, Fault]:
        """Return the answer to a call, and its fault; a repeated request gets its first answer."""
        with self._lock:
            calls = self._calls[call.payment_id]
            earlier = sum(known["operation"] == call.operation for known in calls)
            fault = self.faults.of(call.payment_id, call.operation, earlier + 1)
            reply = scripted_failure(call, _STATUSES[fault]) if fault in _STATUSES else self._reply(call)
            self.met[fault] += 1
            calls.append(_record(call, reply, heard=fault in (Fault.NONE, *_STATUSES)))
        return reply, fault

    def calls_of(self, payment_id: str) -> list[dict[str, Any]]:
        """Return every call about a payment in the order of arrival, in the sandbox connector's form."""
        with self._lock:
            return list(self._calls[payment_id])

    def _reply(self, call: Call) -> Reply:
        payment = self._payments.get(call.payment_id)
        if call.operation is Operation.PAYMENTS:
            if payment is not None and payment.status != UNDEFINED:
                return Reply(200, payment.answer)
        elif call.request_id in self._answers:
            return self._answers[call.request_id]
        settlement = self._settlements.get((call.payment_id, call.fields.get("settleId")))
        try:
            effect = perform(call, Books(payment, settlement), NORMAL)
        except Refusal as refusal:
            return failure(call, refusal.status, refusal.code, refusal.message)
        if effect.payment is not None:
            self._payments[call.payment_id] = effect.payment
        if effect.settlement is not None:
            self._settlements[call.payment_id, effect.settlement.settle_id] = effect.settlement
        if call.operation is not Operation.PAYMENTS:
            self._answers[call.request_id] = effect.reply
        return effect.reply


def _record(call: Call, reply: Reply, *, heard: bool) -> dict[str, Any]:
    return {
        "operation": call.operation.value,
        "paymentId": call.payment_id,
        "requestId": call.request_id,
        "value": call.fields.get("value"),
        "answer": {"status": reply.status if heard else None, "body": reply.body if heard else None},
        "at": time.time(),
    }


@contextmanager
def served(provider: Provider) -> Iterator[str]:
    """Serve a provider on a free port; yield its address."""
    closing = Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            fields = exact_json.read(self.rfile.read(int(self.headers["Content-Length"])))
            assert isinstance(fields, dict)
            parts = self.path.strip("/").split("/")
            call = Call(Operation(parts[-1]), str(fields["paymentId"]), fields)
            reply, fault = provider.take(call)
            if fault is Fault.HUNG:
                closing.wait(HANG_SECONDS)
            if fault is Fault.DROPPED:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            body = exact_json.write(reply.body).encode()
            head = f"HTTP/1.1 {reply.status} X\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            with suppress(OSError):
                self.wfile.write(head.encode() + body)

        def log_message(self, format: str, *args: Any) -> None:
            """Print nothing."""

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 256

        def handle_error(self, request: object, client_address: object) -> None:
            """Print nothing: the service closes the connection of a slow call."""

    with Server(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, name="provider", daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/provider"
        finally:
            closing.set()
            server.shutdown()
