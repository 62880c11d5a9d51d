"""The read units of a transaction's views on DynamoDB are the same with many invoices as with few."""

from itertools import count
from typing import Any

import pytest

from bench.meter import Meter
from settlement.domain.actor import Actor
from settlement.domain.connectors.connector import Mode
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.order.order import LineMention
from settlement.storage.dynamodb import DynamoDBStore
from settlement.use_cases.gateway.retrieve_transaction import retrieve_books, retrieve_payments
from settlement.use_cases.orders.notify_invoice import Notification, notify_invoice
from settlement.use_cases.orders.place_order import place_order
from settlement.use_cases.orders.retrieve_order import retrieve_order
from settlement.use_cases.orders.start_handling import start_handling
from settlement.use_cases.shared.ports import Ports
from testkit.builders import ACCOUNT, a_connector, a_new_order, a_new_payment
from testkit.clock import Clock, Ids
from testkit.configuring import save_connector
from testkit.provider import FakeProvider
from testkit.workflow import run_workflow
from tests.support.declared_table import make_declared_table

_tables = count(1)


class Order:
    """An order on a table of its own, whose invoices are settled at once."""

    def __init__(self, client: Any) -> None:
        table = f"units-{next(_tables)}"
        make_declared_table(client, table)
        self.ports = Ports(DynamoDBStore(client, table), Clock(), Ids(), Actor("key"))
        self.provider = FakeProvider()
        save_connector(self.ports.store, ACCOUNT, a_connector("partial", Mode.PARTIAL))
        heads = place_order(self.ports, ACCOUNT, a_new_order(a_new_payment(100_000, "partial"), value=100_000))
        self.order_id, self.transaction_id = heads.order.order_id, heads.transaction.transaction_id
        self.run(1)
        start_handling(self.ports, ACCOUNT, self.order_id)
        self.invoices = 0

    def run(self, sequence: int) -> None:
        """Run one operation."""
        run_workflow(self.ports, self.provider, ACCOUNT, self.transaction_id, sequence)

    def invoice_until(self, invoices: int) -> None:
        """Settle invoices until there are so many."""
        while self.invoices < invoices:
            self.invoices += 1
            sale = Notification(InvoiceType.OUTPUT, f"N{self.invoices}", 100, "2026-03-02")
            notify_invoice(self.ports, ACCOUNT, self.order_id, sale)
            self.run(self.invoices + 1)

    def read_units(self, meter: Meter) -> tuple[float, float]:
        """The units of the transaction with its lines and data, and of its payments."""
        store = self.ports.store
        with meter.measure() as transaction:
            retrieve_books(store, ACCOUNT, self.transaction_id)
            store.lines(ACCOUNT, self.order_id)
            store.additional_data(ACCOUNT, self.transaction_id)
        with meter.measure() as payments:
            retrieve_payments(store, ACCOUNT, self.transaction_id)
        return transaction.read_units, payments.read_units


@pytest.fixture
def order(client: Any) -> Order:
    """An order of 1,000.00."""
    return Order(client)


def test_partial_invoice_reads_ten_units_with_its_settlement(order: Order, client: Any) -> None:
    order.invoice_until(2)
    meter = Meter(client)

    with meter.measure() as both:
        sale = Notification(InvoiceType.OUTPUT, "LINE", 100, "2026-03-02", (LineMention("A", 100, 1),))
        notify_invoice(order.ports, ACCOUNT, order.order_id, sale)
        order.run(4)

    assert both.read_units <= 10


def test_views_of_a_transaction_cost_the_same_with_forty_invoices_as_with_three(order: Order, client: Any) -> None:
    meter = Meter(client)
    order.invoice_until(3)
    few = order.read_units(meter)

    order.invoice_until(40)

    assert order.read_units(meter) == few
    assert max(few) <= 7


def test_order_takes_no_read_more_for_its_captures(order: Order, client: Any) -> None:
    meter, read = Meter(client), []
    for invoices in (0, 3, 40):
        order.invoice_until(invoices)
        with meter.measure() as whole:
            found = retrieve_order(order.ports.store, ACCOUNT, order.order_id)
        assert sum(map(len, found.captures.values())) == invoices
        read.append(whole)

    none, few, many = (sum(whole.requests.values()) for whole in read)
    assert (few, many) == (none, none)
    assert read[1].read_units == read[0].read_units
