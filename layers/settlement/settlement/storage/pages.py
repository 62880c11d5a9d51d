"""Runs a query of the table to its last page."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def all_items(client: "DynamoDBClient", request: dict[str, Any]) -> list[dict[str, Any]]:
    """Return every item that a query finds, in attribute values."""
    items: list[dict[str, Any]] = []
    while True:
        answer = client.query(**request)
        items += answer["Items"]
        if "LastEvaluatedKey" not in answer:
            return items
        request = request | {"ExclusiveStartKey": answer["LastEvaluatedKey"]}
