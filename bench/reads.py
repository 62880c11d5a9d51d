"""The cost of views: of a transaction by its invoices, of a page among many orders; on tables of their own."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bench.figures import Figures
from bench.meter import Meter
from bench.own_table import OwnTable, own_table
from local.deployment import client
from operations.running_stack import Facts
from settlement.storage import keys
from settlement.use_cases.gateway.retrieve_transaction import retrieve_books, retrieve_payments
from settlement.use_cases.orders.list_orders import OrderQuery, list_orders
from settlement.use_cases.orders.order_figures import figures_of
from settlement.use_cases.shared.ports import Commit
from testkit.builders import ACCOUNT, a_transaction, an_order

FEW, SOME, MANY = 3, 50, 1_000
ORDERS, PER_PAGE = 2_000, 20
_BATCH = 25


def measure_transaction(facts: Facts, figures: Figures) -> None:
    """Measure the read units of a transaction, and of its payments, with few and with many settled invoices.

    The first 50 are settled by the use cases; the rest are copies of the items that the last of them has left.
    """
    dynamodb = client("dynamodb", facts.aws_port)
    meter = Meter(dynamodb)
    figures.heading("Read units of GET transaction, and of its payments")
    with own_table(facts, dynamodb) as mine:
        order_id, transaction_id = mine.open(100 * MANY)

        def measure(invoices: int) -> float:
            transaction, payments = _read_units(mine, meter, order_id, transaction_id)
            figures.add(f"transaction_read_units_{invoices}", f"transaction, {invoices} invoices", transaction, "units")
            figures.add(f"payments_read_units_{invoices}", f"payments, {invoices} invoices", payments, "units")
            return max(transaction, payments)

        for number in range(1, SOME + 1):
            mine.notify(order_id, f"N{number}", 100)
            mine.attempt(transaction_id, number + 1)
            if number in (FEW, SOME):
                measure(number)
        _copy_newest_operation(mine, transaction_id, SOME + 1, MANY + 1)
        figures.add("transaction_read_units", f"the dearer of both, {MANY} invoices", measure(MANY), "units")


def measure_list(facts: Facts, told: Figures) -> None:
    """Measure what the first page of 20 of 2,000 orders reads: entries of the index and heads, and its queries."""
    dynamodb = client("dynamodb", facts.aws_port)
    found: list[int] = []
    heads: list[int] = []

    def count(parsed: dict[str, Any], **_: Any) -> None:
        found.append(parsed["ScannedCount"])

    def count_heads(parsed: dict[str, Any], **_: Any) -> None:
        heads.extend(map(len, parsed["Responses"].values()))

    now = datetime.now(UTC)
    with own_table(facts, dynamodb) as mine:
        for number in range(ORDERS):
            _place(mine, f"{number:05d}-01", now - timedelta(seconds=ORDERS - number))
        dynamodb.meta.events.register("after-call.dynamodb.Query", count)
        dynamodb.meta.events.register("after-call.dynamodb.BatchGetItem", count_heads)
        listed = list_orders(mine.ports.store, ACCOUNT, OrderQuery(), now, PER_PAGE)
        figures = figures_of(mine.ports.store, ACCOUNT, listed.orders)
    assert listed.total > PER_PAGE == len(figures)
    told.heading(f"GET /orders, page 1 of {PER_PAGE} among {ORDERS} orders")
    told.add("list_page_items_read", "items read: entries of the index and heads", sum(found) + sum(heads), "items")
    told.add("list_page_entries_read", "entries of the index", sum(found), "items")
    told.add("list_page_heads_read", "heads by their keys, in one request", sum(heads), "items")
    told.add("list_page_queries", "queries", len(found))


def _place(mine: OwnTable, order_id: str, at: datetime) -> None:
    """Write the heads of an order and its transaction, which is all that a list reads."""
    transaction = a_transaction(transaction_id=f"T-{order_id}", order_id=order_id, invoiced=0)
    order = an_order(order_id=order_id, created_at=at, transaction_id=transaction.transaction_id)
    order = replace(order, listed_status="handling")
    mine.ports.store.commit(Commit(ACCOUNT, order_id, order.transaction_id, order=order, transaction=transaction))


def _read_units(mine: OwnTable, meter: Meter, order_id: str, transaction_id: str) -> tuple[float, float]:
    store: Any = mine.ports.store
    with meter.measure() as transaction:
        retrieve_books(store, ACCOUNT, transaction_id)
        store.lines(ACCOUNT, order_id)
        store.additional_data(ACCOUNT, transaction_id)
    with meter.measure() as payments:
        retrieve_payments(store, ACCOUNT, transaction_id)
    return transaction.read_units, payments.read_units


def _copy_newest_operation(mine: OwnTable, transaction_id: str, newest: int, wanted: int) -> None:
    """Copy the items of the newest operation until there are so many, and let head and payment name the last."""
    partition = keys.transaction_partition(ACCOUNT, transaction_id)
    found = mine.dynamodb.query(
        TableName=mine.table,
        KeyConditionExpression="PK = :pk",
        ExpressionAttributeValues={":pk": {"S": partition}},
    )["Items"]
    own = [item for item in found if item["SK"]["S"].startswith(("OPERATION#", "LEG#", "SETTLEMENT#"))]
    models = [item for item in own if f"{newest:06d}" in item["SK"]["S"]]
    copies = [_renumbered(model, newest, number) for number in range(newest + 1, wanted + 1) for model in models]
    for start in range(0, len(copies), _BATCH):
        puts = [{"PutRequest": {"Item": item}} for item in copies[start : start + _BATCH]]
        assert not mine.dynamodb.batch_write_item(RequestItems={mine.table: puts})["UnprocessedItems"]
    [head] = [item for item in found if item["SK"]["S"] == keys.TRANSACTION]
    head |= {name: {"N": str(wanted + 1)} for name in ("head", "tail")}
    mine.dynamodb.put_item(TableName=mine.table, Item=head)
    [payment] = [item for item in found if item["SK"]["S"].startswith(keys.payment(""))]
    mine.dynamodb.put_item(TableName=mine.table, Item=_renumbered(payment, newest, wanted))


def _renumbered(item: dict[str, Any], sequence: int, number: int) -> dict[str, Any]:
    """Return an item of one operation as that of another."""
    copied: dict[str, Any] = json.loads(json.dumps(item).replace(f"{sequence:06d}", f"{number:06d}"))
    return copied
