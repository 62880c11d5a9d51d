"""What the contract suites of everything stored share."""

import os
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from tests.support.dynamodb_server import DynamoDBServer, OwnClient


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
    with DynamoDBServer() as server:
        yield OwnClient(server.url, client)
