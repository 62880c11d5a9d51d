"""The day of retries, minute by minute, with the clock in the test's hand (A§3.5, R24, R25)."""

from datetime import datetime, timedelta

import pytest

from settlement.domain.events import EventType
from settlement.domain.ledger.ledger import Counters
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.transaction.leg import LegState
from settlement.domain.transaction.operation import OperationState
from settlement.use_cases.recovery.retry_operation import retry_operation
from testkit.builders import ACCOUNT, a_new_payment
from testkit.provider import Kind, Partial, Step
from testkit.shop import SWEEP_EVERY, Placed, Shop
from testkit.workflow import steps
from tests.support.books import reconciled

MINUTE = timedelta(minutes=1)
SCHEDULE = [0, 1, 6, 21, 81, 321, 561, 801, 1041, 1281, 1440]
"""Minutes after the first attempt: 1, 5, 15 and 60 later, then every 4 hours, and once more when the day is over."""
TRIES = 3


def attempts(shop: Shop, kind: Kind, since: datetime, seconds_per_call: int = 0) -> list[float]:
    """Let time pass, with a sweep as soon as something is due, until nothing is; return the minutes of the attempts."""
    seen: list[datetime] = []
    calls = len(shop.provider.calls)
    while (due := shop.store.next_due()) is not None and due < since + timedelta(days=3):
        shop.clock.advance_to(due if due > shop.clock.time else shop.clock.time + SWEEP_EVERY)
        began = shop.clock.time
        for _ in range(TRIES if seconds_per_call else 0):
            shop.provider.delay(lambda: shop.clock.advance(timedelta(seconds=seconds_per_call)))
        shop.sweep()
        made = [call for call in shop.provider.calls[calls:] if call.kind == kind]
        if made:
            assert len(made) == TRIES
            seen.append(began)
        shop.relay()
        calls = len(shop.provider.calls)
    return [(at - since) / MINUTE for at in seen]


def test_attempts_are_at_their_minutes_however_long_the_connector_takes_to_fail(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.usually("settle", "500")
    placed.notify("N1", 7000, type_=InvoiceType.OUTPUT)
    shop.ready()
    first = placed.operation.due_at
    assert first is not None

    minutes = attempts(shop, "settle", first, seconds_per_call=15)

    assert minutes == SCHEDULE
    assert len({call.request_id for call in shop.provider.calls if call.kind == "settle"}) == 1
    assert placed.operation.state is OperationState.FAILED
    assert len(placed.said(EventType.OPERATION_WAITING)) == len(SCHEDULE) - 1


def test_attempt_that_outlasts_its_pause_is_followed_at_once(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("settle", "500", "500", "500")
    for _ in range(TRIES):
        shop.provider.delay(lambda: shop.clock.advance(timedelta(seconds=25)))

    placed.invoice("N1", 7000)

    assert placed.operation.due_at == shop.clock.time
    shop.sweep()
    assert placed.ledger.captured == 7000


@pytest.mark.parametrize("kind", ["settle", "cancel", "refund"])
def test_next_attempt_is_told_and_kept(shop: Shop, kind: Kind) -> None:
    placed = shop.open()
    if kind == "refund":
        placed.invoice("N1", 10000)
    shop.provider.usually(kind, "500")
    start = shop.clock.time
    {
        "settle": lambda: placed.invoice("N2", 7000),
        "cancel": lambda: placed.change("C1", discount=3000),
        "refund": lambda: placed.give_back("D1", 1500),
    }[kind]()

    minutes = [0.0, *attempts(shop, kind, start)]

    told = [
        datetime.fromisoformat(str(event.data["nextAttemptAt"])) for event in placed.said(EventType.OPERATION_WAITING)
    ]
    assert minutes == SCHEDULE
    assert [(at - start) / MINUTE for at in told] == SCHEDULE[1:]


def test_operation_behind_a_failing_one_has_a_day_of_its_own(shop: Shop) -> None:
    placed = shop.open(a_new_payment(4000, "partial"), a_new_payment(6000, "partial"))
    shop.provider.usually("settle", "500")
    placed.invoice("N1", 4000)
    placed.notify("N2", 6000, type_=InvoiceType.OUTPUT)
    start = shop.clock.time

    minutes = [0.0, *attempts(shop, "settle", start)]

    own = [minute - 1440 for minute in minutes[len(SCHEDULE) :]]
    assert minutes[: len(SCHEDULE)] == SCHEDULE
    assert own == SCHEDULE[1:], "its first attempt follows at once"
    first, second = placed.operations[1:]
    assert (first.state, second.state) == (OperationState.FAILED, OperationState.FAILED)
    assert second.first_attempt_at is not None
    assert second.first_attempt_at - start >= timedelta(days=1)
    assert second.concluded_at is not None
    assert second.concluded_at - second.first_attempt_at == timedelta(days=1)


FAILS: list[Step] = ["500"] * TRIES
"""Every call of one attempt fails."""


def test_success_on_the_last_attempt_of_the_day_counts(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("settle", *FAILS * (len(SCHEDULE) - 1))

    placed.invoice("N1", 10000)
    shop.pass_time(timedelta(days=1) + SWEEP_EVERY)

    assert placed.ledger == Counters(authorised=10000, captured=10000)
    assert placed.status == ("invoiced", "Finished")


def test_partial_answer_leaves_the_rest_to_the_next_attempts(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("settle", *FAILS, Partial(3000), *FAILS)

    placed.invoice("N1", 7000)
    shop.pass_time(timedelta(minutes=30))

    assert placed.moved("settle") == [3000, 4000]
    assert len({call.request_id for call in shop.provider.calls if call.kind == "settle"}) == 2
    assert placed.operation.attempts == 3


def test_execution_that_dies_costs_its_lease_and_no_attempt_of_the_schedule(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.usually("settle", "500")
    placed.notify("N1", 7000, type_=InvoiceType.OUTPUT)
    start = shop.clock.time
    dying = steps(shop.ports, shop.provider, ACCOUNT, placed.transaction_id, placed.operation.sequence)
    next(dying)
    shop.ready()

    minutes = attempts(shop, "settle", start)

    assert minutes[0] == 6, "the lease"
    assert minutes[-1] == 1440, "the day began with the attempt that died"


def restored(shop: Shop, placed: Placed) -> Placed:
    """The same order after its table was restored to what it was before the second invoice."""
    backup = shop.store.backup()
    placed.invoice("N2", 2000)
    shop.store.restore(backup)
    return placed


def test_restored_table_asks_again_for_what_it_forgot_and_moves_nothing_twice(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)
    restored(shop, placed)
    assert placed.ledger.captured == 7000

    placed.invoice("N2", 2000)

    assert placed.moved("settle") == [7000, 2000]
    assert placed.ledger.captured == shop.provider.books[placed.payments[0].payment_id].captured == 9000
    assert placed.legs[-1].state is LegState.POSTED


def test_restored_table_uses_no_request_id_for_anything_else(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)
    restored(shop, placed)
    known = {call.request_id for call in shop.provider.calls}

    placed.invoice("N3", 1000)

    assert placed.moved("settle") == [7000, 2000, 1000]
    assert shop.provider.calls[-1].request_id not in known


def test_restored_table_whose_connector_has_no_more_to_give_shows_the_difference(shop: Shop) -> None:
    """The connector refuses what it did for the forgotten invoice, and the reconciliation shows by how much."""
    placed = shop.open()
    placed.invoice("N1", 7000)
    restored(shop, placed)
    shop.provider.script("settle", "400")

    placed.invoice("N3", 3000)

    assert placed.status == ("invoice", "Settling")
    found = reconciled(placed)
    assert not found.is_consistent
    assert 3000 in {difference.value for difference in found.differences}


def test_operator_retry_of_a_restored_table_finds_what_was_done(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.usually("settle", "500")
    placed.invoice("N1", 7000)
    shop.pass_time(timedelta(hours=26))
    shop.provider.usually("settle", "ok")
    backup = shop.store.backup()
    retry_operation(shop.ports, ACCOUNT, placed.transaction_id, 2)
    shop.relay()
    shop.store.restore(backup)

    retry_operation(shop.ports, ACCOUNT, placed.transaction_id, 2)
    shop.relay()

    assert placed.moved("settle") == [7000]
    assert placed.ledger == Counters(authorised=10000, captured=7000)
