"""Reads and writes items of the one table by key."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from settlement.storage import codecs, keys
from settlement.storage.outage import reporting_outages
from settlement.storage.pages import all_items, items_of
from settlement.storage.races import lost_races_as_conflicts
from settlement.use_cases.shared.ports import Page

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

T = TypeVar("T")


class Table:
    """Base of the stores on the table. Reads are consistent; an outage raises ``Unavailable``."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = reporting_outages(client)
        self._table = table

    def _put(self, pk: str, sk: str, item: codecs.Item, guard: dict[str, Any]) -> None:
        """Write an item under a condition, or raise ``Conflict``. Every write of the table has a condition."""
        with lost_races_as_conflicts():
            self._client.put_item(TableName=self._table, Item=codecs.to_wire({"PK": pk, "SK": sk, **item}), **guard)

    def _replace(self, pk: str, sk: str, before: object | None, after: object) -> None:
        """Write an object over ``before`` (None: it must not exist), or raise ``Conflict``."""
        self._put(pk, sk, codecs.encode(after), codecs.unchanged(before))

    def _read(self, pk: str, sk: str) -> codecs.Item | None:
        if not keys.can_exist(pk, sk):
            return None
        answer = self._client.get_item(
            TableName=self._table, Key=codecs.to_wire({"PK": pk, "SK": sk}), ConsistentRead=True
        )
        return codecs.from_wire(answer["Item"]) if "Item" in answer else None

    def _get(self, kind: type[T], pk: str, sk: str) -> T | None:
        item = self._read(pk, sk)
        return None if item is None else codecs.decode(kind, item)

    def _get_all(self, kind: type[T], wanted: Iterable[keys.Key]) -> list[T]:
        """Return those of several items that exist, in no order; they lag behind the writes."""
        found = items_of(self._client, self._table, [key for key in wanted if keys.can_exist(*key)])
        return [codecs.decode(kind, codecs.from_wire(item)) for item in found]

    def _range(self, pk: str, prefix: str, first: str | None = None) -> dict[str, Any]:
        if first is None:
            condition, values = "PK = :pk AND begins_with(SK, :prefix)", {":pk": pk, ":prefix": prefix}
        else:
            condition = "PK = :pk AND SK BETWEEN :first AND :last"
            values = {":pk": pk, ":first": first, ":last": f"{prefix}\uffff"}
        return {
            "TableName": self._table,
            "KeyConditionExpression": condition,
            "ExpressionAttributeValues": codecs.to_wire(values),
            "ConsistentRead": True,
        }

    def _query(self, kind: type[T], pk: str, prefix: str, first: str | None = None) -> list[T]:
        request = self._range(pk, prefix, first)
        return [codecs.decode(kind, codecs.from_wire(item)) for item in self._all(request)]

    def _page(
        self,
        kind: type[T],
        of: tuple[str, str],
        name: Callable[[T], str],
        size: int,
        after: str | None,
        *,
        newest_first: bool = False,
    ) -> Page[T]:
        """Return a page of the objects ``of`` a partition and a prefix, in the order of their ``name`` behind it.

        It begins after the object that ``after`` names, or with the first.
        """
        partition, prefix = of
        request = self._range(partition, prefix) | {"Limit": size, "ScanIndexForward": not newest_first}
        if after is not None:
            request["ExclusiveStartKey"] = codecs.to_wire({"PK": partition, "SK": f"{prefix}{after}"})
        answer = self._client.query(**request)
        found = [codecs.decode(kind, codecs.from_wire(item)) for item in answer["Items"]]
        return Page(found, name(found[-1]) if "LastEvaluatedKey" in answer and found else None)

    def _all(self, request: dict[str, Any]) -> list[dict[str, Any]]:
        """Run a query to its end."""
        return all_items(self._client, request)
