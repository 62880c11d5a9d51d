"""Objects with sensible defaults; a test names only what it is about. Values are minor units of BRL."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from settlement.domain.connectors.capabilities import Capabilities, Capability
from settlement.domain.connectors.connector import Connector, ConnectorProtocol, CredentialsReference, Mode
from settlement.domain.ledger.ledger import Counters
from settlement.domain.order.order import Line, LineMention, Order, OrderTotal
from settlement.domain.planning.drafting import Position
from settlement.domain.planning.planning import Ask
from settlement.domain.transaction.leg import Leg, LegKind
from settlement.domain.transaction.operation import Operation, OperationKind, OperationState
from settlement.domain.transaction.payment import Authorisation, Payment
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.orders.place_order import NewLine, NewOrder, NewPayment

ACCOUNT = "demo"
ORDER_ID = "1172452900788-01"
TRANSACTION_ID = "A" * 32
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def a_connector(
    name: str = "acme",
    mode: Mode = Mode.PARTIAL,
    *,
    partial_settle: bool = True,
    partial_refund: bool = True,
    **changes: Any,
) -> Connector:
    """A PPP connector that can do everything in parts, unless said otherwise."""
    capabilities = Capabilities(
        settle=Capability.MULTIPLE if partial_settle else Capability.SINGLE,
        refund=Capability.MULTIPLE if partial_refund else Capability.NONE,
    )
    connector = Connector(
        name=name,
        protocol=ConnectorProtocol.PPP,
        mode=mode,
        service_url="https://acme.example",
        capabilities=capabilities,
        credentials=CredentialsReference(f"{ACCOUNT}/{name}", "1", NOON),
    )
    return replace(connector, **changes)


def a_new_payment(value: int = 10000, connector: str = "acme", group: str = "creditCard", **changes: Any) -> NewPayment:
    """A card payment as the store sends it."""
    return replace(NewPayment(connector, "2", "Visa", group, value, 1), **changes)


def a_new_order(*payments: NewPayment, value: int = 10000, **changes: Any) -> NewOrder:
    """The base order of the requirements: A 1 x 5000, B 2 x 1500, shipping 2000, total 10000, one card."""
    items = value - 2000 if value > 2000 else value
    new = NewOrder(
        lines=lines_worth(items),
        totals=(OrderTotal("Items", items), OrderTotal("Shipping", value - items)),
        value=value,
        currency="BRL",
        payments=payments or (a_new_payment(value),),
    )
    return replace(new, **changes)


def lines_worth(items: int) -> tuple[NewLine, ...]:
    """The lines of the base order, A 1 x 5000 and B 2 x 1500, with A dearer or both cheaper for another value."""
    sock = 1500 if items >= 3000 else 0
    shoe = items - 2 * sock
    return NewLine("A", "Shoe", 1, shoe, shoe), NewLine("B", "Sock", 2, sock, sock)


def an_order(**changes: Any) -> Order:
    """A started order of 10000."""
    order = Order(
        account=ACCOUNT,
        order_id=ORDER_ID,
        order_group="1172452900788",
        transaction_id=TRANSACTION_ID,
        currency="BRL",
        value=10000,
        placed_value=10000,
        totals=(OrderTotal("Items", 8000), OrderTotal("Shipping", 2000)),
        request_hash="f" * 64,
        created_at=NOON,
        started_at=NOON,
    )
    return replace(order, **changes)


def a_transaction(**changes: Any) -> Transaction:
    """An approved transaction of 10000 with nothing queued."""
    transaction = Transaction(
        account=ACCOUNT,
        transaction_id=TRANSACTION_ID,
        order_id=ORDER_ID,
        currency="BRL",
        mode=Mode.PARTIAL,
        value=10000,
        payable=10000,
        created_at=NOON,
        authorisation=Authorisation.APPROVED,
        authorised_at=NOON,
        ledger=Counters(authorised=10000),
    )
    return replace(transaction, **changes)


def a_payment(payment_id: str = "P1", authorised: int = 10000, **changes: Any) -> Payment:
    """An approved card payment."""
    payment = Payment(
        payment_id=payment_id,
        sequence=0,
        connector="acme",
        is_ppp=True,
        payment_system="2",
        payment_system_name="Visa",
        group="creditCard",
        assigned=authorised,
        installments=1,
        signature="S" * 32,
        authorisation=Authorisation.APPROVED,
        counters=Counters(authorised=authorised),
    )
    return replace(payment, **changes)


def a_position(payment_id: str = "P1", authorised: int = 10000, sequence: int = 0, **changes: Any) -> Position:
    """An approved card payment as planning sees it; counters by their names."""
    counters = {name: changes.pop(name) for name in Counters.__slots__ if name in changes}
    position = Position(
        payment_id=payment_id,
        sequence=sequence,
        assigned=authorised,
        group="creditCard",
        counters=Counters(authorised=authorised, **counters),
    )
    return replace(position, **changes)


def an_operation(sequence: int = 1, **changes: Any) -> Operation:
    """A ready settlement."""
    operation = Operation(sequence, OperationKind.SETTLE, "invoice/N1", Ask(), NOON, OperationState.READY)
    return replace(operation, **changes)


def a_leg(operation: int = 1, number: str = "0001", **changes: Any) -> Leg:
    """A planned settlement leg of 7000 on P1."""
    leg = Leg(operation, number, LegKind.SETTLE, "P1", 7000, f"request-{operation}-{number}")
    return replace(leg, **changes)


def a_line(index: int = 0, id_: str = "A", quantity: int = 1, price: int = 5000, **changes: Any) -> Line:
    """An order line."""
    return replace(Line(f"{index:04d}-{id_}", index, id_, id_, quantity, price, price), **changes)


def item(id_: str, price: int, quantity: int = 1, **changes: Any) -> LineMention:
    """An item of an invoice or a change."""
    return replace(LineMention(id_, price, quantity), **changes)
