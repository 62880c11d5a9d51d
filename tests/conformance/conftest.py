"""A table for the sandbox connector, in this process."""

from collections.abc import Iterator

import boto3
import pytest
from moto import mock_aws

from settlement import bootstrap
from tests.conformance.provider import FUNCTION

TABLE = "conformance-test"


@pytest.fixture(scope="module", autouse=True)
def _cloud() -> Iterator[None]:
    patch = pytest.MonkeyPatch()
    patch.syspath_prepend(str(FUNCTION))
    patch.setenv("TABLE_NAME", TABLE)
    patch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    patch.setenv("AWS_ACCESS_KEY_ID", "test")
    patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    patch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        dynamodb = boto3.client("dynamodb")
        patch.setattr(bootstrap, "dynamodb", lambda: dynamodb)  # moto patches boto3, not sockets
        yield
    patch.undo()


@pytest.fixture(autouse=True)
def _table(_cloud: None) -> Iterator[None]:
    """A table for each test: every write to a table of this process copies what is in it."""
    client = bootstrap.dynamodb()
    client.create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": "PK", "AttributeType": "S"},
            {"AttributeName": "SK", "AttributeType": "S"},
        ],
        KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
    )
    yield
    client.delete_table(TableName=TABLE)
