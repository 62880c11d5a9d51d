"""Asks the emulator the same of an index with and without ``IndexPages``, at random, in the emulator's environment.

Prints how many answers were the same, and how many of them were of a page that was read by itself; ends with 1 at the
first that differs.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from typing import Any

from local import emulator_index_pages

PAGE_BYTES = 900
LARGE = 50
KEYS = 500
WORDS = ("", "x", "é", "\U0001f600")


def main(seed: int) -> int:
    """Compare the answers to a hundred random queries, page by page, while items come and go."""
    from ministack.services import dynamodb

    chance = random.Random(seed)
    emulator_index_pages.PAGE_BYTES = dynamodb._DDB_PAGE_SIZE_BYTES = PAGE_BYTES
    table = Table(dynamodb, chance)
    plain = dynamodb._query, dynamodb._index_members
    pages = emulator_index_pages.IndexPages(dynamodb, LARGE)
    pages.apply()
    same = by_pages = 0
    for _ in range(100):
        table.change()
        query: dict[str, Any] | None = table.query()
        while query is not None:
            by_pages += pages._seen({"TableName": "table"} | query) is not None
            dynamodb._query, dynamodb._index_members = pages.query, pages.members
            found = table.ask("Query", query)
            dynamodb._query, dynamodb._index_members = plain
            wanted = table.ask("Query", query)
            if found != wanted:
                print(f"{query}\nis answered by\n{found}\nand without pages by\n{wanted}")
                return 1
            same += 1
            after = found.get("LastEvaluatedKey")
            query = None if after is None else query | {"ExclusiveStartKey": after}
    print(json.dumps({"same": same, "byPages": by_pages}))
    return 0


class Table:
    """A table with an index, on which random things are done."""

    def __init__(self, dynamodb: Any, chance: random.Random) -> None:
        self._dynamodb, self._chance = dynamodb, chance
        names = ("PK", "SK", "listPK", "listSK")
        self.ask(
            "CreateTable",
            {
                "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in names],
                "KeySchema": _schema("PK", "SK"),
                "GlobalSecondaryIndexes": [
                    {
                        "IndexName": "byAccount",
                        "KeySchema": _schema("listPK", "listSK"),
                        "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["listed_status"]},
                    }
                ],
                "BillingMode": "PAY_PER_REQUEST",
            },
        )
        for number in range(KEYS):
            self._put(number)

    def ask(self, action: str, request: dict[str, Any]) -> Any:
        """Return the emulator's answer; raises ``AssertionError`` if it refuses."""
        body = json.dumps({"TableName": "table"} | request).encode()
        headers = {"x-amz-target": f"DynamoDB_20120810.{action}"}
        status, _, answer = asyncio.run(self._dynamodb.handle_request("POST", "/", headers, body, {}))
        assert status == 200, answer
        return json.loads(answer)

    def change(self) -> None:
        """Write an item, remove one, or neither."""
        match self._chance.randrange(8):
            case 0 | 1:
                self._put(self._chance.randrange(KEYS))
            case 2:
                self.ask("DeleteItem", {"Key": _key(self._chance.randrange(KEYS))})

    def query(self) -> dict[str, Any]:
        """Return a query of a range of a partition."""
        chance = self._chance
        first, last = sorted(f"{chance.randrange(300):03d}" for _ in range(2))
        values = {":partition": chance.choice("AB"), ":first": first, ":last": last}
        query: dict[str, Any] = {
            "IndexName": "byAccount",
            "KeyConditionExpression": "listPK = :partition AND listSK BETWEEN :first AND :last",
            "ScanIndexForward": chance.random() < 0.5,
            "ReturnConsumedCapacity": "TOTAL",
        }
        if chance.random() < 0.3:
            query["Limit"] = chance.randrange(1, 30)
        if chance.random() < 0.3:
            query["FilterExpression"] = "listed_status = :status"
            values[":status"] = "open"
        if chance.random() < 0.1:
            query["Select"] = "COUNT"
        return query | {"ExpressionAttributeValues": {name: {"S": value} for name, value in values.items()}}

    def _put(self, number: int) -> None:
        chance = self._chance
        sort = f"{chance.randrange(300):03d}{chance.choice(WORDS)}"
        told = {"listPK": chance.choice("AB"), "listed_status": chance.choice(["open", "done"])}
        told |= {} if chance.random() < 0.05 else {"listSK": sort}
        self.ask("PutItem", {"Item": _key(number) | {name: {"S": value} for name, value in told.items()}})


def _key(number: int) -> dict[str, dict[str, str]]:
    return {"PK": {"S": f"P{number % 37}{WORDS[number % 4]}"}, "SK": {"S": f"S{number}"}}


def _schema(partition: str, sort: str) -> list[dict[str, str]]:
    return [{"AttributeName": partition, "KeyType": "HASH"}, {"AttributeName": sort, "KeyType": "RANGE"}]


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
