"""The operator's commands on the running stack: audits that agree and that do not, and messages that find back."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from local.seed import ACCOUNT
from operations.output import FOUND
from operations.running_stack import LOCAL_STACK, Facts
from settlement.domain.audit.walk import first_walk
from settlement.storage import keys
from settlement.storage.dynamodb import DynamoDBStore
from testkit.api import new_id
from testkit.bodies import order_body
from testkit.merchant import Merchant, until
from tests.e2e.conftest import Account
from tests.template.cloudformation import CHECKOUT

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

QUEUES = ("parked-events", "failed-order-intake")

PYTHON = CHECKOUT / ".local" / "venv-local" / "bin" / "python"


def run(*words: str) -> "subprocess.CompletedProcess[str]":
    """Run a command as make does."""
    return subprocess.run(
        [str(PYTHON), "-m", "operations", *words],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )  # fmt: skip


@pytest.fixture
def send(facts: Facts) -> Callable[[str, object], None]:
    """Leave a message in a queue of the stack, which is empty before."""
    sqs = boto3.client(
        "sqs",
        endpoint_url=facts.aws_endpoint,
        region_name=facts.region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )

    def put(queue: str, body: object) -> None:
        url = sqs.get_queue_url(QueueName=f"{LOCAL_STACK}-{queue}")["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(body))

    for queue in QUEUES:
        sqs.purge_queue(QueueUrl=sqs.get_queue_url(QueueName=f"{LOCAL_STACK}-{queue}")["QueueUrl"])
    return put


def test_audit_tells_sound_books_from_corrupt_ones(
    merchant: Merchant, facts: Facts, dynamodb: "DynamoDBClient", sweep: Callable[[], Any]
) -> None:
    order = merchant.place()
    order.invoice("N1", 7000)
    sound = run("audit", "--order", order.order_id)
    assert (sound.returncode, sound.stdout.strip()) == (0, "1 orders audited, 0 with mismatches"), sound

    def capture(value: int) -> None:
        dynamodb.update_item(
            TableName=facts.table_name,
            Key={
                "PK": {"S": keys.transaction_partition(ACCOUNT, order.transaction_id)},
                "SK": {"S": keys.payment(order.payment_ids[0])},
            },
            UpdateExpression="SET captured = :value",
            ExpressionAttributeValues={":value": {"N": str(value)}},
        )

    def audit_next() -> Any:
        """Have the sweep audit this order now."""
        store = DynamoDBStore(dynamodb, facts.table_name)
        head = store.order(ACCOUNT, order.order_id)
        assert head is not None
        known = store.audit_walk(ACCOUNT)
        walk = first_walk(ACCOUNT, datetime.now(UTC)).past(head.created_at - timedelta(microseconds=1), "")
        store.save_audit_walk(replace(walk, version=known.version if known else 0))
        return sweep()

    capture(6999)
    corrupt = run("audit", "--all")
    shown = order.api.read(f"{order.transaction_path}/audit")
    assert corrupt.returncode == FOUND, corrupt
    assert "entries and counter: captured: found 6999, expected 7000" in corrupt.stdout
    assert (shown["isConsistent"], 6999 in {mismatch["found"] for mismatch in shown["mismatches"]}) == (False, True)
    until(lambda: audit_next()["orders_mismatched"] > 0, "the sweep sees it")
    audit_next()
    assert order.event_types().count("LedgerMismatch") == 1

    capture(7000)
    until(lambda: audit_next() and "LedgerAgrees" in order.event_types(), "the sweep sees that it is over")


def test_messages_of_dead_letter_queues_find_back(
    merchant: Merchant, open_account: Account, send: Callable[[str, object], None]
) -> None:
    order_id = f"redriven-{new_id()[:12].lower()}"
    placed = {"account": ACCOUNT, "order": order_body() | {"orderId": order_id}}
    send("failed-order-intake", {"id": new_id(), "detail-type": "OrderPlaced", "detail": placed})
    reader = open_account("order-feed", account=ACCOUNT)
    assert (
        reader.post("/api/orders/feed/config", {"filter": {"type": "FromWorkflow", "status": ["canceled"]}}).status
        == 200
    )
    detail = {
        "version": 1, "id": f"{new_id()}-transaction-7", "account": ACCOUNT, "orderId": "parked-01",
        "transactionId": new_id(), "paymentId": None, "at": "2026-03-02T14:00:01+00:00",
        "from": "handling", "to": "canceled", "since": "2026-03-02T14:00:00+00:00",
    }  # fmt: skip
    send("parked-events", {"type": "OrderStatusChanged", "at": detail["at"], "detail": detail})
    send("parked-events", {"record": {"eventName": "INSERT", "dynamodb": {"NewImage": {"public": {"BOOL": True}}}}})

    done = run("redrive")

    assert done.returncode == FOUND, done
    assert "parked-events: 1 sent back, 1 stay" in done.stdout
    assert "failed-order-intake: 1 sent back, 0 stay" in done.stdout
    until(lambda: merchant.api.get(f"/api/oms/pvt/orders/{order_id}").status == 200, "the order was taken in")
    until(
        lambda: "parked-01" in {update["orderId"] for update in reader.read("/api/orders/feed")},
        "the parked event reached the feed",
    )
    assert reader.send("DELETE", "/api/orders/feed/config").status == 200


def test_events_of_an_order_are_published_again(merchant: Merchant, open_account: Account) -> None:
    order = merchant.place()
    order.invoice("N1", 7000)
    reader = open_account("order-feed", account=ACCOUNT)
    assert reader.post("/api/orders/feed/config", {}).status == 200

    done = run("republish", "--order", order.order_id)

    assert done.returncode == 0, done
    until(lambda: reader.read("/api/orders/feed/config")["quantity"] >= 5, "its statuses are in a feed made after them")
    assert reader.send("DELETE", "/api/orders/feed/config").status == 200
