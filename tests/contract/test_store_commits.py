"""Many commits at once: each is written whole or not at all, whatever becomes of the others."""

from __future__ import annotations

from typing import Any

from settlement.domain.reconciliation.outcomes import Outcome
from settlement.domain.reconciliation.payout import PayoutPart
from settlement.domain.reconciliation.report_line import LineKind, Stage
from settlement.domain.transaction.leg import Leg
from settlement.storage.commits import lots_of
from settlement.storage.dynamodb import DynamoDBStore
from settlement.storage.writing import MAX_LEGS_AT_ONCE
from settlement.use_cases.shared.ports import Commit, Store
from testkit.builders import ACCOUNT, NOON, a_leg


def told(number: int, *, seen: int = 0, parts: int = 2) -> Commit:
    """What a report told of a payment of a transaction: parts with one version after the ``seen`` ones."""
    transaction, payment = f"T{number}", f"P{number}"
    found = [
        PayoutPart(
            payment, LineKind.CAPTURE, f"{move:06d}-0001", Stage.REPORTED, 1, 1, Outcome.MATCHED, "BRL", 7000, 100,
            6900, "BRL", "R1", 2, NOON,
        )
        for move in range(parts)
    ]  # fmt: skip
    return Commit(ACCOUNT, f"{number}-01", transaction, payouts=found, payouts_seen=seen)


def stored(store: Store, number: int) -> int:
    return len(store.payouts(ACCOUNT, f"T{number}", f"P{number}"))


def test_all_are_written(store: Store) -> None:
    assert store.commit_each([told(number) for number in range(3)]) == [True, True, True]
    assert [stored(store, number) for number in range(3)] == [2, 2, 2]
    assert store.commit_each([]) == []


def test_one_that_lost_its_race_leaves_nothing_and_the_others_are_written(store: Store) -> None:
    store.commit(told(1, parts=1))

    assert store.commit_each([told(0), told(1), told(2)]) == [True, False, True]
    assert [stored(store, number) for number in range(3)] == [2, 1, 2]
    assert store.commit_each([told(1, parts=3)]) == [False]
    assert stored(store, 1) == 1


def test_more_than_a_transaction_takes_are_written_in_several(store: Store) -> None:
    """Of 40 parts and their sum two fit into a transaction."""
    commits = [told(number, parts=40) for number in range(5)]

    assert [len(lot) for lot in lots_of("table", commits)] == [2, 2, 1]
    assert store.commit_each(commits) == [True] * 5
    assert [stored(store, number) for number in range(5)] == [40] * 5


def test_overflow_legs_are_written_before_their_commit_and_by_itself(store: Store) -> None:
    legs: list[Leg] = [a_leg(number=f"{number:04d}") for number in range(1, MAX_LEGS_AT_ONCE + 3)]
    planned = Commit(ACCOUNT, "0-01", "T0", new_legs=legs)
    commits = [told(1), planned, told(2)]

    assert [[held.commit for held in lot] for lot in lots_of("table", commits)] == [[commit] for commit in commits]
    assert store.commit_each(commits) == [True] * 3
    assert len(store.legs(ACCOUNT, "T0")) == MAX_LEGS_AT_ONCE + 2


class CountedClient:
    """A client that counts the requests that write."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self.requests: list[int] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_write_items(self, TransactItems: list[Any]) -> Any:
        """Count the items."""
        self.requests.append(len(TransactItems))
        return self._client.transact_write_items(TransactItems=TransactItems)


def test_many_small_ones_take_one_request(client: Any, table: str) -> None:
    counted = CountedClient(client)

    assert DynamoDBStore(counted, table).commit_each([told(number) for number in range(40)]) == [True] * 40  # type: ignore[arg-type]
    assert counted.requests == [99, 21]
