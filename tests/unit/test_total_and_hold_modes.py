"""The worked examples of Total and Hold, and how a transaction gets its mode (R11 to R14, C§3.6, C§8.4)."""

import pytest

from settlement.domain.connectors.connector import Connector, ConnectorProtocol, Mode
from settlement.domain.errors import MoneyCannotMove
from settlement.domain.ledger.ledger import Counters
from settlement.use_cases.gateway.request_movement import SETTLEMENT, request_movement
from settlement.use_cases.orders.place_order import transaction_mode
from testkit.builders import ACCOUNT, a_connector, a_new_payment
from testkit.shop import Shop


def test_r11_first_partial_invoice_settles_the_whole(shop: Shop) -> None:
    placed = shop.open(mode=Mode.TOTAL)

    placed.invoice("N1", 7000)
    assert placed.status == ("payment-approved", "Settled")
    placed.invoice("N2", 3000)

    assert placed.moved("settle") == [10000]
    assert placed.requests == [7000, 3000]
    assert placed.status == ("invoiced", "Finished")


def test_r11b_discount_after_the_whole_was_settled_is_refunded(shop: Shop) -> None:
    placed = shop.open(mode=Mode.TOTAL)
    placed.invoice("N1", 3000)

    placed.change("C1", discount=4000)
    placed.invoice("N2", 3000)

    assert (placed.moved("settle"), placed.moved("refund")) == ([10000], [4000])
    assert placed.status == ("invoiced", "Finished")


def test_r11c_change_is_refused_when_the_connector_has_no_partial_refund(shop: Shop) -> None:
    shop.connect(a_connector("plain", Mode.TOTAL, partial_refund=False))
    placed = shop.open(a_new_payment(10000, "plain"))
    placed.invoice("N1", 3000)

    with pytest.raises(MoneyCannotMove) as refusal:
        placed.change("C1", discount=4000)

    assert (refusal.value.published_code, refusal.value.status) == ("CHK0096", 409)
    assert placed.order.value == 10000
    assert placed.moved("refund") == []


def test_r11d_discount_before_the_settlement_is_withheld(shop: Shop) -> None:
    placed = shop.open(mode=Mode.TOTAL)

    placed.change("C1", discount=2000)
    placed.invoice("N1", 8000)

    assert (placed.moved("cancel"), placed.moved("settle")) == ([], [8000])
    assert placed.ledger == Counters(authorised=10000, captured=8000, withheld=2000)
    assert placed.status == ("invoiced", "Finished")


def test_r12_hold_retains_requests_until_they_reach_the_payable_total(shop: Shop) -> None:
    placed = shop.open(mode=Mode.HOLD)

    placed.invoice("N1", 7000)
    assert placed.moved("settle") == []
    assert placed.status == ("payment-approved", "Settling")
    assert placed.ledger.open == 10000
    placed.invoice("N2", 3000)

    assert placed.moved("settle") == [10000]
    assert placed.requests == [7000, 3000]
    assert placed.status == ("invoiced", "Finished")


def test_r12_hold_settles_less_after_a_discount(shop: Shop) -> None:
    placed = shop.open(mode=Mode.HOLD)

    placed.change("C1", discount=2000)
    placed.invoice("N1", 8000)

    assert (placed.moved("cancel"), placed.moved("settle")) == ([], [8000])
    assert placed.status == ("invoiced", "Finished")


def test_r12_hold_settles_on_the_change_that_completes(shop: Shop) -> None:
    placed = shop.open(mode=Mode.HOLD)
    placed.invoice("N1", 7000)

    placed.change("C1", discount=3000)

    assert placed.moved("settle") == [7000]
    assert placed.requests == [7000]
    assert placed.status == ("invoiced", "Finished")


def test_r12_hold_settles_interest_on_the_change_that_completes(shop: Shop) -> None:
    placed = shop.open(a_new_payment(10500, "hold"))
    placed.invoice("N1", 7000)

    placed.change("C1", discount=3000)

    assert placed.moved("settle") == [7500]
    assert placed.requests == [7000, 500]
    assert placed.status == ("invoiced", "Finished")


@pytest.mark.parametrize("mode", [Mode.TOTAL, Mode.HOLD])
def test_payment_that_is_withheld_whole_is_cancelled_in_one_call_of_its_whole_value(shop: Shop, mode: Mode) -> None:
    """C§3.6, C§8.4: cancel 20 of 100 and nothing is called, cancel the other 80 and 100 is cancelled."""
    placed = shop.open(a_new_payment(2000, mode.value), a_new_payment(8000, mode.value), mode=mode)

    placed.change("C1", discount=500)
    assert placed.moved("cancel") == []
    placed.change("C2", discount=1500)

    assert placed.moved_by_payment("cancel") == [(1, 2000)]
    assert placed.ledger == Counters(authorised=10000, cancelled=2000)
    placed.invoice("N1", 8000)
    assert placed.moved_by_payment("settle") == [(2, 8000)]
    assert placed.status == ("invoiced", "Finished")


def test_r14_total_settles_every_payment_lowest_assigned_first(shop: Shop) -> None:
    placed = shop.open(a_new_payment(6000, "total"), a_new_payment(4000, "total"))

    placed.invoice("N1", 7000)
    placed.invoice("N2", 3000)

    assert placed.moved_by_payment("settle") == [(2, 4000), (1, 6000)]


def test_r13_connectors_of_different_modes_run_in_total(shop: Shop) -> None:
    placed = shop.open(a_new_payment(6000, "partial"), a_new_payment(4000, "hold", "giftCard"))

    placed.invoice("N1", 7000)

    assert placed.transaction.mode is Mode.TOTAL
    assert sorted(placed.moved_by_payment("settle")) == [(1, 6000), (2, 4000)]


def test_r13_mode_is_kept_when_the_account_changes_its_mind(shop: Shop) -> None:
    placed = shop.open()
    shop.set(partial_settlement=False)

    placed.invoice("N1", 7000)

    assert placed.moved("settle") == [7000]
    assert shop.open().transaction.mode is Mode.TOTAL


@pytest.mark.parametrize(
    ("connectors", "partial_settlement", "mode"),
    [
        ([a_connector()], True, Mode.PARTIAL),
        ([a_connector()], False, Mode.TOTAL),
        ([a_connector(partial_settle=False)], True, Mode.TOTAL),
        ([a_connector(protocol=ConnectorProtocol.LEGACY)], True, Mode.TOTAL),
        ([a_connector(mode=Mode.HOLD)], True, Mode.HOLD),
        ([a_connector(mode=Mode.HOLD)], False, Mode.HOLD),
        ([a_connector(mode=Mode.HOLD, protocol=ConnectorProtocol.LEGACY)], True, Mode.TOTAL),
        ([a_connector(mode=Mode.TOTAL)], True, Mode.TOTAL),
        ([a_connector("a"), a_connector("b")], True, Mode.PARTIAL),
        ([a_connector("a"), a_connector("b", Mode.HOLD)], True, Mode.TOTAL),
        ([a_connector("a"), a_connector("b", partial_settle=False)], True, Mode.TOTAL),
    ],
)
def test_r13_mode_of_a_transaction(connectors: list[Connector], partial_settlement: bool, mode: Mode) -> None:
    assert transaction_mode(connectors, partial_settlement=partial_settlement) is mode


def test_r12_reduction_to_just_what_hold_retains_settles_it_also_when_it_was_asked_for_directly(shop: Shop) -> None:
    placed = shop.open(mode=Mode.HOLD)
    request_movement(shop.ports, ACCOUNT, placed.transaction_id, SETTLEMENT, 7000, None)
    placed.run()
    assert placed.moved("settle") == []

    placed.change("C1", discount=3000)

    assert placed.moved("settle") == [7000]
