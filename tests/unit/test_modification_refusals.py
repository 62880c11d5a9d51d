"""Every published code with which an order modification is refused, and what can still be done about one (C§2.2)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from settlement.domain.connectors.connector import Mode
from settlement.domain.errors import InvalidRequest
from settlement.domain.money import MAX_MINOR_UNITS
from settlement.use_cases.orders import modify_order as use_case
from testkit.builders import ACCOUNT, a_connector, a_new_payment, item
from testkit.shop import Shop
from tests.support.modifications import (
    DEFAULTS,
    FAILS,
    body_of,
    details,
    discount,
    found,
    history,
    items,
    lines_of,
    modify,
    one,
    preview,
    refused,
    retry,
    stuck_behind_a_settlement,
    take,
    take_back,
)

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        ({"reason": "  ", "manualDiscountValue": 100}, "CHK0124"),
        ({}, "CHK0124"),
        ({"manualDiscountValue": 100, "manualIncrementValue": 100}, "CHK0124"),
        ({"remove": items(one("  "))}, "CHK0022"),
        ({"add": items(one(""))}, "CHK0022"),
        ({"add": items(one("NEW"))}, "CHK0022"),
        ({"remove": items(one("B", 0))}, "CHK0023"),
        ({"add": items(one("C", -1, price=100))}, "CHK0023"),
        ({"manualDiscountValue": 10000}, "CHK0034"),
        ({"remove": items(one("A"), one("B", 2)), "manualDiscountValue": 2000}, "CHK0034"),
        ({"manualDiscountValue": -1}, "CHK0098"),
        ({"manualIncrementValue": -1}, "CHK0098"),
        ({"manualIncrementValue": MAX_MINOR_UNITS}, "CHK0098"),
        ({"add": items(one("C", price=-1))}, "CHK0098"),
        (
            {"add": items(one("C", price=100, priceTags=[{"name": "DISCOUNT@MANUALPRICE", "value": 101}]))},
            "CHK0098",
        ),
        ({"manualIncrementValue": 1}, "CHK00342"),
        ({"remove": items(one("C"))}, "SalesOrderSystem010"),
        ({"remove": items(one("A", uniqueId="other"))}, "SalesOrderSystem010"),
        ({"remove": items(one("B", 3))}, "SalesOrderSystem011"),
        ({"remove": items(one("B"), one("B", 2))}, "SalesOrderSystem011"),
    ],
)
def test_modification_is_refused_with_its_code_and_so_is_its_preview(
    shop: Shop, wish: dict[str, Any], code: str
) -> None:
    placed = shop.open()
    before, events = placed.heads, len(placed.events)

    assert refused(lambda: take(placed, **wish))[0] == code
    assert refused(lambda: preview(placed, **wish))[0] == code

    assert (placed.heads, len(placed.events), history(placed)["requests"]) == (before, events, [])


def test_chk0034_modification_below_what_is_invoiced_is_refused(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)

    assert refused(lambda: take(placed, **discount(3001))) == ("CHK0034", 400)
    modify(placed, **discount(3000))
    assert placed.status == ("invoiced", "Finished")


def test_chk0096_decrease_that_no_payment_can_give_back_is_refused(shop: Shop) -> None:
    shop.connect(a_connector("plain", Mode.TOTAL, partial_refund=False))
    placed = shop.open(a_new_payment(10000, "plain"))
    placed.invoice("N1", 3000)

    assert refused(lambda: take(placed, **discount(4000))) == ("CHK0096", 409)
    assert placed.order.value == 10000


def test_chk00342_increment_above_max_value_is_refused(shop: Shop) -> None:
    shop.provider.headroom = 2000
    placed = shop.open()

    assert refused(lambda: take(placed, manualIncrementValue=2001)) == ("CHK00342", 409)
    modify(placed, manualIncrementValue=2000)
    assert refused(lambda: take(placed, manualIncrementValue=1)) == ("CHK00342", 409)


def test_chk00342_method_that_cannot_be_charged_again_is_not_raised(shop: Shop) -> None:
    shop.provider.headroom = 2000
    placed = shop.open(a_new_payment(10000, "partial", "giftCard"))

    assert refused(lambda: take(placed, manualIncrementValue=1)) == ("CHK00342", 409)


@pytest.mark.parametrize("invoiced", [0, 10000])
def test_chk0124_order_that_is_not_in_handling_takes_no_modification(shop: Shop, invoiced: int) -> None:
    placed = shop.place().run()
    if invoiced:
        placed.start()
        placed.invoice("N1", invoiced)

    assert refused(lambda: take(placed, **discount(1))) == ("CHK0124", 409)


def test_chk0201_unknown_order_is_not_found(shop: Shop) -> None:
    body = body_of(**discount(1))
    wanted, text = body.as_wanted(DEFAULTS), body.as_text(DEFAULTS)

    acts: list[Callable[[], object]] = [
        lambda: use_case.modify_order(shop.ports, ACCOUNT, "none-01", wanted, text),
        lambda: use_case.load_to_modify(shop.store, ACCOUNT, "none-01"),
        lambda: use_case.retrieve_modifications(shop.ports, ACCOUNT, "none-01"),
        lambda: use_case.retrieve_modification(shop.ports, ACCOUNT, "none-01", "r"),
        lambda: use_case.retry_modification(shop.ports, ACCOUNT, "none-01", "r"),
        lambda: use_case.cancel_modification(shop.ports, ACCOUNT, "none-01", "r", "reason"),
    ]

    assert {refused(act) for act in acts} == {("CHK0201", 404)}


def test_chk0289_unknown_modification_is_not_found(shop: Shop) -> None:
    placed = shop.open()

    assert refused(lambda: found(placed, "none")) == ("CHK0289", 404)
    assert refused(lambda: retry(placed, "none")) == ("CHK0289", 404)
    assert refused(lambda: take_back(placed, "none")) == ("CHK0289", 404)


def test_008_cancelled_order_takes_no_modification(shop: Shop) -> None:
    placed = shop.open()
    placed.cancel()

    assert refused(lambda: take(placed, **discount(1))) == ("SalesOrderSystem008", 409)


def test_014_one_modification_at_a_time(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("cancel", *FAILS)
    modify(placed, **discount(1000))

    assert refused(lambda: take(placed, **discount(1))) == ("SalesOrderSystem014", 409)
    shop.pass_time(HOUR)

    modify(placed, **discount(1))
    assert placed.order.value == 8999


def test_015_order_with_registered_changes_takes_no_modification(shop: Shop) -> None:
    placed = shop.open()
    placed.change("C1", discount=100)

    assert refused(lambda: take(placed, **discount(1))) == ("SalesOrderSystem015", 409)


def test_015_order_with_modifications_takes_no_registered_change(shop: Shop) -> None:
    placed = shop.open()
    modify(placed, **discount(100))

    assert refused(lambda: placed.register("C1", discount=1)) == ("SalesOrderSystem015", 409)
    assert (placed.order.value, placed.order.changes) == (9900, 0)


def test_016_modification_that_is_over_is_not_retried_nor_taken_back(shop: Shop) -> None:
    placed = shop.open()
    done = modify(placed, **discount(100))

    assert refused(lambda: retry(placed, done)) == ("SalesOrderSystem016", 409)
    assert refused(lambda: take_back(placed, done)) == ("SalesOrderSystem016", 409)
    assert placed.order.value == 9900


def test_016_modification_that_was_taken_back_is_not_retried(shop: Shop) -> None:
    placed, taken = stuck_behind_a_settlement(shop, discount(3000))
    take_back(placed, taken)

    assert refused(lambda: retry(placed, taken)) == ("SalesOrderSystem016", 409)


def test_modification_that_failed_waits_to_be_put_right_and_can_be_retried(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("cancel", "400")
    taken = modify(placed, **discount(1500))

    shown = details(placed, taken)
    assert (shown["status"], shown["inProgress"]) == ("waiting-confirmation", True)
    assert "the connector refused cancel of 15.00 BRL" in shown["logs"][-1]["message"]
    retry(placed, taken)
    placed.run()
    assert details(placed, taken)["status"] == "done"
    assert placed.moved("cancel") == [1500]


def test_026_item_on_two_lines_has_to_be_named_by_its_unique_id(shop: Shop) -> None:
    shop.provider.headroom = 9000
    placed = shop.open()
    modify(placed, add=items(one("B", price=1000)))

    assert refused(lambda: take(placed, remove=items(one("B")))) == ("SalesOrderSystem026", 400)
    assert refused(lambda: take(placed, add=items(one("B")))) == ("SalesOrderSystem026", 400)
    modify(placed, remove=items(one("B", uniqueId=lines_of(placed)[2].unique_id)))
    assert placed.order.value == 10000


def test_046_item_that_is_invoiced_is_neither_removed_nor_replaced(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 6500, item("A", 5000), item("B", 1500))

    assert refused(lambda: take(placed, remove=items(one("A")))) == ("SalesOrderSystem046", 400)
    assert refused(lambda: take(placed, remove=items(one("B", 2)))) == ("SalesOrderSystem046", 400)
    swap = [{"from": items(one("A")), "to": items(one("C", price=5000))}]
    assert refused(lambda: take(placed, replace=swap)) == ("SalesOrderSystem046", 400)
    modify(placed, remove=items(one("B")))
    assert placed.order.value == 8500


def test_modification_too_large_to_be_stored_is_refused() -> None:
    shipping = {"shippingData": {"logisticsInfo": [{"selectedSla": "x" * 2000, "addressId": "y" * 2000}] * 70}}
    body = body_of(replace=[{"from": items(one("A")), "to": items(one("C", price=1)) | shipping}])

    with pytest.raises(InvalidRequest, match="limit is 150000"):
        body.as_text(DEFAULTS)


def test_order_has_a_limited_number_of_lines(shop: Shop) -> None:
    placed = shop.open()

    with pytest.raises(InvalidRequest, match="71 lines"):
        take(placed, add=items(*[one("C", price=0)] * 69))
    take(placed, add=items(*[one("C", price=0)] * 68))
    assert len(lines_of(placed)) == 70
