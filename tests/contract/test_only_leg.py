"""A leg that is alone in its plan is stored with its operation, and leaves it when it is not simply done (D150)."""

from dataclasses import replace
from itertools import chain
from typing import Any

import pytest

from settlement.domain.transaction.leg import Leg, LegState
from settlement.domain.transaction.operation import Operation, OperationState
from settlement.storage import codecs, keys
from settlement.storage.dynamodb import DynamoDBStore
from settlement.storage.writing import writes
from settlement.use_cases.shared.ports import Changed, Commit, Conflict, Store
from testkit.builders import ACCOUNT, NOON, ORDER_ID, TRANSACTION_ID, a_leg, an_operation
from tests.contract.stored import write

ALONE = a_leg(alone=True)
CLAIMED = an_operation(legs=1, planned=True, execution="E1", first_attempt_at=NOON, lease_until=NOON, attempts=1)


def operation_in(store: Store) -> Operation:
    """The operation as it is stored."""
    operation = store.operation(ACCOUNT, TRANSACTION_ID, 1)
    assert operation is not None
    return operation


def claim(store: Store) -> Operation:
    """Claim an operation with one leg; return it as it is stored."""
    write(store, operations=[an_operation()])
    write(store, operations=[replace(CLAIMED, version=1)], new_legs=[ALONE])
    return operation_in(store)


def answer(store: Store, **changes: Any) -> Leg:
    """Write what the leg's call came to; return the leg as it is written."""
    operation = operation_in(store)
    after = replace(ALONE, attempts=1, **changes)
    done = replace(operation, state=OperationState.DONE)
    write(store, operations=[done], legs=[Changed(ALONE, after)])
    return after


def test_leg_is_read_with_its_operation_and_without(store: Store) -> None:
    operation = claim(store)

    assert operation == replace(CLAIMED, only_leg=ALONE, version=2)
    assert store.leg(ACCOUNT, TRANSACTION_ID, 1, "0001") == ALONE
    assert store.leg(ACCOUNT, TRANSACTION_ID, 1, "0002") is None
    assert store.legs(ACCOUNT, TRANSACTION_ID, 1) == store.legs(ACCOUNT, TRANSACTION_ID) == [ALONE]


def test_leg_that_is_done_stays(store: Store) -> None:
    claim(store)

    posted = answer(store, state=LegState.POSTED, posted_value=7000, reference="S1", concluded_at=NOON, events=1)

    assert operation_in(store).only_leg == store.leg(ACCOUNT, TRANSACTION_ID, 1, "0001") == posted
    assert store.legs(ACCOUNT, TRANSACTION_ID, 1) == [posted]


@pytest.mark.parametrize(
    "changes",
    [
        {"state": LegState.POSTED, "posted_value": 6999},
        *({"state": state} for state in LegState if state not in (LegState.POSTED, LegState.PLANNED)),
    ],
    ids=lambda changes: changes["state"].value,
)
def test_leg_of_any_other_outcome_leaves_it(store: Store, changes: dict[str, Any]) -> None:
    claim(store)

    after = replace(answer(store, **changes), alone=False)

    assert operation_in(store).only_leg is None
    assert store.leg(ACCOUNT, TRANSACTION_ID, 1, "0001") == after
    assert store.legs(ACCOUNT, TRANSACTION_ID, 1) == store.legs(ACCOUNT, TRANSACTION_ID) == [after]
    write(store, legs=[Changed(after, replace(after, attempts=2))])
    with pytest.raises(Conflict):
        write(store, legs=[Changed(after, replace(after, attempts=2))])


def test_answer_is_written_over_the_operation_that_was_read(store: Store) -> None:
    """What another writer has changed of it meanwhile, a callback for one, is not lost."""
    operation = claim(store)
    write(store, operations=[operation.hears_of_news()])

    with pytest.raises(Conflict):
        write(store, operations=[operation], legs=[Changed(ALONE, replace(ALONE, attempts=1))])

    assert operation_in(store) == replace(operation, callbacks=1, version=3)


@pytest.mark.parametrize("parts", [{"new_legs": [ALONE]}, {"legs": [Changed(ALONE, ALONE)]}], ids=["new", "changed"])
def test_leg_is_not_written_without_the_operation_that_holds_it(store: Store, parts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="the leg of operation 1 is written without it"):
        write(store, operations=[an_operation(2)], **parts)


def test_legs_of_all_operations_come_in_order_wherever_they_are(store: Store) -> None:
    held = a_leg(2, alone=True)
    write(store, operations=[an_operation(1), an_operation(2), an_operation(3)], new_legs=[held])
    own = [a_leg(1), a_leg(2, "0002"), a_leg(3), a_leg(3, "0002")]
    write(store, new_legs=own)

    assert store.legs(ACCOUNT, TRANSACTION_ID) == [own[0], held, *own[1:]]
    assert store.legs(ACCOUNT, TRANSACTION_ID, 2) == [held, own[1]]
    assert store.legs(ACCOUNT, TRANSACTION_ID, 3) == own[2:]


def as_earlier_versions_read(client: Any, table: str) -> Operation:
    """The operation without what they do not know of."""
    key = codecs.to_wire({"PK": keys.transaction_partition(ACCOUNT, TRANSACTION_ID), "SK": keys.operation(1)})
    item = codecs.from_wire(client.get_item(TableName=table, Key=key)["Item"])
    del item["plan"]
    return codecs.decode(Operation, item)


def test_earlier_version_finds_an_operation_that_another_execution_has_and_nobody_has_planned(
    client: Any, table: str
) -> None:
    """It leaves it alone while the lease lasts, concludes nothing, and then plans the same call anew."""
    claim(DynamoDBStore(client, table))

    read = as_earlier_versions_read(client, table)

    assert (read.execution, read.lease_until, read.legs, read.planned) == (None, NOON, 0, False)


def test_claim_is_one_write_of_one_item() -> None:
    commit = Commit(ACCOUNT, ORDER_ID, TRANSACTION_ID, operations=[CLAIMED], new_legs=[ALONE])

    assert len(list(chain(*writes("table", commit)))) == 1
