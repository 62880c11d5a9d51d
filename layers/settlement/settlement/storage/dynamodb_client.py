"""DynamoDB as the service calls it, in place of boto3's client."""

from typing import Any
from uuid import uuid4

from settlement.storage.aws_client import Answer, AwsClient, Service


class DynamoDB(AwsClient):
    """The DynamoDB calls that the service makes."""

    service = Service("DynamoDB", "dynamodb", "DynamoDB_20120810", "1.0")

    def get_item(self, **request: Any) -> Answer:
        """Read one item."""
        return self.call("GetItem", request)

    def batch_get_item(self, **request: Any) -> Answer:
        """Read up to 100 items by their keys; those that it had no time for are in ``UnprocessedKeys``."""
        return self.call("BatchGetItem", request)

    def query(self, **request: Any) -> Answer:
        """Read a page of items."""
        return self.call("Query", request)

    def put_item(self, **request: Any) -> Answer:
        """Write one item."""
        return self.call("PutItem", request)

    def update_item(self, **request: Any) -> Answer:
        """Change one item."""
        return self.call("UpdateItem", request)

    def delete_item(self, **request: Any) -> Answer:
        """Delete one item."""
        return self.call("DeleteItem", request)

    def transact_write_items(self, **request: Any) -> Answer:
        """Write all items or none; all tries have the same token, so the transaction is applied once."""
        return self.call("TransactWriteItems", {"ClientRequestToken": str(uuid4()), **request})
