"""A connector that breaks in every way a server can, behind the real client: in the end it has moved the money once."""

import datetime
import json
import socket
import ssl
import struct
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from settlement.domain.connectors.connector_calls import Unknown
from settlement.domain.events import EventType
from settlement.domain.transaction.operation import OperationState
from testkit.builders import ACCOUNT, a_connector
from testkit.configuring import save_connector
from testkit.shop import Placed, Shop
from tests.contract.ppp.provider import SETTLE, Provider, client, raw

HANGING_SECONDS = 0.8
"""How long a call that hangs is waited for."""
PATIENT_SECONDS = 60
"""How long any other is: a busy machine answers late, which is no fault of the connector's."""

IDS = {"settlements": "settleId", "cancellations": "cancellationId", "refunds": "refundId"}


class Bank:
    """A provider with books, on a socket of its own; each call breaks as ``faults`` say, then all is well."""

    def __init__(self) -> None:
        self.faults: deque[str] = deque()
        self.done: dict[str, Decimal] = {}
        self.asked: list[str] = []
        self.released = Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        Thread(target=self._accept, daemon=True).start()

    @property
    def will_hang(self) -> bool:
        """Whether the next call ends by its deadline alone."""
        return bool(self.faults) and self.faults[0] in HANGING

    def close(self) -> None:
        """Let go of every call that hangs."""
        self.released.set()
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as stream:
            path = stream.readline().split()[1].decode()
            headers = dict(line.decode().strip().lower().split(": ", 1) for line in iter(stream.readline, b"\r\n"))
            body = json.loads(stream.read(int(headers["content-length"])), parse_float=Decimal)
            self.asked.append(body["requestId"])
            fault = self.faults.popleft() if self.faults else "ok"
            with suppress(OSError):
                if fault in UNDONE:
                    _undone(self, connection, fault)
                else:
                    _done(self, connection, fault, self._do(path.rpartition("/")[2], body))

    def _do(self, what: str, body: dict[str, Any]) -> bytes:
        """Move the money, once per request id, and return the answer."""
        self.done.setdefault(body["requestId"], Decimal(body["value"]))
        value = {} if what == "cancellations" else {"value": float(body["value"])}
        told = {"paymentId": body["paymentId"], "requestId": body["requestId"], IDS[what]: body["requestId"][:8]}
        return _http(200, json.dumps({**told, **value, "code": None, "message": None}))


def _http(status: int, text: str) -> bytes:
    return f"HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {len(text)}\r\n\r\n{text}".encode()


def _drip(bank: Bank, connection: socket.socket, text: bytes) -> None:
    for index in range(len(text)):
        if bank.released.wait(0.02):
            return
        connection.sendall(text[index : index + 1])


def _half_close(bank: Bank, connection: socket.socket, text: bytes) -> None:
    """Say half of it and that no more will come, but go on listening."""
    connection.sendall(text[: len(text) // 2])
    connection.shutdown(socket.SHUT_WR)
    bank.released.wait(10)


def _reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _undone(bank: Bank, connection: socket.socket, fault: str) -> None:
    """Break before anything is done."""
    match fault:
        case "500":
            connection.sendall(_http(500, "{}"))
        case "hang":
            bank.released.wait(10)
        case "closed without a word":
            _half_close(bank, connection, b"")
        case "reset":
            _reset(connection)


def _done(bank: Bank, connection: socket.socket, fault: str, answer: bytes) -> None:
    """Break after the money has moved, or not at all."""
    match fault:
        case "ok":
            connection.sendall(answer)
        case "500 after doing it":
            connection.sendall(_http(500, "{}"))
        case "hang after doing it":
            bank.released.wait(10)
        case "slow body":
            _drip(bank, connection, answer)
        case "half-closed":
            _half_close(bank, connection, answer)
        case "reset after doing it":
            _reset(connection)
        case "not HTTP":
            connection.sendall(b"220 mail.example ready\r\n")


UNDONE = ["500", "drop", "hang", "closed without a word", "reset"]
DONE = [
    *("500 after doing it", "drop after doing it", "hang after doing it", "reset after doing it"),
    *("slow body", "half-closed", "not HTTP"),
]
TRANSPORT = [*UNDONE, *DONE]
HANGING = {"hang", "hang after doing it", "slow body"}


class Patient:
    """The real client, which waits for a call briefly where it will hang, and long where it will not."""

    def __init__(self, bank: Bank) -> None:
        self._bank = bank
        self._hanging, self._patient = client(HANGING_SECONDS), client(PATIENT_SECONDS)

    def __getattr__(self, call: str) -> Any:
        return getattr(self._hanging if self._bank.will_hang else self._patient, call)


@pytest.fixture
def bank() -> Iterator[Bank]:
    """A provider that is closed after the test."""
    bank = Bank()
    yield bank
    bank.close()


@pytest.fixture
def placed(shop: Shop, bank: Bank) -> Placed:
    """An order whose payment is authorised; from here on its connector is the bank, behind the real client."""
    placed = shop.open()
    reach(shop, bank.url)
    shop.provider = Patient(bank)  # type: ignore[assignment]
    return placed


def reach(shop: Shop, url: str) -> None:
    """Configure where the connector is."""
    save_connector(shop.store, ACCOUNT, replace(a_connector("partial"), service_url=url))


def move(placed: Placed, kind: str) -> None:
    """Have 70.00 captured, cancelled, or refunded."""
    match kind:
        case "settle":
            placed.invoice("N1", 7000)
        case "cancel":
            placed.change("C1", discount=7000)


@pytest.mark.parametrize("kind", ["settle", "cancel"])
@pytest.mark.parametrize("fault", TRANSPORT)
def test_call_that_breaks_is_repeated_and_moves_money_once(bank: Bank, placed: Placed, fault: str, kind: str) -> None:
    bank.faults += [fault]

    move(placed, kind)

    assert bank.done == {bank.asked[0]: Decimal("70.0")}
    assert len(bank.asked) == 2
    assert len(set(bank.asked)) == 1
    assert (placed.ledger.captured if kind == "settle" else placed.ledger.cancelled) == 7000
    assert len(placed.said(EventType.CONNECTOR_CALL_UNRESOLVED)) == 1
    assert placed.operation.state is OperationState.DONE


@pytest.mark.parametrize("fault", TRANSPORT)
def test_refund_that_breaks_is_repeated_and_given_once(bank: Bank, placed: Placed, fault: str) -> None:
    placed.invoice("N1", 10000)
    bank.faults += [fault]

    placed.give_back("D1", 1500)

    assert sorted(bank.done.values()) == [Decimal("15.0"), Decimal("100.0")]
    assert len(bank.asked) == 3
    assert placed.ledger.refunded == 1500


@pytest.mark.parametrize("fault", TRANSPORT)
def test_connector_that_breaks_for_a_whole_attempt_is_asked_again_by_the_schedule(
    shop: Shop, bank: Bank, placed: Placed, fault: str
) -> None:
    bank.faults += [fault] * 3

    placed.invoice("N1", 10000)
    assert placed.operation.state is OperationState.WAITING
    assert placed.status == ("invoice", "Settling")
    shop.pass_time(timedelta(minutes=2))

    assert list(bank.done.values()) == [Decimal("100.0")]
    assert len(set(bank.asked)) == 1
    assert placed.status == ("invoiced", "Finished")


@pytest.mark.parametrize(
    "address", ["https://connector.invalid", "http://127.0.0.1:9", "https://127.0.0.1:9"], ids=["dns", "refused", "tls"]
)
def test_connector_that_cannot_be_reached_is_asked_once_it_can(
    shop: Shop, bank: Bank, placed: Placed, address: str
) -> None:
    reach(shop, address)
    placed.invoice("N1", 10000)
    assert placed.operation.state is OperationState.WAITING
    assert bank.asked == []

    reach(shop, bank.url)
    shop.pass_time(timedelta(minutes=2))

    assert list(bank.done.values()) == [Decimal("100.0")]
    assert placed.status == ("invoiced", "Finished")


def certificate(folder: Path, host: str) -> ssl.SSLContext:
    """A server's TLS with a certificate that nobody has signed, for ``host``."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    now = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "certificate.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
    return context


def test_connector_with_a_certificate_nobody_signed_is_told_nothing(tmp_path: Path) -> None:
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        context = certificate(tmp_path, "localhost")

        def serve() -> None:
            connection, _ = listener.accept()
            try:
                with context.wrap_socket(connection, server_side=True) as secure:
                    heard.append(secure.recv(100))
            except OSError:
                connection.close()

        Thread(target=serve, daemon=True).start()
        port = listener.getsockname()[1]
        connector = replace(Provider(port, raw(b"")).connector, service_url=f"https://localhost:{port}")

        outcome = client(2).settle(connector, SETTLE)

    assert isinstance(outcome, Unknown)
    assert "certificate" in outcome.reason.lower()
    assert heard == []
