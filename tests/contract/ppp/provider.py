"""A payment provider on loopback that answers as oddly as a test wants, and the requests sent to it."""

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from threading import Event

import pytest

from settlement.connectors import exact_json
from settlement.connectors.ppp import PaymentProviderClient
from settlement.domain.connectors.connector import (
    CartItem,
    Connector,
    ConnectorProtocol,
    Credentials,
    CredentialsReference,
    Mode,
    VaultedCard,
)
from settlement.domain.connectors.connector_calls import (
    Authorise,
    Cancel,
    Done,
    Manual,
    PaymentReference,
    Refund,
    Refused,
    Settle,
    Unknown,
)
from testkit.builders import NOON

PAYMENT = PaymentReference("TX1", "A41B77", "BRL", "AUT1", "TID1", "NSU1")
SETTLE = Settle(PAYMENT, "REQ-1", 7000)
CANCEL = Cancel(PAYMENT, "REQ-1", 7000)
REFUND = Refund(PAYMENT, "REQ-1", "SET-1", 7000)
MOVEMENTS = {"settle": SETTLE, "cancel": CANCEL, "refund": REFUND}
ID_FIELDS = {"settle": "settleId", "cancel": "cancellationId", "refund": "refundId"}
AUTHORISE = Authorise(
    transaction_id="TX1",
    payment_id="A41B77",
    order_id="1172452900788-01",
    order_group="1172452900788",
    merchant_name="demo",
    payment_method="Visa",
    value=10000,
    reference_value=10000,
    currency="BRL",
    installments=1,
    card=VaultedCard("vault-token-1", "John Doe", "444433", "1111"),
    items=(CartItem("A", "Shoe", 5000, 1), CartItem("B", "Sock", 1500, 2)),
    shipping_value=2000,
    tax_value=0,
    callback_url="https://quita.example/callback?X-VTEX-signature=abc",
    inbound_url="https://quita.example/inbound-request/:action?X-VTEX-signature=abc",
)

CREDENTIALS = Credentials("key-of-the-shop", "token-of-the-shop")

PATIENCE_SECONDS = 5
"""How late a client may be on a busy machine, and half of what a peer here hangs or drips for."""

Respond = Callable[[socket.socket], None]


@dataclass
class Provider:
    """A server that hands every request to ``respond`` and keeps what arrived."""

    port: int
    respond: Respond
    requests: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    released: Event = field(default_factory=Event)

    @property
    def connector(self) -> Connector:
        return Connector(
            name="provider",
            protocol=ConnectorProtocol.PPP,
            mode=Mode.PARTIAL,
            service_url=f"http://127.0.0.1:{self.port}/ppp",
            credentials=CredentialsReference("demo/provider", "1", NOON),
        )

    @property
    def sent(self) -> dict[str, object]:
        body = exact_json.read(self.requests[-1][2])
        assert isinstance(body, dict)
        return body


def raw(text: bytes) -> Respond:
    """Send bytes and close."""

    def respond(connection: socket.socket) -> None:
        connection.sendall(text)
        connection.shutdown(socket.SHUT_RDWR)

    return respond


def answer(status: int, body: object, headers: str = "") -> Respond:
    """Answer with a body: JSON of an object, or text as it is."""
    text = body.encode() if isinstance(body, str) else exact_json.write(body).encode()

    def respond(connection: socket.socket) -> None:
        head = f"HTTP/1.1 {status} X\r\nContent-Length: {len(text)}\r\n{headers}\r\n"
        connection.sendall(head.encode() + text)

    return respond


def drip(provider: Provider, text: bytes) -> Respond:
    """Send a byte every 20 ms, far below any read time-out, until the test is over."""

    def respond(connection: socket.socket) -> None:
        for index in range(len(text)):
            connection.sendall(text[index : index + 1])
            if provider.released.wait(0.02):
                return

    return respond


def stall(provider: Provider, text: bytes = b"") -> Respond:
    """Send some bytes, then nothing until the test is over."""

    def respond(connection: socket.socket) -> None:
        connection.sendall(text)
        provider.released.wait(30)

    return respond


def client(timeout_seconds: float = 5, *, allow_loopback: bool = True) -> PaymentProviderClient:
    return PaymentProviderClient(timeout_seconds, lambda _: CREDENTIALS, allow_loopback=allow_loopback)


def move(provider: Provider, name: str, timeout_seconds: float = 5) -> Done | Refused | Manual | Unknown:
    caller = client(timeout_seconds)
    connector = provider.connector
    match name:
        case "settle":
            return caller.settle(connector, SETTLE)
        case "cancel":
            return caller.cancel(connector, CANCEL)
        case _:
            return caller.refund(connector, REFUND)


def good(name: str, **changes: object) -> dict[str, object]:
    """Build a correct answer to a movement of 70.00, with changes; None leaves a field null."""
    value = {} if name == "cancel" else {"value": Decimal("70.0")}
    ids = {"paymentId": "A41B77", "requestId": "REQ-1", ID_FIELDS[name]: "ID-1"}
    return {**ids, **value, "code": None, "message": "done", **changes}


def refusal(name: str, **changes: object) -> dict[str, object]:
    return good(name, **{ID_FIELDS[name]: None, "code": "limit", "message": "no", "value": 0, **changes})


every_movement = pytest.mark.parametrize("name", MOVEMENTS)
