"""R27 with parallel processes: a serial order explains what the writers of one order are told, and nothing is lost."""

import json
import os
import random
from base64 import b64encode
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from local.seed import ACCOUNT
from operations.running_stack import Facts
from settlement.domain.connectors.connector import Mode
from settlement.domain.events import EventType
from settlement.storage import codecs, keys
from settlement.storage.event_record import record_of
from testkit.bodies import Payment, change_body, invoice_body
from testkit.merchant import Figures, Merchant, Moved, PlacedOrder, settle, until
from tests.e2e.conftest import client_arguments
from tests.e2e.writers import Post, write_at_once
from tests.support.oracle import Oracle
from tests.support.serial_order import Kind, Request, Seen, Told, serial_order

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient

pytestmark = pytest.mark.alone

WRITERS = 16
EACH = 2
KINDS: list[Kind] = ["sale", "sale", "sale", "return", "discount", "take-back", "correction"]


def posted(order: PlacedOrder, request: Request) -> Post:
    """A request of the rules as it goes over HTTP."""
    match request.kind:
        case "sale":
            return Post(f"{order.path}/invoice", invoice_body(request.id, request.value))
        case "return":
            return Post(f"{order.path}/invoice", invoice_body(request.id, request.value, type="Input"))
        case "discount":
            return Post(f"{order.path}/changes", change_body(request.id, request.value))
        case "cancel":
            return Post(f"{order.path}/cancel", {"reason": "The customer asked for it"})
        case "take-back":
            body = {"requestId": request.id, "reason": "wrong address"}
            return Post(f"{order.path}/invoice/{request.of}/cancel", body)
        case "correction":
            return Post(f"{order.path}/invoice", invoice_body(request.id, request.value, replaces=request.of))


def seen(order: PlacedOrder) -> Seen:
    """What the order shows."""
    shown = order.order()
    packages = shown["packageAttachment"]["packages"]
    returned = sum(package["invoiceValue"] for package in packages if package["type"] == "Input")
    paid = shown["settledValue"] - shown["refundedValue"]
    return Seen(shown["value"], shown["invoicedValue"], returned, shown["status"] == "canceled", paid)


def mixed(seed: int) -> list[Request]:
    """Requests of every kind; some ids are used by two writers."""
    chance = random.Random(seed)
    requests = [Request("cancel"), Request("cancel")]
    while len(requests) < WRITERS * EACH:
        number = len(requests)
        kind = chance.choice(KINDS)
        value = chance.choice([500, 1000, 2500, 4000])
        sales = [held.id for held in requests if held.kind in ("sale", "correction")]
        if kind in ("take-back", "correction") and not sales:
            kind = "sale"
        of = chance.choice(sales) if kind in ("take-back", "correction") else ""
        requests.append(Request(kind, f"{kind}-{number}", value if kind != "take-back" else 0, of))
        if number % 5 == 0:
            requests.append(requests[-1])
    chance.shuffle(requests)
    return requests[: WRITERS * EACH]


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(1, 10 if os.environ.get("QUITA_LONG") == "1" else 2))
def test_r27_sixteen_writers_on_one_order_are_explained_by_a_serial_order(merchant: Merchant, seed: int) -> None:
    order = merchant.place()
    requests = mixed(seed)
    pairs = [requests[at : at + EACH] for at in range(0, len(requests), EACH)]

    heard = write_at_once(order.api, [[[posted(order, request) for request in pair]] for pair in pairs])
    order.come_to_rest()

    told = [
        Told(request, answer.status, answer.sent, answer.heard)
        for request, answer in zip([request for pair in pairs for request in pair], heard, strict=True)
    ]
    assert {answer.status for answer in told} <= {200, 400, 404, 409}, heard
    assert serial_order(Oracle(Mode.PARTIAL, 10000, 10000), told, seen(order)) is not None, (told, seen(order))
    figures = order.figures()
    assert figures.refunded <= figures.settled <= 10000
    assert figures.invoiced <= figures.value
    assert sum(order.settlements().actions) == figures.settled
    receipts = [json.loads(answer.text)["receipt"] for answer in heard if answer.status == 200]
    assert all(receipts)


@pytest.mark.timeout(600)
def test_r17_same_invoice_fifty_times_at_once_captures_once(merchant: Merchant) -> None:
    order = merchant.place()
    post = posted(order, Request("sale", "N1", 7000))

    heard = write_at_once(order.api, [[[post]] * 10] * 5)
    order.come_to_rest()

    assert [answer.status for answer in heard] == [200] * 50, heard
    assert order.calls() == [settle("70.00")]
    assert order.settlements() == Moved([7000], [7000])
    assert order.event_types().count("InvoiceNotified") == 1
    assert order.figures() == Figures("payment-approved", "Settling", invoiced=7000, settled=7000, open=3000)


def waiting(merchant: Merchant) -> PlacedOrder:
    """An order whose first invoice waits for its next attempt, and whose second waits behind it."""
    order = merchant.place()
    merchant.script("settlements", *["500"] * 3, payment=order.payment_ids[0])
    order.notify("N1", 7000)
    order.wait_for_event("OperationWaiting")
    order.notify("N2", 3000)
    return order


@pytest.mark.timeout(300)
def test_same_workflow_started_twenty_times_captures_once(merchant: Merchant, facts: Facts) -> None:
    order = waiting(merchant)
    workflows = boto3.client("stepfunctions", **client_arguments(facts))
    name = json.dumps({"account": ACCOUNT, "transactionId": order.transaction_id, "operation": 2})

    with ThreadPoolExecutor(20) as pool:
        list(
            pool.map(
                lambda _: workflows.start_execution(stateMachineArn=facts.state_machine_arn, input=name), range(20)
            )
        )
    order.come_to_rest()

    asked = [call["requestId"] for call in order.recorded_calls() if call["operation"] == "settlements"]
    assert len(asked) == 3 + 1 + 1, "three that failed, one each that was done"
    assert len(set(asked)) == 2
    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000)


def types_of(item: Mapping[str, Any]) -> list[EventType]:
    """What kinds of events a record of the table has."""
    return [event.type for event in record_of(codecs.from_wire(item)).events]


@pytest.mark.timeout(300)
def test_events_that_come_twice_and_in_any_order_change_nothing(
    merchant: Merchant, facts: Facts, dynamodb: "DynamoDBClient", lambdas: "LambdaClient"
) -> None:
    order = waiting(merchant)
    partition = keys.transaction_partition(ACCOUNT, order.transaction_id)
    values = codecs.to_wire({":pk": partition, ":events": keys.EVENTS})
    items = dynamodb.query(
        TableName=facts.table_name,
        KeyConditionExpression="PK = :pk AND begins_with(SK, :events)",
        ExpressionAttributeValues=values,
        ConsistentRead=True,
    )["Items"]
    public = [item for item in items if "public" in item]
    ready = [item for item in public if EventType.OPERATION_READY in types_of(item)]
    assert len(ready) == 2, "the authorisation, and the invoice that waits"

    records = [{"eventName": "INSERT", "dynamodb": {"NewImage": item}} for item in (*public[::-1], *ready[::-1])]
    payload = json.dumps({"Records": records}, default=lambda held: b64encode(held).decode())
    answer = lambdas.invoke(FunctionName=facts.functions["event_relay"], Payload=payload)
    assert "FunctionError" not in answer, answer["Payload"].read()
    order.come_to_rest()

    assert order.calls() == [settle("70.00"), settle("30.00")]
    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000)
    assert order.event_types().count("PaymentSettled") == 2


@pytest.mark.timeout(300)
def test_callbacks_that_race_the_poll_authorise_once(
    merchant: Merchant, sweep: Callable[[], Any], signature: Callable[[PlacedOrder], str]
) -> None:
    order = merchant.submit(Payment(token="sandbox-undefined-approved"))
    path = f"{order.transaction_path}/payments/{order.payment_ids[0]}/callback"
    query = {"accountName": ACCOUNT, "X-VTEX-signature": signature(order)}
    address = path.replace("/api/pvt/", "/api/pvt/payment-provider/")

    def call_back(_: int) -> int:
        """What a connector is told that sends its callback until it is answered."""
        for _ in range(10):
            status = order.api.send("POST", address, headers={}, query=query).status
            if status < 500:
                break
        return status

    with ThreadPoolExecutor(12) as pool:
        sweeps = [pool.submit(sweep) for _ in range(4)]
        statuses = list(pool.map(call_back, range(8)))
        for future in sweeps:
            future.result()
    order.come_to_rest()

    assert set(statuses) == {200}
    assert order.figures() == Figures("ready-for-handling", "Approved", open=10000)
    assert order.event_types().count("PaymentAuthorised") == 1
    until(lambda: order.transaction()["operationsWaiting"] == 0, "an operation came back")
