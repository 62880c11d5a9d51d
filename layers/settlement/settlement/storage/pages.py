"""Reads of the table in several requests: a query to its last page, and many items by their keys."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from settlement.storage.attribute_values import to_attribute
from settlement.storage.keys import Key
from settlement.use_cases.shared.ports import Unavailable

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


AT_ONCE = 100
"""Most items of one request by keys."""

_ROUNDS = 5
"""Most requests for the same items; a busy table leaves some of them to the next one."""


def items_of(client: "DynamoDBClient", table: str, wanted: Sequence[Key]) -> list[dict[str, Any]]:
    """Return those of the items that exist, in attribute values and in no order; the reads lag behind the writes.

    Raises ``Unavailable`` if the table leaves some of them to a later request again and again.
    """
    items: list[dict[str, Any]] = []
    named = [{"PK": to_attribute(pk), "SK": to_attribute(sk)} for pk, sk in dict.fromkeys(wanted)]
    for first in range(0, len(named), AT_ONCE):
        request: dict[str, Any] = {table: {"Keys": named[first : first + AT_ONCE]}}
        for _ in range(_ROUNDS):
            answer = client.batch_get_item(RequestItems=request)
            items += answer["Responses"].get(table, [])
            request = answer.get("UnprocessedKeys", {})
            if not request:
                break
        else:
            raise Unavailable(f"batch_get_item: items were left after {_ROUNDS} requests")
    return items
