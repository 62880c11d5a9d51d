"""What the contract suites of everything stored share."""

import os
from collections.abc import Iterator
from itertools import count
from typing import Any

import boto3
import pytest
from moto import mock_aws

from settlement.storage.dynamodb import DynamoDBStore
from settlement.use_cases.shared.ports import Store
from testkit.store import FakeStore
from tests.support.aws_server import AwsServer, OwnClient, OwnSecretsClient
from tests.support.declared_table import make_declared_table


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """A DynamoDB client of boto3, on moto."""
    fake = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}
    before = dict(os.environ)
    os.environ.update(fake)
    with mock_aws():
        yield boto3.client("dynamodb")
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="module")
def own_client(client: Any) -> Iterator[Any]:
    """The service's own client, on the same tables."""
    with AwsServer() as server:
        yield OwnClient(server.url, client)


@pytest.fixture(scope="module")
def secrets_client(client: Any) -> Any:
    """A client of Secrets Manager of boto3, beside it."""
    return boto3.client("secretsmanager")


@pytest.fixture(scope="module")
def own_secrets_client(secrets_client: Any) -> Iterator[Any]:
    """The service's own, on the same secrets."""
    with AwsServer() as server:
        yield OwnSecretsClient(server.url, secrets_client)


_tables = count(1)


def new_table(client: Any) -> str:
    """Make an empty table as the template declares it; return its name."""
    name = f"settlement-{next(_tables)}"
    make_declared_table(client, name)
    return name


@pytest.fixture
def table(client: Any) -> str:
    """An empty table."""
    return new_table(client)


@pytest.fixture(params=["fake", "client", "own_client"])
def store(request: pytest.FixtureRequest) -> Store:
    """An empty store of either kind."""
    if request.param == "fake":
        return FakeStore()
    client = request.getfixturevalue(request.param)
    return DynamoDBStore(client, new_table(client))
