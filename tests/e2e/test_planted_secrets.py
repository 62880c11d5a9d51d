"""A whole run with planted secrets, and where they are found afterwards: nowhere but where they belong."""

import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from operations.running_stack import Facts
from settlement.storage import keys
from testkit.api import Api
from testkit.bodies import Payment, order_body
from testkit.merchant import Merchant, PlacedOrder, until
from tests.e2e.conftest import Account, client_arguments
from tests.support.stored_text import stored_text

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MARK = uuid.uuid4().hex[:8]
CARD, CODE = "4444333322221111", f"csc-{MARK}"
EMAIL, DOCUMENT, NAME, STREET = (
    f"maria-{MARK}@mail.example",
    "529.982.247-25",
    f"Silvania{MARK}",
    f"Planted Street {MARK}",
)
HOLDER, VAULT, WRONG = f"HOLDER {MARK}", f"vault-{MARK}", f"wrong-token-{MARK}"
PERSON: dict[str, Any] = {
    "clientProfileData": {"email": EMAIL, "firstName": NAME, "document": DOCUMENT, "documentType": "cpf"},
    "shippingData": {"address": {"street": STREET, "receiverName": NAME}},
}
CONNECTOR_TOKEN = "sandbox-token"
NEVER = (CARD, CODE, WRONG)
PERSONAL = (EMAIL, DOCUMENT, NAME, STREET, HOLDER)


class Places:
    """Everything that a run leaves behind, as texts by place."""

    def __init__(self, facts: Facts, dynamodb: "DynamoDBClient", queue: str) -> None:
        self._facts, self._dynamodb, self._queue = facts, dynamodb, queue
        self._logs: Any = boto3.client("logs", **client_arguments(facts))
        self._sqs: Any = boto3.client("sqs", **client_arguments(facts))
        self._workflows: Any = boto3.client("stepfunctions", **client_arguments(facts))
        self._events: list[str] = []

    def logs(self) -> list[str]:
        """Every log line of every function."""
        return [
            event["message"]
            for name in self._facts.functions.values()
            for page in self._logs.get_paginator("filter_log_events").paginate(logGroupName=f"/aws/lambda/{name}")
            for event in page["events"]
        ]

    def table(self) -> list[tuple[str, str]]:
        """Every item but the sandbox's own records, by its sort key."""
        pages = self._dynamodb.get_paginator("scan").paginate(TableName=self._facts.table_name, ConsistentRead=True)
        items = [item for page in pages for item in page["Items"]]
        mine = [item for item in items if not item["PK"]["S"].startswith("SANDBOX")]
        return [(item["SK"]["S"], stored_text(item)) for item in mine]

    def events(self) -> list[str]:
        """Every event that reached the bus since the queue began to listen."""
        while messages := self._sqs.receive_message(QueueUrl=self._queue, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self._events.append(message["Body"])
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return self._events

    def history(self) -> list[str]:
        """Input, output and every step of the workflow's executions, as far as there is a history."""
        machine = self._facts.state_machine_arn
        arns = [
            execution["executionArn"]
            for page in self._workflows.get_paginator("list_executions").paginate(stateMachineArn=machine)
            for execution in page["executions"]
        ]
        return [
            json.dumps(self._workflows.get_execution_history(executionArn=arn)["events"], default=str)
            for arn in arns[:200]
        ]


@pytest.fixture
def places(facts: Facts, dynamodb: "DynamoDBClient") -> Iterator[Places]:
    """Where to look; a queue listens to every event of the bus while the test runs."""
    sqs: Any = boto3.client("sqs", **client_arguments(facts))
    bus: Any = boto3.client("events", **client_arguments(facts))
    name = f"planted-{MARK}"
    queue = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    bus.put_rule(Name=name, EventBusName=facts.event_bus_name, EventPattern='{"source":["quita"]}')
    bus.put_targets(Rule=name, EventBusName=facts.event_bus_name, Targets=[{"Id": "queue", "Arn": arn}])
    yield Places(facts, dynamodb, queue)
    bus.remove_targets(Rule=name, EventBusName=facts.event_bus_name, Ids=["queue"])
    bus.delete_rule(Name=name, EventBusName=facts.event_bus_name)
    sqs.delete_queue(QueueUrl=queue)


def _placed(api: Api) -> PlacedOrder:
    payment = Payment(token=VAULT)
    card = {"token": VAULT, "holder": HOLDER, "firstDigits": "444433", "lastDigits": "1111"}
    body = order_body([payment], **PERSON)
    body["paymentData"]["transactions"][0]["payments"][0]["card"] = card
    order = PlacedOrder(api, api.post("/api/oms/pvt/orders", body), [payment], body)
    order.come_to_rest()
    order.start()
    return order


def _refused(api: Api) -> None:
    """Send what must be refused without a trace."""
    for card in ({"number": CARD}, {"token": VAULT, "csc": CODE}, {"token": VAULT, "holder": CARD}):
        body = order_body(**PERSON)
        body["paymentData"]["transactions"][0]["payments"][0]["card"] = card
        assert api.post("/api/oms/pvt/orders", body).status == 400
    persons: list[dict[str, Any]] = [{"email": [EMAIL]}, {"email": EMAIL * 20}, {"document": {"x": DOCUMENT}}]
    for person in persons:
        answer = api.post("/api/oms/pvt/orders", order_body() | {"clientProfileData": person})
        assert answer.status == 400
        assert EMAIL not in answer.text
    headers = api.headers | {"X-VTEX-API-AppToken": WRONG}
    assert api.send("GET", "/api/oms/pvt/orders", headers=headers).status == 401


def _refused_on_the_bus(facts: Facts, account: str) -> None:
    """The same as events: their function raises, and what it raises is logged."""
    bus: Any = boto3.client("events", **client_arguments(facts))
    with_card = order_body(**PERSON)
    with_card["paymentData"]["transactions"][0]["payments"][0]["card"] = {"number": CARD}
    wrong_person = order_body(clientProfileData={"email": EMAIL * 20})
    bus.put_events(
        Entries=[
            {
                "EventBusName": facts.event_bus_name,
                "Source": "checkout",
                "DetailType": "OrderPlaced",
                "Detail": json.dumps({"account": account, "order": order}),
            }
            for order in (with_card, wrong_person)
        ]
    )


def test_secrets_of_a_whole_run_are_only_where_they_belong(
    facts: Facts, open_account: Account, places: Places, logged: Callable[[str, str], list[str]]
) -> None:
    api = open_account()
    account = api.read("/api/oms/pvt/account/settings")["merchantName"]
    _refused(api)
    _refused_on_the_bus(facts, account)
    order = _placed(api)
    order.invoice("N1", 7000)
    order.change("C1", discount=1000)
    order.invoice("N2", 2000)
    order.give_back("D1", 500)
    token = api.headers["X-VTEX-API-AppToken"]
    until(lambda: any(order.order_id in event for event in places.events()), "the run's events are on the bus")
    until(lambda: bool(logged("order_intake", "not accepted")), "the refused events are logged")
    _wait_for_logs(places, order)

    payment = next(text for key, text in places.table() if key == keys.payment(order.payment_ids[0]))
    signature = json.loads(payment)["signature"]["S"]
    elsewhere = {"logs": places.logs(), "events": places.events(), "history": places.history()}
    assert all(elsewhere.values())
    for secret in (*NEVER, *PERSONAL, VAULT, token, signature, CONNECTOR_TOKEN):
        found = [place for place, texts in elsewhere.items() if any(_escaped(secret) in text for text in texts)]
        assert found == [], secret
    table = places.table()
    assert _where(table, *NEVER, token) == set()
    assert _where([(key, text) for key, text in table if account in text], CONNECTOR_TOKEN) == set()
    assert _where(table, VAULT, HOLDER) == {keys.payment(order.payment_ids[0])}
    kept = {key for key in _where(table, signature) if not key.startswith(keys.EVENTS)}
    assert kept == {keys.payment(order.payment_ids[0])}
    assert signature not in json.dumps(order.events(), default=str)
    assert _where(table, EMAIL, DOCUMENT, NAME, STREET) == {keys.SHOPPER}

    assert api.send("DELETE", f"{order.path}/shopper").status == 204

    mine = [(key, text) for key, text in places.table() if account in text]
    assert mine
    assert _where(mine, *PERSONAL) == set()
    assert order.order()["clientProfileData"]["email"] == "***"
    order.give_back("D2", 500)
    assert order.order()["refundedValue"] == 1000


def test_no_card_number_of_any_run_is_left_anywhere(merchant: Merchant, places: Places) -> None:
    """Whatever the other tests sent: a number that they tried is nowhere."""
    order = merchant.place()
    order.invoice("N1", 100)

    texts = [*places.logs(), *(text for _, text in places.table()), *places.events(), *places.history()]

    assert [text[:200] for text in texts if CARD in text] == []


def _where(table: list[tuple[str, str]], *secrets: str) -> set[str]:
    return {key for key, text in table if any(_escaped(secret) in text for secret in secrets)}


def _escaped(secret: str) -> str:
    return json.dumps(secret)[1:-1]


def _wait_for_logs(places: Places, order: PlacedOrder) -> None:
    deadline = time.monotonic() + 30
    while not any(order.transaction_id in line for line in places.logs()):
        assert time.monotonic() < deadline, "no log names the transaction"
        time.sleep(0.5)
