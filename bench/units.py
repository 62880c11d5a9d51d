"""The write units of a partial invoice with its settlement, item by item and index by index, by DynamoDB's rules.

An item costs a unit per started kilobyte, twice in a transaction; an index a unit when what it holds of the item
changes, two if its key does.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from bench.figures import Figures
from bench.meter import size_of
from settlement.storage import codecs
from settlement.use_cases.orders.place_order import NewLine
from settlement.use_cases.shared.ports import Commit
from testkit.builders import item
from testkit.shop import Shop
from testkit.written_items import Items, write_all

UNIT_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Index:
    """An index of the table: its name, its key, and all attributes that it holds."""

    name: str
    key: tuple[str, ...]
    held: frozenset[str]


@dataclass(frozen=True, slots=True)
class Written:
    """A written item: the number of its commit, its sort key, its bytes, and the units by table and index."""

    commit: int
    sort_key: str
    size: int
    units: dict[str, int]


def indexes_of(table: dict[str, Any]) -> list[Index]:
    """Return the indexes of a table as AWS or the template describes it."""
    own = frozenset(part["AttributeName"] for part in table["KeySchema"])
    found = []
    for index in table["GlobalSecondaryIndexes"]:
        key = tuple(part["AttributeName"] for part in index["KeySchema"])
        held = own.union(key, index["Projection"].get("NonKeyAttributes", ()))
        found.append(Index(index["IndexName"], key, held))
    return found


def units_of(commits: Iterable[Commit], indexes: Sequence[Index], since: int = 0) -> Iterator[Written]:
    """Yield what each commit from number ``since`` on writes, and its units."""
    items: Items = {}
    for number, commit in enumerate(commits):
        pairs = write_all(items, commit)
        factor = 1 if len(pairs) == 1 else 2
        for before, after in pairs if number >= since else ():
            size = max(_size(before), _size(after))
            units = {"table": factor * _kilobytes(size)}
            units |= {index.name: more for index in indexes if (more := _units_of_index(index, before, after))}
            yield Written(number - since, (after or before or {})["SK"], size, units)


def _units_of_index(index: Index, before: codecs.Item | None, after: codecs.Item | None) -> int:
    old, new = _view(index, before), _view(index, after)
    if old == new:
        return 0
    sizes = [_kilobytes(_size(view)) for view in (old, new) if view is not None]
    moves = old is not None and new is not None and any(old[name] != new[name] for name in index.key)
    return sum(sizes) if moves else max(sizes)


def _view(index: Index, item: codecs.Item | None) -> codecs.Item | None:
    if item is None or not all(name in item for name in index.key):
        return None
    return {name: value for name, value in item.items() if name in index.held}


def _size(item: codecs.Item | None) -> int:
    return 0 if item is None else size_of(codecs.to_wire(item))


def _kilobytes(size: int) -> int:
    return max(1, math.ceil(size / UNIT_BYTES))


def commits_of_invoice() -> tuple[list[Commit], int]:
    """Return all commits of an order up to its second partial invoice of one line, and where that one's begin."""
    shop = Shop()
    placed = shop.open(lines=(NewLine("A", "Shoe", 8000, 1, 1),))
    placed.invoice("N1", 2000, item("A", 2000))
    before = len(shop.store.commits)
    placed.invoice("N2", 5000, item("A", 5000))
    return list(shop.store.commits), before


def measure_units(table: dict[str, Any], figures: Figures) -> None:
    """Print where the write units of a partial invoice go, and keep their sum."""
    commits, since = commits_of_invoice()
    figures.heading("Its write units by item: 0 is the request, 1 the claim of the operation, 2 the answer")
    total = 0
    for written in units_of(commits, indexes_of(table), since):
        parts = ", ".join(f"{name} {units}" for name, units in written.units.items())
        print(f"  {written.commit} {written.sort_key[:44]:<46}{written.size:>5} bytes  {parts}", flush=True)
        total += sum(written.units.values())
    figures.add("counted_write_units", "their sum", total, "units")
