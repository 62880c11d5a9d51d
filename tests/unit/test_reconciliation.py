"""Reconciliation: agreement of requests, actions and ledger, and each way in which they can differ."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.domain.audit.reconciliation import Difference, Reconciliation, reconcile
from settlement.domain.connectors.connector import Mode
from settlement.domain.errors import Refusal
from settlement.domain.ledger.ledger import Counters
from settlement.domain.transaction.deeds import deeds_of_all
from settlement.domain.transaction.leg import LegState
from testkit.builders import a_leg, a_new_payment, a_payment, a_transaction, an_operation, an_order
from testkit.shop import Placed, Shop
from tests.support.books import reconciled


def of(placed: Placed) -> Reconciliation:
    """Reconcile an order of the shop."""
    return reconciled(placed)


def differing(placed: Placed) -> set[str]:
    """What differs."""
    return {difference.what for difference in of(placed).differences}


@pytest.mark.parametrize("mode", Mode)
def test_requests_actions_and_ledger_agree_after_every_step_of_an_order(shop: Shop, mode: Mode) -> None:
    placed = shop.open(mode=mode)
    steps: tuple[Callable[[], object], ...] = (
        lambda: placed.invoice("N1", 5000),
        lambda: placed.change("C1", discount=1000),
        lambda: placed.invoice("N2", 4000),
        lambda: placed.give_back("D1", 1500),
    )
    for step in steps:
        step()
        assert of(placed).is_consistent, of(placed)

    found = of(placed)

    assert found.requested == 9000
    assert found.actions == found.ledger.captured
    assert found.actions - found.ledger.refunded == 7500
    assert not found.is_pending


def test_two_payments_one_denied_is_consistent(shop: Shop) -> None:
    shop.provider.script("authorise", "ok", "denied")
    placed = shop.place(a_new_payment(4000, "partial"), a_new_payment(6000, "partial"))

    placed.run()

    assert placed.status == ("canceled", "Cancelled")
    assert of(placed).is_consistent, of(placed)


def test_cancelled_order_that_kept_nothing_is_consistent(shop: Shop) -> None:
    placed = shop.open()
    placed.auto_settle()

    placed.cancel()

    assert of(placed).is_consistent, of(placed)


def test_what_is_queued_is_pending_and_no_difference(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.usually("settle", "500")

    placed.invoice("N1", 7000)

    assert of(placed).is_pending
    assert of(placed).is_consistent


def test_settlement_that_failed_for_good_shows_what_is_missing(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("settle", "400")

    placed.invoice("N1", 7000)

    assert Difference("settlement requests and actions", 7000, 0) in of(placed).differences


def test_value_in_doubt_is_named(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.usually("settle", "drop")
    placed.invoice("N1", 7000)
    shop.pass_time(timedelta(hours=30))

    found = of(placed)

    assert Difference("value in doubt", 0, 7000) in found.differences
    assert not found.is_pending


def test_refund_that_a_person_has_to_make_is_asked_and_not_done(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 10000)
    shop.provider.script("refund", "501")

    placed.give_back("D1", 1500)

    assert differing(placed) == {"refunds asked and done"}
    assert of(placed).manual == 1500


def test_cancellation_that_a_person_has_to_make_counts_as_done(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("cancel", "501")

    placed.change("C1", discount=1500)

    assert of(placed).is_consistent, of(placed)
    assert of(placed).manual == 1500


def books(**changes: Any) -> Reconciliation:
    """Reconcile an approved order of 10000 of which 7000 are settled, with one thing changed."""
    counters = Counters(authorised=10000, captured=7000)
    payment = a_payment(counters=changes.pop("counters", counters))
    transaction = a_transaction(ledger=counters, requested=changes.pop("requested", 7000), head=2, tail=2)
    request = an_operation(state="done")
    operation = replace(request, ask=replace(request.ask, request=7000, requested_through=7000))
    leg = a_leg(state=LegState.POSTED, posted_value=changes.pop("posted", 7000))
    deeds = deeds_of_all([operation], [leg])
    return reconcile(an_order(invoiced=7000), transaction, [payment], deeds, operation.ask.requested_through)


def test_action_that_is_not_in_the_ledger_is_named_with_its_payment() -> None:
    assert books(posted=6999).differences == (Difference("settlement actions and ledger", 6999, 7000, "P1"),)


def test_head_that_differs_from_its_payments_is_named() -> None:
    found = books(counters=Counters(authorised=10001, captured=7000)).differences

    assert found[0] == Difference("transaction and payments: authorised", 10001, 10000)


def test_head_that_differs_from_its_requests_is_named() -> None:
    assert Difference("settlement requests and transaction", 7000, 6000) in books(requested=6000).differences


def test_difference_is_what_the_second_side_is_short_of() -> None:
    assert Difference("", 7000, 5000).value == 2000


STEPS = st.lists(
    st.tuples(st.sampled_from(["invoice", "discount", "return", "auto_settle", "cancel"]), st.integers(1, 9000)),
    max_size=8,
)


@given(mode=st.sampled_from(list(Mode)), steps=STEPS, split=st.booleans())
def test_an_order_whose_connectors_do_as_they_are_told_is_consistent_at_rest(
    mode: Mode, steps: list[tuple[str, int]], split: bool
) -> None:
    shop = Shop()
    name = mode.value
    payments = (a_new_payment(4000, name), a_new_payment(6000, name)) if split else (a_new_payment(10000, name),)
    placed = shop.open(*payments)
    for number, (step, value) in enumerate(steps):
        try:
            match step:
                case "invoice":
                    placed.invoice(f"N{number}", value)
                case "discount":
                    placed.change(f"C{number}", discount=value)
                case "return":
                    placed.give_back(f"D{number}", value)
                case "auto_settle":
                    placed.auto_settle()
                case "cancel":
                    placed.cancel()
        except Refusal:
            continue
        assert of(placed).is_consistent, of(placed)
