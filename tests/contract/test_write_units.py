"""What a partial invoice with its settlement writes: items within 1 KB, each one unit, or two in a transaction."""

from dataclasses import replace
from typing import Any

from bench.meter import size_of
from settlement.domain.actor import Actor
from settlement.storage.writing import writes
from settlement.use_cases.shared.ports import Commit
from testkit.builders import item
from testkit.shop import Shop

KILOBYTE = 1024


def sizes(commit: Commit) -> dict[str, int]:
    """The sizes of the items that a commit puts, by sort key."""
    first, rest = writes("table", commit)
    puts: list[Any] = [write["Put"]["Item"] for write in [*first, *rest] if "Put" in write]
    return {put["SK"]["S"]: size_of(put) for put in puts}


def test_each_item_of_an_invoice_and_its_settlement_is_within_a_kilobyte(shop: Shop) -> None:
    placed = shop.open(value=1_000_000)
    placed.invoice("N1", 300_000)
    placed.give_back("D1", 10_000)
    before = len(shop.store.commits)
    shop.ports = replace(shop.ports, actor=Actor("vtexappkey-acme-QWERTZ", "anna.smith@acme.example"))

    placed.invoice("N2", 500_000, item("A", 500_000))

    found = [sizes(commit) for commit in shop.store.commits[before:]]
    assert len(found) == 3
    assert {key: size for commit in found for key, size in commit.items() if size > KILOBYTE} == {}


def test_sums_that_are_zero_take_no_room(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)
    commit = shop.store.commits[-1]

    [head] = [size for key, size in sizes(commit).items() if key == "TXN"]

    assert head < 800
