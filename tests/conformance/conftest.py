"""A table for the sandbox connector, in this process."""

from collections.abc import Iterator

import pytest
from moto import mock_aws

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
    import sandbox_store

    sandbox_store._client.cache_clear()
    with mock_aws():
        yield
    sandbox_store._client.cache_clear()
    patch.undo()


@pytest.fixture(autouse=True)
def _table(_cloud: None) -> Iterator[None]:
    """A table for each test: every write to a table of this process copies what is in it."""
    import sandbox_store

    client = sandbox_store._client()
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
