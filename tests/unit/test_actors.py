"""Who did it: a commit has one actor, its events carry it, and what a person says is kept (D137)."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from settlement.domain.actor import Actor, System
from settlement.domain.events import Event, EventType
from settlement.domain.transaction.leg import LegState
from settlement.storage.writing import writes
from settlement.use_cases.gateway.request_movement import (
    CANCELLATION,
    REFUND,
    SETTLEMENT,
    DirectRequest,
    request_movement,
)
from settlement.use_cases.orders.cancel_order import cancel_order
from settlement.use_cases.recovery.resolve_leg import Resolution, confirm_leg, resolve_leg
from settlement.use_cases.shared.ports import Commit, Ports
from testkit.builders import ACCOUNT
from testkit.shop import Placed, Shop
from tests.support.operator import write_off

ANNA = Actor("erp", "anna")
WORKFLOW = Actor(system=System.WORKFLOW)
DAY = timedelta(hours=26)


def for_anna(shop: Shop) -> Ports:
    """The ports of a request that acts for Anna."""
    return replace(shop.ports, actor=ANNA)


def actors(events: Sequence[Event]) -> dict[EventType, Actor | None]:
    """Who caused the last event of each type."""
    return {event.type: event.actor for event in events}


def test_request_and_workflow_each_cause_their_own_events(shop: Shop) -> None:
    placed = shop.open()
    before = len(placed.events)

    request_movement(for_anna(shop), ACCOUNT, placed.transaction_id, SETTLEMENT, 7000, None, None, "goods handed over")
    placed.run()

    found = actors(placed.events[before:])
    assert (found[EventType.SETTLEMENT_REQUESTED], found[EventType.OPERATION_READY]) == (ANNA, ANNA)
    assert found[EventType.PAYMENT_SETTLED] == WORKFLOW


@pytest.mark.parametrize(
    ("movement", "type_"),
    [
        (SETTLEMENT, EventType.SETTLEMENT_REQUESTED),
        (CANCELLATION, EventType.CANCELLATION_REQUESTED),
        (REFUND, EventType.REFUND_REQUESTED),
    ],
)
def test_reason_of_a_direct_request_stays_with_its_operation_and_its_event(
    shop: Shop, movement: DirectRequest, type_: EventType
) -> None:
    placed = shop.open()
    placed.invoice("N1", 5000)

    request_movement(for_anna(shop), ACCOUNT, placed.transaction_id, movement, 1000, None, None, "goodwill")
    placed.run()

    assert placed.operation.reason == "goodwill"
    assert [event.data.get("reason") for event in placed.said(type_)][-1] == "goodwill"


def test_repeat_with_another_reason_gets_the_first_operation(shop: Shop) -> None:
    placed = shop.open()
    for reason in ("first", "second"):
        request_movement(for_anna(shop), ACCOUNT, placed.transaction_id, SETTLEMENT, 1000, "key", None, reason)

    assert [held.reason for held in placed.operations if held.ask.request] == ["first"]


def test_cancelled_order_knows_who_cancelled_it(shop: Shop) -> None:
    placed, denied = shop.open(), shop.place()
    shop.provider.script("authorise", "denied")

    cancel_order(for_anna(shop), ACCOUNT, placed.order_id, "sold out")
    denied.run()

    assert placed.order.cancelled_by == ANNA
    assert (denied.order.cancelled_by, denied.order.cancelled_at is None) == (WORKFLOW, False)


def test_order_cancelled_by_a_direct_request_shows_its_reason(shop: Shop) -> None:
    placed = shop.open()

    request_movement(for_anna(shop), ACCOUNT, placed.transaction_id, CANCELLATION, 10000, None, None, "fraud")
    placed.run()

    assert [event.data["reason"] for event in placed.said(EventType.CANCELLATION_REQUESTED)] == ["fraud"]


def in_doubt(shop: Shop) -> Placed:
    """An order with a capture in doubt."""
    placed = shop.open()
    shop.provider.usually("settle", "500")
    placed.invoice("N1", 7000)
    shop.pass_time(DAY)
    assert [leg.state for leg in placed.legs] == [LegState.POSTED, LegState.IN_DOUBT]
    return placed


@pytest.mark.parametrize(
    ("resolution", "type_", "state"),
    [
        (Resolution.DONE, EventType.PAYMENT_SETTLED, LegState.POSTED),
        (Resolution.NOT_DONE, EventType.CONNECTOR_REFUSED, LegState.REFUSED),
    ],
)
def test_resolution_keeps_who_said_so_and_how_one_knows(
    shop: Shop, resolution: Resolution, type_: EventType, state: LegState
) -> None:
    placed = in_doubt(shop)

    resolve_leg(for_anna(shop), ACCOUNT, placed.transaction_id, 2, "0001", resolution, None, "seen in the back office")

    leg = placed.legs[-1]
    assert (leg.state, leg.resolved_by, leg.message) == (state, ANNA, "seen in the back office")
    [event] = placed.said(type_)
    assert (event.actor, event.data["reason"]) == (ANNA, "seen in the back office")


def test_confirmation_keeps_who_said_so(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 10000)
    shop.provider.script("refund", "501")
    placed.give_back("R1", 1000)
    left = placed.legs[-1]

    confirm_leg(for_anna(shop), ACCOUNT, placed.transaction_id, left.operation, left.number, "REF-1", "Bea of finance")

    leg = placed.legs[-1]
    assert (leg.state, leg.resolved_by, leg.reference) == (LegState.POSTED, ANNA, "REF-1")
    [event] = placed.said(EventType.PAYMENT_REFUNDED)
    assert (event.actor, event.data["reason"]) == (ANNA, "done by hand, as Bea of finance says")


def test_write_off_keeps_the_word_beside_its_actor(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.usually("settle", "400")
    placed.invoice("N1", 10000)

    write_off(placed, 2)

    [event] = placed.said(EventType.OPERATION_ENDED)
    assert (event.actor, event.data["saidBy"]) == (Actor("key"), "finance")
    assert "actor" not in event.data


def test_actor_stands_once_in_a_commits_events(shop: Shop) -> None:
    placed = shop.open()
    ports = replace(shop.ports, actor=Actor("vtexappkey-acme-QWERTZ", "anna.smith@acme.example"))

    request_movement(ports, ACCOUNT, placed.transaction_id, SETTLEMENT, 7000, None)

    commit = shop.store.commits[-1]
    assert len(commit.events) > 2
    assert record_size(commit) - record_size(replace(commit, actor=None)) < 70
    assert record_size(replace(commit, actor=WORKFLOW)) - record_size(replace(commit, actor=None)) < 8


def record_size(commit: Commit) -> int:
    """Bytes of the packed events of a commit."""
    record: Any = list(writes("table", commit)[1])[-1]
    return len(record["Put"]["Item"]["packed"]["B"])
