"""Merchants of the deployed local stack; every order they place is reconciled after its test."""

import json
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypedDict

import boto3
import pytest

from local.seed import ACCOUNT, APP_KEY, APP_TOKEN, CONNECTORS
from local.settings import read_settings
from operations.running_stack import Facts, read_facts
from settlement.domain.account.account import EVERY_ROLE, AccountSettings
from settlement.storage import keys
from settlement.storage.app_keys import Caller, save
from settlement.storage.dynamodb import DynamoDBStore
from testkit.api import Api, new_id
from testkit.configuring import save_connector, save_settings
from testkit.merchant import Merchant, PlacedOrder
from testkit.reconcile import reconcile
from tests.e2e.stage import Stage, everything

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_lambda import LambdaClient

HERE = "tests/e2e/"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything here ``e2e``."""
    for item in items:
        if HERE in item.path.as_posix():
            item.add_marker(pytest.mark.e2e)


class _ClientArguments(TypedDict):
    endpoint_url: str
    region_name: str
    aws_access_key_id: str
    aws_secret_access_key: str


def client_arguments(facts: Facts) -> _ClientArguments:
    """The arguments of a boto3 client; the local AWS takes any key."""
    return _ClientArguments(
        endpoint_url=facts.aws_endpoint,
        region_name=facts.region,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )


@pytest.fixture(scope="session")
def facts() -> Facts:
    """The running stack's addresses and names."""
    found = read_facts(read_settings().facts_file)
    assert found is not None, "these tests need the local stack: run them with `make test`"
    return found


@pytest.fixture(scope="session")
def dynamodb(facts: Facts) -> "DynamoDBClient":
    """DynamoDB of the stack."""
    return boto3.client("dynamodb", **client_arguments(facts))


@pytest.fixture(scope="session")
def lambdas(facts: Facts) -> "LambdaClient":
    """Lambda of the stack."""
    return boto3.client("lambda", **client_arguments(facts))


@pytest.fixture
def merchant(facts: Facts) -> Iterator[Merchant]:
    """The demo account's merchant."""
    merchant = Merchant(Api(facts.base_url, APP_KEY, APP_TOKEN))
    yield merchant
    _reconcile_all(merchant)


Account = Callable[..., Api]


@pytest.fixture(scope="session")
def open_account(facts: Facts, dynamodb: "DynamoDBClient") -> Account:
    """Make a key with the given roles, of an account that is there, or of a new one with the demo's connectors."""

    def open_one(*roles: str, account: str | None = None) -> Api:
        name = account or f"account-{new_id().lower()[:12]}"
        if account is None:
            store = DynamoDBStore(dynamodb, facts.table_name)
            save_settings(store, name, AccountSettings(merchant_name=name))
            for connector in store.connectors(ACCOUNT):
                if connector.name in {seeded.name for seeded in CONNECTORS}:
                    save_connector(store, name, connector)
        key, token = f"key-{new_id()}", new_id()
        save(dynamodb, facts.table_name, Caller(key, name, roles or (EVERY_ROLE,)), token)
        return Api(facts.base_url, key, token)

    return open_one


@pytest.fixture
def other_merchant(open_account: Account) -> Iterator[Merchant]:
    """A merchant of an account of its own, whose settings it may change."""
    merchant = Merchant(open_account())
    yield merchant
    _reconcile_all(merchant)


@pytest.fixture
def sweep(facts: Facts, lambdas: "LambdaClient") -> Callable[[], Any]:
    """Run the due-work sweep, which is otherwise a matter of minutes."""
    lock = threading.Lock()

    def run() -> Any:
        with lock:
            answer = lambdas.invoke(FunctionName=facts.functions["due_work"], Payload=b"{}")
        result = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, result
        return result

    return run


@pytest.fixture(scope="session")
def resume(facts: Facts) -> Callable[[PlacedOrder], None]:
    """Start the workflow for the operation an order waits for, as the sweep does once its time has come."""
    workflows = boto3.client("stepfunctions", **client_arguments(facts))

    def start(order: PlacedOrder) -> None:
        waiting = [event["Data"]["operation"] for event in order.events() if event["Type"] == "OperationWaiting"]
        name = {"account": ACCOUNT, "transactionId": order.transaction_id, "operation": waiting[-1]}
        workflows.start_execution(stateMachineArn=facts.state_machine_arn, input=json.dumps(name))

    return start


@pytest.fixture(scope="session")
def signature(facts: Facts, dynamodb: "DynamoDBClient") -> Callable[[PlacedOrder], str]:
    """Return what the callbacks of an order's first payment have to carry, which only its connector is told."""

    def look_up(order: PlacedOrder) -> str:
        partition = keys.transaction_partition(ACCOUNT, order.transaction_id)
        key = {"PK": {"S": partition}, "SK": {"S": keys.payment(order.payment_ids[0])}}
        item = dynamodb.get_item(TableName=facts.table_name, Key=key, ConsistentRead=True)["Item"]
        return item["signature"]["S"]

    return look_up


@pytest.fixture(scope="session")
def logged(facts: Facts) -> Callable[[str, str], list[str]]:
    """Return the log lines of a function that hold a text."""
    logs = boto3.client("logs", **client_arguments(facts))

    def lines(function: str, text: str) -> list[str]:
        pages = logs.get_paginator("filter_log_events").paginate(
            logGroupName=f"/aws/lambda/{facts.functions[function]}"
        )
        return [event["message"] for page in pages for event in page["events"] if text in event["message"]]

    return lines


@pytest.fixture(scope="session")
def demo_account() -> str:
    """The name of the seeded account."""
    return ACCOUNT


def _reconcile_all(merchant: Merchant) -> None:
    for order in merchant.placed:
        reconcile(order)


@pytest.fixture(scope="module")
def stage(facts: Facts) -> Iterator[Stage]:
    """An order in handling with 7000 of 10000 invoiced, which no case may change."""
    merchant = Merchant(Api(facts.base_url, APP_KEY, APP_TOKEN))
    started = merchant.place()
    started.invoice("N1", 7000)
    orders = {"started": started}
    stage = Stage(orders, {name: everything(order) for name, order in orders.items()})
    yield stage
    stage.check()
