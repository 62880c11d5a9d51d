"""Every state of an operation and of a leg has the exits that the table says, and each of them leads on (R36)."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from settlement.domain.errors import InvalidRequest, Refusal, WrongStatus
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.transaction.exits import EXITS_OF_LEG, EXITS_OF_OPERATION, Exit
from settlement.domain.transaction.leg import LegState
from settlement.domain.transaction.operation import OperationState
from settlement.use_cases.recovery.resolve_leg import Resolution
from testkit.shop import Placed, Shop
from tests.support.operator import pay_otherwise, resolve, retry, write_off

RUNBOOK = Path(__file__).parents[2] / "docs" / "runbook.md"
DAY = timedelta(hours=26)


def captured(shop: Shop) -> Placed:
    """An invoice of 70.00 that is captured."""
    placed = shop.open()
    placed.invoice("N1", 7000)
    return placed


def ready(shop: Shop) -> Placed:
    """An invoice whose workflow has not begun."""
    placed = shop.open()
    placed.notify("N1", 7000, type_=InvoiceType.OUTPUT)
    return placed


def waiting(shop: Shop) -> Placed:
    """An invoice whose capture nobody knows of yet."""
    placed = shop.open()
    shop.provider.script("settle", "500", "500", "500")
    placed.invoice("N1", 7000)
    return placed


def in_doubt(shop: Shop) -> Placed:
    """An invoice whose capture nobody knows of after a day."""
    placed = shop.open()
    shop.provider.usually("settle", "500")
    placed.invoice("N1", 7000)
    shop.pass_time(DAY)
    shop.provider.usually("settle", "ok")
    return placed


def refused(shop: Shop) -> Placed:
    """An invoice whose capture the connector refused."""
    placed = shop.open()
    shop.provider.script("settle", "400")
    placed.invoice("N1", 7000)
    return placed


def parked(shop: Shop) -> Placed:
    """A second invoice on a payment that is blocked by the doubt about the first."""
    placed = in_doubt(shop)
    placed.invoice("N2", 3000)
    return placed


def by_hand(shop: Shop) -> Placed:
    """A change whose cancellation a person has to do."""
    placed = shop.open()
    shop.provider.script("cancel", "501")
    placed.change("C1", discount=1500)
    return placed


def queued(shop: Shop) -> Placed:
    """A second invoice behind one that waits."""
    placed = waiting(shop)
    placed.invoice("N2", 3000)
    return placed


OPERATIONS: dict[OperationState, Callable[[Shop], Placed]] = {
    OperationState.QUEUED: queued,
    OperationState.READY: ready,
    OperationState.WAITING: waiting,
    OperationState.FAILED: refused,
    OperationState.MANUAL: by_hand,
    OperationState.DONE: captured,
}
LEGS: dict[LegState, Callable[[Shop], Placed]] = {
    LegState.UNKNOWN: waiting,
    LegState.IN_DOUBT: in_doubt,
    LegState.REFUSED: refused,
    LegState.PARKED: parked,
    LegState.MANUAL: by_hand,
    LegState.POSTED: captured,
}

ACTIONS: dict[Exit, Callable[[Placed], object]] = {
    Exit.RETRY: lambda placed: retry(placed, placed.operation.sequence),
    Exit.WRITE_OFF: lambda placed: write_off(placed, placed.operation.sequence),
    Exit.PAID_OTHERWISE: lambda placed: pay_otherwise(placed, placed.operation.sequence),
    Exit.DONE: lambda placed: resolve(placed, placed.operation.sequence, "0001", Resolution.DONE, "NAME"),
    Exit.NOT_DONE: lambda placed: resolve(placed, placed.operation.sequence, "0001", Resolution.NOT_DONE),
}
OF_OPERATIONS = (Exit.RETRY, Exit.WRITE_OFF, Exit.PAID_OTHERWISE)
OF_LEGS = (Exit.DONE, Exit.NOT_DONE)


def test_tables_are_total() -> None:
    assert set(EXITS_OF_OPERATION) == set(OperationState)
    assert set(EXITS_OF_LEG) == set(LegState)
    assert all(EXITS_OF_OPERATION[state] for state in OperationState if state.is_trouble)
    assert all(EXITS_OF_LEG[state] for state in LegState if state.is_missing or state is LegState.MANUAL)


@pytest.mark.parametrize("way", OF_OPERATIONS)
@pytest.mark.parametrize("state", list(OperationState))
def test_operation_takes_just_the_exits_of_its_state(shop: Shop, state: OperationState, way: Exit) -> None:
    placed = OPERATIONS[state](shop)
    failed = placed.operation
    assert failed.state is state

    if way not in EXITS_OF_OPERATION[state]:
        with pytest.raises(WrongStatus):
            ACTIONS[way](placed)
        return
    ACTIONS[way](placed)

    after = shop.store.operation("demo", placed.transaction_id, failed.sequence)
    assert after is not None
    assert after.state is OperationState.DONE
    assert not placed.order.in_error


@pytest.mark.parametrize("way", OF_LEGS)
@pytest.mark.parametrize("state", list(LEGS))
def test_leg_takes_just_the_exits_of_its_state(shop: Shop, state: LegState, way: Exit) -> None:
    placed = LEGS[state](shop)
    failed = placed.legs[-1]
    assert failed.state is state

    if way not in EXITS_OF_LEG[state]:
        with pytest.raises((WrongStatus, InvalidRequest)):
            ACTIONS[way](placed)
        return
    ACTIONS[way](placed)

    after = shop.store.leg("demo", placed.transaction_id, failed.operation, failed.number)
    assert after is not None
    assert after.state is (LegState.POSTED if way is Exit.DONE else LegState.REFUSED)


@pytest.mark.parametrize("make", [refused, parked, by_hand, in_doubt], ids=lambda make: make.__name__)
def test_what_a_person_has_not_yet_said_is_never_taken_for_said(shop: Shop, make: Callable[[Shop], Placed]) -> None:
    """An exit that is refused changes nothing."""
    placed = make(shop)
    before = shop.store.backup()

    for way in Exit:
        try:
            ACTIONS[way](placed)
        except Refusal:
            assert shop.store.backup() == before
        shop.store.restore(before)


def test_runbook_tells_the_exits_of_every_state() -> None:
    told = {
        (kind, state.strip("`")): tuple(way.strip(" `") for way in ways.split(", "))
        for line in RUNBOOK.read_text(encoding="utf-8").splitlines()
        if line.startswith(("| operation `", "| call `"))
        for kind, state, ways in [(line.split()[1], line.split()[2], line.split("|")[2].strip())]
    }

    expected = {("operation", state.value): ways for state, ways in EXITS_OF_OPERATION.items()}
    expected |= {("call", state.value): ways for state, ways in EXITS_OF_LEG.items()}
    assert told.keys() == expected.keys()
    for key, ways in expected.items():
        names = tuple(way.value for way in ways)
        assert told[key] == names if names else told[key][0].startswith("none"), key
