"""Two writers on one order: one wins, the other decides again on the new state (R22, R27)."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from settlement.domain.connectors.connector import Mode
from settlement.domain.errors import (
    Busy,
    CancelRefused,
    ChangeRefused,
    Refusal,
    ReturnTooLarge,
    TooManyWaiting,
    WrongStatus,
)
from settlement.domain.ledger.ledger import Counters
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.transaction.operation import OperationState
from settlement.domain.transaction.transaction import MAX_WAITING
from settlement.use_cases.shared.ports import Conflict
from testkit.shop import Placed, Shop


def sale(placed: Placed, number: str, value: int) -> Callable[[], object]:
    """Another request that notifies a sale."""
    return lambda: placed.notify(number, value, type_=InvoiceType.OUTPUT)


def test_r27_invoice_that_loses_to_a_change_sees_the_changed_value(shop: Shop) -> None:
    placed = shop.open()
    shop.store.interrupt(lambda: placed.register("C1", discount=4000))

    placed.invoice("N1", 10000)

    assert (placed.order.value, placed.order.invoiced) == (6000, 6000)
    assert placed.moved("settle") == [6000]
    assert placed.status == ("invoiced", "Finished")


def test_r27_change_that_loses_to_an_invoice_is_refused(shop: Shop) -> None:
    placed = shop.open()
    shop.store.interrupt(sale(placed, "N1", 10000))

    with pytest.raises(WrongStatus):
        placed.change("C1", discount=4000)
    placed.run()

    assert (placed.order.value, placed.order.invoiced, placed.order.changes) == (10000, 10000, 0)
    assert placed.moved("settle") == [10000]


def test_r27_change_that_loses_to_a_partial_invoice_is_held_against_it(shop: Shop) -> None:
    placed = shop.open()
    shop.store.interrupt(sale(placed, "N1", 7000))

    with pytest.raises(ChangeRefused):
        placed.change("C1", discount=4000)


def test_r27_two_invoices_never_count_more_than_the_order(shop: Shop) -> None:
    placed = shop.open()
    shop.store.interrupt(sale(placed, "N1", 7000))

    placed.invoice("N2", 7000)

    assert placed.requests == placed.moved("settle") == [7000, 3000]


def test_r27_two_requests_with_one_invoice_number_count_once(shop: Shop) -> None:
    placed = shop.open()
    shop.store.interrupt(sale(placed, "N1", 7000))

    placed.invoice("N1", 7000)

    assert placed.requests == placed.moved("settle") == [7000]


def test_r27_two_requests_with_one_change_id_count_once(shop: Shop) -> None:
    placed = shop.open()
    shop.store.interrupt(lambda: placed.register("C1", discount=1000))

    placed.change("C1", discount=1000)

    assert (placed.order.value, placed.moved("cancel")) == (9000, [1000])


def test_r27_two_returns_never_exceed_what_was_invoiced(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 10000)
    shop.store.interrupt(lambda: placed.notify("D1", 6000, type_=InvoiceType.INPUT))

    with pytest.raises(ReturnTooLarge):
        placed.give_back("D2", 6000)
    placed.run()

    assert placed.moved("refund") == [6000]


def test_r27_two_replays_of_one_invoice_both_get_a_receipt(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)
    shop.store.interrupt(sale(placed, "N1", 7000))

    placed.invoice("N1", 7000)

    stored = shop.store.invoice("demo", placed.order_id, "N1")
    assert stored is not None
    assert stored.replays == 2


def test_r27_cancel_that_loses_to_an_invoice_is_refused(shop: Shop) -> None:
    placed = shop.open()
    shop.store.interrupt(sale(placed, "N1", 7000))

    with pytest.raises(CancelRefused):
        placed.cancel()
    placed.run()

    assert placed.status == ("payment-approved", "Settling")


def test_r27_invoice_that_loses_to_a_cancel_is_refused(shop: Shop) -> None:
    placed = shop.open()
    shop.store.interrupt(lambda: placed.cancel_only())

    with pytest.raises(WrongStatus):
        placed.invoice("N1", 7000)
    placed.run()

    assert placed.status == ("canceled", "Cancelled")
    assert placed.ledger == Counters(authorised=10000, cancelled=10000)


def test_r27_invoice_during_a_running_operation_is_queued_behind_it(shop: Shop) -> None:
    placed = shop.open()
    placed.notify("N1", 7000, type_=InvoiceType.OUTPUT)
    shop.store.interrupt(lambda: None, sale(placed, "N2", 3000))

    placed.run()

    assert placed.moved("settle") == [7000, 3000]
    assert placed.status == ("invoiced", "Finished")


@pytest.mark.parametrize("moment", range(6))
def test_r27_change_at_any_moment_of_a_running_settlement_is_kept(shop: Shop, moment: int) -> None:
    placed = shop.open()
    placed.notify("N1", 7000, type_=InvoiceType.OUTPUT)
    pauses: list[Callable[[], object]] = [lambda: None] * moment
    shop.store.interrupt(*pauses, lambda: placed.register("C1", discount=3000))

    placed.run()
    placed.run()

    if placed.order.changes:
        assert placed.status == ("invoiced", "Finished")
        assert placed.ledger == Counters(authorised=10000, captured=7000, cancelled=3000)


def test_r27_writer_that_never_wins_is_told_to_come_again(shop: Shop) -> None:
    placed = shop.open()

    def win() -> None:
        raise Conflict

    shop.store.interrupt(*[win] * 8)

    with pytest.raises(Busy):
        placed.invoice("N1", 7000)
    assert placed.order.invoices == 0


def test_queue_takes_a_hundred_operations_and_refuses_the_next(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.usually("settle", "500")
    for number in range(MAX_WAITING):
        placed.notify(f"N{number}", 10, type_=InvoiceType.OUTPUT)

    with pytest.raises(TooManyWaiting):
        placed.notify("N100", 10, type_=InvoiceType.OUTPUT)

    shop.provider.usually("settle", "ok")
    placed.run()
    assert placed.moved("settle") == [10] * MAX_WAITING
    placed.invoice("N100", 10)
    assert placed.transaction.is_idle


def test_acceptance_does_not_depend_on_how_fast_the_connector_is(shop: Shop) -> None:
    """C§8.6: the same requests are accepted and refused whether the workflow runs between them or after them."""

    def story(placed: Placed, run: Callable[[], object]) -> list[bool]:
        answers = []
        requests: list[Callable[[], object]] = [
            lambda: placed.notify("N1", 7000, type_=InvoiceType.OUTPUT),
            lambda: placed.register("C1", discount=3001),
            lambda: placed.register("C2", discount=1000),
            lambda: placed.notify("D0", 500, type_=InvoiceType.INPUT),
            lambda: placed.notify("N2", 2000, type_=InvoiceType.OUTPUT),
            lambda: placed.register("C3", discount=1),
            lambda: placed.notify("D1", 8500, type_=InvoiceType.INPUT),
            lambda: placed.notify("D2", 1, type_=InvoiceType.INPUT),
            lambda: placed.cancel_only(),
        ]
        for request in requests:
            try:
                request()
            except Refusal:
                answers.append(False)
            else:
                answers.append(True)
            run()
        return answers

    fast, slow = shop.open(), shop.open()

    assert story(fast, fast.run) == story(slow, lambda: None)
    slow.run()
    assert fast.ledger == slow.ledger
    assert fast.status == slow.status == ("invoiced", "Finished")


def test_r22_cancel_is_refused_once_an_invoice_exists(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)

    with pytest.raises(CancelRefused) as refusal:
        placed.cancel()

    assert refusal.value.status == 400
    assert placed.status == ("payment-approved", "Settling")


def test_cancel_gives_back_what_is_open_and_answers_the_same_again(shop: Shop) -> None:
    placed = shop.open()

    first = placed.cancel()
    shop.clock.advance(timedelta(hours=1))
    second = placed.cancel()

    assert first == second
    assert placed.moved("cancel") == [10000]
    assert placed.status == ("canceled", "Cancelled")
    assert placed.order.value == 10000


def test_cancel_refunds_what_the_timer_captured(shop: Shop) -> None:
    placed = shop.open()
    placed.change("C1", discount=1000)
    placed.auto_settle()

    placed.cancel()

    assert placed.moved("refund") == [9000]
    assert placed.ledger == Counters(authorised=10000, captured=9000, cancelled=1000, refunded=9000)
    assert placed.status == ("canceled", "Cancelled")


@pytest.mark.parametrize("mode", [Mode.TOTAL, Mode.HOLD])
def test_cancel_sends_one_call_that_includes_what_was_withheld(shop: Shop, mode: Mode) -> None:
    placed = shop.open(mode=mode)
    placed.change("C1", discount=2000)

    placed.cancel()

    assert placed.moved("cancel") == [10000]
    assert placed.ledger == Counters(authorised=10000, cancelled=10000)


@pytest.mark.parametrize(
    "act",
    [
        lambda placed: placed.invoice("N1", 7000),
        lambda placed: placed.change("C1", discount=1000),
        lambda placed: placed.give_back("D1", 1000),
        lambda placed: placed.start(),
    ],
    ids=["invoice", "change", "return", "start"],
)
def test_cancelled_order_takes_nothing_more(shop: Shop, act: Callable[[Placed], object]) -> None:
    placed = shop.open()
    placed.cancel()

    with pytest.raises(WrongStatus) as refusal:
        act(placed)
    assert refusal.value.status == 409


@pytest.mark.parametrize(
    "act",
    [lambda placed: placed.invoice("N1", 7000), lambda placed: placed.change("C1", discount=1000)],
    ids=["invoice", "change"],
)
def test_order_that_is_not_started_takes_neither_invoice_nor_change(
    shop: Shop, act: Callable[[Placed], object]
) -> None:
    placed = shop.place().run()

    with pytest.raises(WrongStatus):
        act(placed)
    placed.start()
    act(placed)


@pytest.mark.parametrize("value", [0, -1])
@pytest.mark.parametrize("type_", list(InvoiceType))
def test_r31_invoice_of_nothing_is_refused(shop: Shop, value: int, type_: InvoiceType) -> None:
    placed = shop.open()
    placed.invoice("N1", 10000)
    before = placed.transaction

    with pytest.raises(Refusal):
        placed.notify("N2", value, type_=type_)

    assert placed.transaction == before


def test_refused_request_leaves_no_trace_and_its_id_can_be_used_again(shop: Shop) -> None:
    placed = shop.open()
    events = len(placed.events)

    with pytest.raises(ChangeRefused):
        placed.register("C1", discount=10000)
    assert len(placed.events) == events
    placed.change("C1", discount=1000)

    assert placed.order.value == 9000
    assert placed.operation.state is OperationState.DONE
