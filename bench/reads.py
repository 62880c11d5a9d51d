"""The cost of views, by the number of invoices of a transaction, on a table of its own in the running stack."""

from __future__ import annotations

from typing import Any

from bench.figures import Figures
from bench.meter import Meter
from bench.own_table import OwnTable, own_table
from local.deployment import client
from operations.running_stack import Facts
from settlement.use_cases.gateway.retrieve_transaction import retrieve_books, retrieve_payments
from testkit.builders import ACCOUNT

INVOICES = (3, 50, 1_000)


def measure_transaction(facts: Facts, figures: Figures) -> None:
    """Measure the read units of a transaction, and of its payments, with few and with many settled invoices."""
    dynamodb = client("dynamodb", facts.aws_port)
    meter = Meter(dynamodb)
    figures.heading("Read units of GET transaction, and of its payments")
    with own_table(facts, dynamodb) as mine:
        order_id, transaction_id = mine.open(100 * max(INVOICES))
        invoices = 0
        for wanted in INVOICES:
            for number in range(invoices + 1, wanted + 1):
                mine.notify(order_id, f"N{number}", 100)
                mine.attempt(transaction_id, number + 1)
            invoices = wanted
            transaction, payments = _read_units(mine, meter, order_id, transaction_id)
            figures.add(
                f"transaction_read_units_{wanted}", f"the transaction, {wanted} invoices", transaction, "units"
            )
            figures.add(f"payments_read_units_{wanted}", f"its payments, {wanted} invoices", payments, "units")
    figures.add(
        "transaction_read_units",
        f"the dearer of both, {max(INVOICES)} invoices",
        max(transaction, payments),
        "units",
    )


def _read_units(mine: OwnTable, meter: Meter, order_id: str, transaction_id: str) -> tuple[float, float]:
    store: Any = mine.ports.store
    with meter.measure() as transaction:
        retrieve_books(store, ACCOUNT, transaction_id)
        store.lines(ACCOUNT, order_id)
        store.additional_data(ACCOUNT, transaction_id)
    with meter.measure() as payments:
        retrieve_payments(store, ACCOUNT, transaction_id)
    return transaction.read_units, payments.read_units
