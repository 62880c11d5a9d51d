"""Places an order: writes order, transaction and payments, and queues their authorisation (A§3.12)."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import field, replace
from datetime import datetime, timedelta
from typing import Any

from settlement.domain.account.account import AccountSettings
from settlement.domain.connectors.addresses import return_url_fault
from settlement.domain.connectors.capabilities import Capability
from settlement.domain.connectors.connector import (
    EVERY_PAYMENT_SYSTEM,
    Connector,
    ConnectorProtocol,
    Mode,
    Recipient,
    VaultedCard,
)
from settlement.domain.errors import AlreadyExists, InvalidRequest
from settlement.domain.events import EventType, Journal
from settlement.domain.identity import identity, is_same
from settlement.domain.money import MAX_MINOR_UNITS, require_in_use
from settlement.domain.order.line_value import ONE, UnitPrice
from settlement.domain.order.order import DEFAULT_SALES_CHANNEL, Line, Order, OrderTotal
from settlement.domain.order.order_sums import require_lines_in_totals
from settlement.domain.order.placement import Placement
from settlement.domain.order.shopper import Shopper
from settlement.domain.planning.planning import Ask
from settlement.domain.transaction.acceptance import record_ready
from settlement.domain.transaction.deeds import Deeds
from settlement.domain.transaction.operation import Operation, OperationKind
from settlement.domain.transaction.payment import Authorisation, Payment
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.orders.order_ids import new_order_id, order_group
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.heads import Heads, listed, load, of_order, record_status_changes
from settlement.use_cases.shared.ports import Commit, Conflict, Ports, Store
from settlement.values import dataclass

_POLL_SECONDS = 0.1
_MAX_SHOWN = 80

_IGNORED_OF_LINES: dict[str, Any] = dict.fromkeys(("seller_id", "category_id", "delivery_type", "tax", "tax_rate"))
_IGNORED_OF_PAYMENTS: dict[str, Any] = dict.fromkeys(("reference_value", "interest_rate", "installment_value"))
"""Parts of published bodies that earlier versions ignored: an order that was stored without them is the same (D50)."""


@dataclass(frozen=True, slots=True)
class NewLine:
    """An order line of a new order; the fields are those of ``Line``."""

    id: str
    name: str
    quantity: int
    price: int
    selling_price: int
    unique_id: str | None = None
    unit_multiplier: int = ONE
    measurement_unit: str = "un"
    list_price: int | None = None
    prices: tuple[UnitPrice, ...] = ()
    seller_id: str | None = None
    category_id: str | None = None
    delivery_type: str | None = None
    tax: int | None = None
    tax_rate: str | None = None


@dataclass(frozen=True, slots=True)
class NewPayment:
    """A payment of a new order; ``value`` in minor units.

    Without a ``connector``, the connector of its payment system is used. ``reference_value`` is the value before
    interest, ``interest_rate`` the per cent of its instalments, a decimal number. ``recipients`` split the payout.
    """

    connector: str | None
    payment_system: str
    payment_system_name: str
    group: str
    value: int
    installments: int
    payment_id: str | None = None
    card: VaultedCard | None = None
    reference_value: int | None = None
    interest_rate: str | None = None
    installment_value: int | None = None
    custom_code: str | None = None
    return_url: str | None = None
    recipients: tuple[Recipient, ...] = ()


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order to place; values in minor units of ``currency``.

    ``other_parts`` is what its placement says beside persons, for comparison with a repeat alone.
    """

    lines: tuple[NewLine, ...]
    totals: tuple[OrderTotal, ...]
    value: int
    currency: str
    payments: tuple[NewPayment, ...]
    order_id: str | None = None
    transaction_id: str | None = None
    sales_channel: str = DEFAULT_SALES_CHANNEL
    rounding_error: int = 0
    url: str | None = None
    shopper: Shopper | None = field(default=None, repr=False)
    placement: Placement | None = field(default=None, repr=False)
    other_parts: str = ""

    @property
    def said(self) -> "NewOrder":
        """Return the order without what tells of its shopper, for comparison with a repeat: that can be erased."""
        parts = self.placement.identity if self.placement else ""
        return replace(self, shopper=None, placement=None, other_parts=parts)

    @property
    def said_earlier(self) -> "NewOrder":
        """Return the order as earlier versions read the same body."""
        lines = tuple(replace(line, **_IGNORED_OF_LINES) for line in self.lines)
        payments = tuple(replace(payment, **_IGNORED_OF_PAYMENTS) for payment in self.payments)
        return replace(self.said, lines=lines, payments=payments, other_parts="")


def place_order(ports: Ports, account: str, new: NewOrder) -> Heads:
    """Place an order once; a repeat with the same id and content returns the stored one.

    Raises ``InvalidRequest`` if its sums do not add up or a connector is unknown, ``AlreadyExists`` if an id is in use
    with other content.
    """
    require_distinct("payment id", (payment.payment_id for payment in new.payments if payment.payment_id))
    require_distinct("uniqueId", (line.unique_id for line in _lines(new)))
    require_consistent(ports, new.payments)
    _require_sums(new)
    return decide_until_written(ports, lambda: _place(ports, account, new))


def await_authorisation(ports: Ports, placed: Heads, patience: timedelta) -> Transaction:
    """Poll the transaction until its authorisation is decided, or until ``patience`` is over."""
    deadline = ports.now() + patience
    while True:
        transaction = of_order(ports.store, placed.order)
        if transaction.authorisation is not Authorisation.PENDING or ports.now() >= deadline:
            return transaction
        ports.pause(_POLL_SECONDS)


def require_consistent(ports: Ports, payments: Sequence[NewPayment]) -> None:
    """Raise ``InvalidRequest`` for a payment whose recipients or return address cannot be."""
    for index, payment in enumerate(payments):
        where = f"payments.{index}"
        if payment.recipients and (paid := sum(each.amount for each in payment.recipients)) != payment.value:
            raise InvalidRequest(f"{where}.recipients: add up to {paid}; the payment's value is {payment.value}")
        for place, each in enumerate(payment.recipients):
            if (each.commission_amount or 0) > each.amount:
                told = f"{each.commission_amount} is above the recipient's amount, {each.amount}"
                raise InvalidRequest(f"{where}.recipients.{place}.commissionAmount: {told}")
        url = payment.return_url
        fault = None if url is None else return_url_fault(url, allow_loopback=ports.allow_loopback)
        if url is not None and fault is not None:
            raise InvalidRequest(f"{where}.returnUrl: {fault}; got {url[:_MAX_SHOWN]}")


def transaction_mode(connectors: Sequence[Connector], *, partial_settlement: bool, is_split: bool = False) -> Mode:
    """Return a transaction's mode, by its connectors and the account's flag; a split payout is total (R13, C§8.1)."""
    if is_split:
        return Mode.TOTAL
    modes = {_mode_of(connector, partial_settlement=partial_settlement) for connector in connectors}
    return modes.pop() if len(modes) == 1 else Mode.TOTAL


def _mode_of(connector: Connector, *, partial_settlement: bool) -> Mode:
    if connector.protocol is not ConnectorProtocol.PPP:
        return Mode.TOTAL
    captures_in_parts = connector.capabilities.settle is Capability.MULTIPLE
    if connector.mode is Mode.PARTIAL and not (partial_settlement and captures_in_parts):
        return Mode.TOTAL
    return connector.mode


def require_distinct(what: str, ids: Iterable[str]) -> None:
    """Raise ``InvalidRequest`` if an id occurs twice in one request."""
    repeated = [id_ for id_, times in Counter(ids).items() if times > 1]
    if repeated:
        raise InvalidRequest(f"{what} {repeated[0]} is repeated in the request")


def _require_sums(new: NewOrder) -> None:
    total = sum(part.value for part in new.totals)
    if total not in (new.value, new.value - new.rounding_error):
        of_rounding = f", nor that with roundingError {new.rounding_error}" if new.rounding_error else ""
        raise InvalidRequest(f"value {new.value} is not the sum of totals, {total}{of_rounding}")
    require_lines_in_totals(_lines(new), new.totals, new.rounding_error)
    paid = sum(payment.value for payment in new.payments)
    if paid < new.value:
        raise InvalidRequest(f"the payments' values add up to {paid}, less than the order's value {new.value}")
    if paid > MAX_MINOR_UNITS:
        raise InvalidRequest(f"the payments' values add up to {paid}, more than {MAX_MINOR_UNITS}")


def _place(ports: Ports, account: str, new: NewOrder) -> Heads:
    if new.order_id is not None and (existing := ports.store.order(account, new.order_id)) is not None:
        if not any(is_same(existing.request_hash, said) for said in (new.said, new.said_earlier)):
            raise AlreadyExists(f"orderId {new.order_id} already exists with different content")
        return load(ports.store, account, new.order_id)
    require_in_use("currency", new.currency)
    _require_free_ids(ports, account, new)
    settings = ports.store.settings(account)
    connectors = connectors_of(ports.store, account, new.payments)
    heads, commit = _intake(ports, account, new, settings, connectors)
    ports.commit(replace(commit, shopper=new.shopper, placement=new.placement))
    return heads


def _require_free_ids(ports: Ports, account: str, new: NewOrder) -> None:
    """Raise ``AlreadyExists`` if another order has one of the ids, ``Conflict`` if this order has them by now."""
    taken = [
        f"payment id {payment.payment_id}"
        for payment in new.payments
        if payment.payment_id and ports.store.transaction_of_payment(account, payment.payment_id) is not None
    ]
    if new.transaction_id and ports.store.transaction(account, new.transaction_id) is not None:
        taken.append(f"transactionId {new.transaction_id}")
    if not taken:
        return
    if new.order_id is not None and ports.store.order(account, new.order_id) is not None:
        raise Conflict
    raise AlreadyExists(f"{taken[0]} belongs to another order")


def connectors_of(store: Store, account: str, payments: Sequence[NewPayment]) -> list[Connector]:
    """Return the connector of each new payment; reads each connector once.

    Raises ``InvalidRequest`` if a payment's connector is unknown, disabled or ambiguous.
    """
    found: dict[tuple[str | None, str], Connector] = {}
    asked = [(payment.connector, "" if payment.connector else payment.payment_system) for payment in payments]
    for payment, key in zip(payments, asked, strict=True):
        if key not in found:
            found[key] = _connector_of(store, account, payment)
    return [found[key] for key in asked]


def _connector_of(store: Store, account: str, payment: NewPayment) -> Connector:
    if payment.connector is not None:
        connector = store.connector(account, payment.connector)
        if connector is None:
            raise InvalidRequest(f"connector {payment.connector!r} is not configured for this account")
        if not connector.enabled:
            raise InvalidRequest(
                f"connector {payment.connector!r} accepts no new payments: its affiliation has isDelivered false"
            )
        return connector
    connectors = [connector for connector in store.connectors(account) if connector.enabled]
    for number in (payment.payment_system, EVERY_PAYMENT_SYSTEM):
        serving = [connector for connector in connectors if number in connector.payment_systems]
        if len(serving) == 1:
            return serving[0]
        if serving:
            names = " and ".join(connector.name for connector in serving)
            raise InvalidRequest(f"paymentSystem {payment.payment_system}: {names} serve it; name one as connector")
    raise InvalidRequest(f"paymentSystem {payment.payment_system}: no connector of this account serves it")


def _intake(
    ports: Ports, account: str, new: NewOrder, settings: AccountSettings, connectors: Sequence[Connector]
) -> tuple[Heads, Commit]:
    now = ports.now()
    order_id = new.order_id or new_order_id()
    payments = [
        new_payment(ports, sequence, payment, connector)
        for sequence, (payment, connector) in enumerate(zip(new.payments, connectors, strict=True))
    ]
    order = Order(
        account=account,
        order_id=order_id,
        order_group=order_group(order_id),
        transaction_id=new.transaction_id or ports.new_id(),
        currency=new.currency,
        value=new.value,
        placed_value=new.value,
        totals=new.totals,
        request_hash=identity(new.said),
        created_at=now,
        payment_names=", ".join(dict.fromkeys(payment.payment_system_name for payment in payments)),
        total_items=sum(line.quantity for line in new.lines),
        sales_channel=new.sales_channel,
        rounding_error=new.rounding_error,
        url=new.url,
    )
    is_split = any(payment.recipients for payment in payments)
    mode = transaction_mode(connectors, partial_settlement=settings.partial_settlement, is_split=is_split)
    transaction = _transaction(order, mode, payments)
    transaction, operation = transaction.enqueue(OperationKind.AUTHORISE, Ask(), "intake", now, settling=False)
    order = listed(order, transaction, is_lasting=True)
    lines = _lines(new)
    journal = _record_placing(Heads(order, transaction), operation, lines, now)
    transaction = replace(transaction, events=journal.written, status_since=now)
    return Heads(order, transaction), Commit(
        account=account,
        order_id=order_id,
        transaction_id=order.transaction_id,
        currency=order.currency,
        order=order,
        transaction=replace(transaction, invoiced=0, order_version=1),
        operations=[operation],
        lines=lines,
        new_payments=payments,
        events=journal.events,
    )


def _transaction(order: Order, mode: Mode, payments: Sequence[Payment]) -> Transaction:
    paid = sum(payment.assigned for payment in payments)
    return Transaction(
        account=order.account,
        transaction_id=order.transaction_id,
        order_id=order.order_id,
        currency=order.currency,
        mode=mode,
        value=paid,
        payable=paid,
        created_at=order.created_at,
        projection=tuple(payment.position for payment in payments),
        deeds=Deeds(),
    )


def _record_placing(placed: Heads, operation: Operation, lines: Sequence[Line], at: datetime) -> Journal:
    order, transaction = placed.order, placed.transaction
    journal = placed.journal(at)
    journal.record(
        EventType.ORDER_PLACED,
        value=order.value,
        transactionValue=transaction.value,
        currency=order.currency,
        mode=transaction.mode.value,
        payments={position.payment_id: position.assigned for position in transaction.projection},
        lines=len(lines),
        linesValue=sum(line.value for line in lines),
        **({"roundingError": order.rounding_error} if order.rounding_error else {}),
    )
    record_status_changes(journal, None, placed)
    record_ready(journal, operation)
    return journal


def new_payment(ports: Ports, sequence: int, payment: NewPayment, connector: Connector) -> Payment:
    """Return a payment to write, with new ids for those that it lacks."""
    return Payment(
        payment_id=payment.payment_id or ports.new_id(),
        sequence=sequence,
        connector=connector.name,
        is_ppp=connector.protocol is ConnectorProtocol.PPP,
        payment_system=payment.payment_system,
        payment_system_name=payment.payment_system_name,
        group=payment.group,
        assigned=payment.value,
        installments=payment.installments,
        signature=ports.new_id(),
        capabilities=connector.capabilities,
        card=payment.card,
        reference_value=payment.reference_value,
        interest_rate=payment.interest_rate,
        installment_value=payment.installment_value,
        custom_code=payment.custom_code,
        return_url=payment.return_url,
        recipients=payment.recipients or None,
    )


def _lines(new: NewOrder) -> list[Line]:
    return [
        Line(
            unique_id=line.unique_id or f"{index:04d}-{line.id}",
            index=index,
            id=line.id,
            name=line.name,
            quantity=line.quantity,
            price=line.price,
            selling_price=line.selling_price,
            unit_multiplier=line.unit_multiplier,
            measurement_unit=line.measurement_unit,
            list_price=line.list_price,
            prices=line.prices,
            seller_id=line.seller_id,
            category_id=line.category_id,
            delivery_type=line.delivery_type,
            tax=line.tax,
            tax_rate=line.tax_rate,
        )
        for index, line in enumerate(new.lines)
    ]
