"""No preview writes: not a unit of write capacity, not an item, not an event, not a version."""

from collections.abc import Callable
from typing import Any

import pytest

from bench.meter import READS, Meter
from settlement.domain.actor import Actor
from settlement.domain.order.invoice import InvoiceType
from settlement.storage.dynamodb import DynamoDBStore
from settlement.use_cases.gateway.request_movement import CANCELLATION, REFUND, SETTLEMENT, request_movement
from settlement.use_cases.orders.cancel_order import cancel_order
from settlement.use_cases.orders.change_order import ChangeRequest, change_order
from settlement.use_cases.orders.modify_order import modify_order
from settlement.use_cases.orders.notify_invoice import Notification, notify_invoice
from settlement.use_cases.orders.place_order import place_order
from settlement.use_cases.orders.start_handling import start_handling
from settlement.use_cases.previews.preview_action import Preview, preview_action
from settlement.use_cases.recovery.retry_operation import retry_operation
from settlement.use_cases.shared.heads import Heads, load
from settlement.use_cases.shared.ports import Ports, Store
from testkit.builders import ACCOUNT, a_connector, a_new_order, a_new_payment
from testkit.clock import Clock, Ids
from testkit.configuring import save_connector
from testkit.provider import FakeProvider
from testkit.workflow import run_workflow
from tests.support.modifications import DEFAULTS, body_of, discount

Act = Callable[[Ports, Heads], object]


class Played:
    """One order on a table: sold in part, with a refund that failed."""

    def __init__(self, store: Store) -> None:
        self.provider = FakeProvider()
        self.ports = Ports(store, Clock(), Ids(), Actor("key"))
        save_connector(store, ACCOUNT, a_connector("acme"))
        heads = place_order(self.ports, ACCOUNT, a_new_order(a_new_payment()))
        self.order_id = heads.order.order_id
        self.run()
        start_handling(self.ports, ACCOUNT, self.order_id)
        self.do(sale("N1", 4000))
        self.provider.script("refund", "400")
        self.do(lambda ports, at: request_movement(ports, ACCOUNT, at.transaction.transaction_id, REFUND, 500, None))

    def heads(self) -> Heads:
        return load(self.ports.store, ACCOUNT, self.order_id)

    def do(self, act: Act) -> None:
        act(self.ports, self.heads())
        self.run()

    def preview(self, act: Act) -> Preview[object]:
        at = self.heads()
        return preview_action(
            self.ports, lambda store: load(store, ACCOUNT, self.order_id), lambda ports: act(ports, at)
        )

    def run(self) -> None:
        transaction = self.heads().transaction
        for sequence in range(transaction.head, transaction.tail):
            run_workflow(self.ports, self.provider, ACCOUNT, transaction.transaction_id, sequence)


def sale(number: str, value: int) -> Act:
    notification = Notification(InvoiceType.OUTPUT, number, value, "2026-03-02")
    return lambda ports, at: notify_invoice(ports, ACCOUNT, at.order.order_id, notification)


def _modification(ports: Ports, at: Heads) -> object:
    body = body_of(**discount(100))
    return modify_order(ports, ACCOUNT, at.order.order_id, body.as_wanted(DEFAULTS), body.as_text(DEFAULTS))


def _direct(movement: Any) -> Act:
    return lambda ports, at: request_movement(ports, ACCOUNT, at.transaction.transaction_id, movement, 100, "key")


ACTIONS: dict[str, Act] = {
    "sale": sale("N2", 6000),
    "repeat": sale("N1", 4000),
    "change": lambda ports, at: change_order(
        ports, ACCOUNT, at.order.order_id, ChangeRequest("C1", "less", 100, 0), "receipt"
    ),
    "modification": _modification,
    "settlement": _direct(SETTLEMENT),
    "refund": _direct(REFUND),
    "cancellation": _direct(CANCELLATION),
    "retry": lambda ports, at: retry_operation(ports, ACCOUNT, at.transaction.transaction_id, 3),
}


@pytest.mark.parametrize("kind", ACTIONS)
def test_preview_consumes_no_write_and_leaves_every_item_as_it_is(client: Any, table: str, kind: str) -> None:
    played, meter = Played(DynamoDBStore(client, table)), Meter(client)
    before, act = client.scan(TableName=table)["Items"], ACTIONS[kind]

    with meter.measure() as previewing:
        preview = played.preview(act)
    with meter.measure() as acting:
        act(played.ports, played.heads())

    assert previewing.write_units == 0
    assert previewing.requests.keys() <= READS
    assert not acting.requests.keys() <= READS
    assert bool(preview.money_plan) is (kind != "repeat")
    assert client.scan(TableName=table)["Items"] != before


def test_whole_table_is_the_same_after_all_previews(client: Any, table: str) -> None:
    played = Played(DynamoDBStore(client, table))
    before = client.scan(TableName=table)["Items"]

    for act in ACTIONS.values():
        played.preview(act)

    assert client.scan(TableName=table)["Items"] == before


def test_cancel_of_an_order_that_is_not_authorised_yet_is_previewed(client: Any, table: str) -> None:
    ports = Ports(DynamoDBStore(client, table), Clock(), Ids(), Actor("key"))
    save_connector(ports.store, ACCOUNT, a_connector("acme"))
    order_id = place_order(ports, ACCOUNT, a_new_order(a_new_payment())).order.order_id
    before = client.scan(TableName=table)["Items"]

    preview = preview_action(
        ports, lambda store: load(store, ACCOUNT, order_id), lambda ports: cancel_order(ports, ACCOUNT, order_id, None)
    )

    assert [(move.operation.value, move.value) for move in preview.money_plan] == [("cancel", 10000)]
    assert client.scan(TableName=table)["Items"] == before
