"""Reads a page of a large partition of an index without the rest of it (D92); the emulator's answers stay the same.

For each page the emulator sorts the whole partition, a second for 150,000 orders of a month, and a page has 2,000.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from contextlib import suppress
from operator import itemgetter
from threading import local
from typing import Any

from local.emulator_speedups import key_condition

LARGE = 4_096
"""Entries of a partition above which a page is read by itself."""

PAGE_BYTES = 1_048_576
"""Bytes of entries after which a page ends."""

Entry = tuple[str, str, str]
"""The sort key of an entry, and both keys of its item, as they are ordered."""


class IndexPages:
    """Queries of an index that see of a large partition what the page can hold."""

    def __init__(self, dynamodb: Any, large: int = LARGE) -> None:
        self._dynamodb, self._large = dynamodb, large
        self._query: Callable[[Any], Any] = dynamodb._query
        self._members: Callable[[Any], Any] = dynamodb._index_members
        self._ordered: dict[tuple[int, str, str], tuple[Any, int, list[Entry]]] = {}
        self._changes = 0
        self._of_thread = local()

    def apply(self) -> None:
        """Put all of it in the emulator's place."""
        self._dynamodb._query = self.query
        self._dynamodb._index_members = self.members
        self._dynamodb._index_item = self.counted(self._dynamodb._index_item)

    def query(self, data: Any) -> Any:
        """Answer a query."""
        self._of_thread.seen = self._seen(data)
        try:
            return self._query(data)
        finally:
            self._of_thread.seen = None

    def members(self, table: Any) -> Any:
        """Return the keys of the items in each partition of each index: what the query under way sees, else all."""
        seen = getattr(self._of_thread, "seen", None)
        return self._members(table) if seen is None else seen

    def counted(self, change: Callable[..., Any]) -> Callable[..., Any]:
        """Wrap a change of what an index has: an order of before does not count any more."""

        def changed(*given: Any, **more: Any) -> Any:
            try:
                return change(*given, **more)
            finally:
                self._changes += 1

        return changed

    def _seen(self, data: Any) -> Any:
        """Return what a query sees of its index; None if it sees all of it."""
        keys = key_condition(data.get("KeyConditionExpression") or "")
        index = data.get("IndexName")
        partition, wanted, _, _, sort, first, last = keys or (None,) * 7
        if sort is None or not index:
            return None
        with suppress(KeyError, TypeError, AttributeError):
            table = self._dynamodb._tables.get(self._dynamodb._normalize_table_name(data["TableName"]))
            if (index, [partition], [sort]) not in self._dynamodb._index_key_schemas(table):
                return None
            values = data["ExpressionAttributeValues"]
            value = values[wanted]["S"]
            held = self._members(table)[index][value]
            if len(held) <= self._large:
                return None
            ordered = self._in_order(table, index, value, held, sort)
            start, end = bisect_left(ordered, (values[first]["S"],)), _behind(ordered, values[last]["S"])
            forward = data.get("ScanIndexForward", True)
            if after := data.get("ExclusiveStartKey"):
                cursor = tuple(after[name]["S"] for name in (sort, table["pk_name"], table["sk_name"]))
                if forward:
                    start = max(start, bisect_right(ordered, cursor))
                else:
                    end = min(end, bisect_left(ordered, cursor))
            entries = range(start, end) if forward else range(end - 1, start - 1, -1)
            return {index: {value: _page(map(ordered.__getitem__, entries), data.get("Limit"))}}
        return None

    def _in_order(self, table: Any, index: str, value: str, held: Any, sort: str) -> list[Entry]:
        place, changes = (id(table), index, value), self._changes
        known, counted, ordered = self._ordered.get(place, (None, 0, []))
        if known is not held or counted != changes:
            items = table["items"]
            ordered = sorted((items[pk][sk][sort]["S"], pk, sk) for pk, sk in held)
            self._ordered[place] = held, changes, ordered
        return ordered


def _behind(ordered: list[Entry], last: str) -> int:
    """Return the place behind the last entry whose sort key is not above ``last``."""
    return bisect_right(ordered, last, key=itemgetter(0))


def _page(entries: Iterable[Entry], limit: Any) -> dict[tuple[str, str], None]:
    """Return so many items that no page holds more: an entry has at least the bytes of its keys."""
    page: dict[tuple[str, str], None] = {}
    size = 0
    for sort, pk, sk in entries:
        page[pk, sk] = None
        size += len(sort) + len(pk) + len(sk)
        if size > PAGE_BYTES or (limit is not None and len(page) > int(limit)):
            break
    return page
