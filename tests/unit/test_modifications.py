"""Order modifications, the asynchronous kind of change: what they compute, what their money does (C§2.2)."""

from datetime import timedelta
from typing import Any

import pytest

from settlement.api.modifications.request import ModificationSettings
from settlement.api.previews.answer import MoneyPreview
from settlement.domain.changes.modification import ModificationStatus
from settlement.domain.connectors.connector import Mode
from settlement.domain.events import EventType
from settlement.domain.ledger.ledger import Counters
from settlement.domain.planning.planning import Ask
from testkit.builders import a_new_payment, item
from testkit.shop import Shop
from tests.support.modifications import (
    answered,
    details,
    discount,
    found,
    history,
    items,
    lines_of,
    modify,
    one,
    preview,
    previewed,
    quantities,
    take,
)
from tests.support.previewing import planned

HOUR = timedelta(hours=1)


def test_modification_is_answered_at_once_and_carried_out_after(shop: Shop) -> None:
    placed = shop.open()

    taken = take(placed, remove=items(one("B")))

    shown = answered(taken)
    assert (placed.order.value, placed.ledger.cancelled) == (8500, 0)
    assert shown["totalChangeValue"] == -1500
    assert shown["totals"] == [{"id": "Items", "name": "Items Total", "value": -1500}]
    assert shown["remove"]["items"][0]["id"] == "B"
    assert taken.status is ModificationStatus.WAITING_CONFIRMATION
    placed.run()
    assert placed.ledger == Counters(authorised=10000, cancelled=1500)
    assert found(placed, shown["requestId"]).status is ModificationStatus.DONE


def test_preview_answers_the_same_and_applies_nothing(shop: Shop) -> None:
    placed = shop.open()
    before, events = placed.heads, len(placed.events)
    wish: dict[str, Any] = {
        "remove": items(one("B")),
        "replace": [{"from": items(one("A")), "to": items(one("C", 2, price=2000, manualDiscountValue=50))}],
        "manualDiscountValue": 100,
    }

    shown = previewed(placed, **wish)

    assert (placed.heads, len(placed.events)) == (before, events)
    assert shown.pop("orderValue") == 10000 - 1500 - 1000 - 150
    figures = {"valueBefore": 10000, "valueAfter": 7350, "invoicedAfter": 0, "statusAfter": "handling"}
    movement = {"connector": "partial", "operation": "cancel", "value": 2650, "settleId": None}
    assert {name: shown.pop(name) for name in MoneyPreview.__annotations__} == {
        "orderId": placed.order_id,
        "transactionId": placed.transaction_id,
        "version": before.version,
        "order": figures,
        "transaction": {"statusAfter": "Approved"},
        "moneyPlan": [{"paymentId": placed.payments[0].payment_id, **movement}],
        "warnings": [],
    }
    made = answered(take(placed, **wish))
    new = {"requestId", "workflowId", "date"}
    assert {name: value for name, value in shown.items() if name not in new} == {
        name: value for name, value in made.items() if name not in new
    }
    assert shown.keys() == made.keys()


def test_money_plan_names_every_payment_and_is_what_happens(shop: Shop) -> None:
    placed = shop.open(a_new_payment(4000, "partial"), a_new_payment(6000, "partial"))
    placed.invoice("N1", 3000)
    placed.auto_settle(2)

    plan = [move[:3] for move in planned(preview(placed, **discount(3000)))]
    modify(placed, **discount(3000))

    first, second = (payment.payment_id for payment in placed.payments)
    assert plan == [(first, "cancel", 1000), (first, "refund", 2000)]
    assert (placed.moved_by_payment("cancel"), placed.moved_by_payment("refund")) == ([(1, 1000)], [(1, 2000)])
    assert second not in {held[0] for held in plan}


def test_money_plan_of_hold_tells_that_the_connector_settles_what_is_retained(shop: Shop) -> None:
    placed = shop.open(mode=Mode.HOLD)
    placed.invoice("N1", 7000)

    plan = [move[1:3] for move in planned(preview(placed, **discount(3000)))]

    assert plan == [("withhold", 3000), ("settle", 7000)]


def test_items_are_added_at_their_own_price_or_at_the_one_they_were_bought_for(shop: Shop) -> None:
    shop.provider.headroom = 9000
    placed = shop.open()

    modify(placed, add=items(one("C", 2, price=700), one("B", price=1400), one("B", 2)))

    assert placed.order.value == 10000 + 1400 + 1400 + 3000
    assert [(line.id, line.quantity, line.selling_price) for line in lines_of(placed)[2:]] == [
        ("C", 2, 700),
        ("B", 1, 1400),
        ("B", 2, 1500),
    ]


def test_replacement_of_equal_value_moves_lines_and_no_money(shop: Shop) -> None:
    placed = shop.open()

    taken = take(placed, replace=[{"from": items(one("A")), "to": items(one("C", price=5000))}])

    assert taken.operation is None
    assert taken.status is ModificationStatus.DONE
    assert quantities(placed) == [("A", 0, 1, 0), ("B", 2, 0, 2), ("C", 1, 0, 1)]
    assert (placed.order.value, placed.transaction.is_idle) == (10000, True)


def test_freight_of_a_replacement_counts_unless_it_is_compensated(shop: Shop) -> None:
    shop.provider.headroom = 5000
    swap = {
        "from": items(one("A")),
        "to": items(one("C", price=5000)) | {"shippingData": {"logisticsInfo": [{"itemIndex": 0, "price": 300}]}},
    }
    compensating = ModificationSettings.model_validate({"pipelineConfiguration": {"compensateShippingChanges": True}})
    charged, compensated, own = shop.open(), shop.open(), shop.open()

    shown = answered(take(charged, replace=[swap]))
    take(compensated, compensating, replace=[swap])
    take(own, replace=[swap], settings={"pipelineConfiguration": {"compensateShippingChanges": True}})

    assert shown["totals"] == [{"id": "Shipping", "name": "Shipping Total", "value": 300}]
    assert (charged.order.value, compensated.order.value, own.order.value) == (10300, 10000, 10000)


def test_manual_values_come_on_top_of_the_items(shop: Shop) -> None:
    shop.provider.headroom = 5000
    placed = shop.open()

    shown = answered(take(placed, remove=items(one("B")), manualDiscountValue=200, manualIncrementValue=50))

    assert shown["totals"] == [
        {"id": "Items", "name": "Items Total", "value": -1500},
        {"id": "ManualValues", "name": "Manual Values Total", "value": -150},
    ]
    assert placed.order.value == 8350


@pytest.mark.parametrize(
    ("tags", "items_value", "tax"),
    [
        ([("DISCOUNT@MANUALPRICE", 100, False)], 2900, 0),
        ([("DISCOUNT@MANUALPRICE", -100, False)], 2900, 0),
        ([("DISCOUNT@MANUALPRICE", 10, True)], 2700, 0),
        ([("DISCOUNT@MANUALPRICE", 100, True)], 0, 0),
        ([("TAX@MANUALPRICE", 5, True)], 3000, 150),
        ([("TAX@MANUALPRICE", 77, False), ("DISCOUNT@MANUALPRICE", 33, True)], 2010, 77),
    ],
)
def test_price_tags_lower_an_item_or_tax_it(
    shop: Shop, tags: list[tuple[str, int, bool]], items_value: int, tax: int
) -> None:
    shop.provider.headroom = 5000
    placed = shop.open()
    listed = [{"name": name, "value": value, "isPercentual": percent} for name, value, percent in tags]

    shown = answered(take(placed, add=items(one("C", 2, price=1500, priceTags=listed))))

    values = {total["id"]: total["value"] for total in shown["totals"]}
    assert (values.get("Items", 0), values.get("Tax", 0)) == (items_value, tax)
    assert placed.order.value == 10000 + items_value + tax


@pytest.mark.parametrize(("price", "percent", "off"), [(15, 10, 2), (14, 10, 1), (17, 33, 6), (65, 50, 33)])
def test_percentage_is_rounded_half_up_to_a_cent(shop: Shop, price: int, percent: int, off: int) -> None:
    shop.provider.headroom = 5000
    placed = shop.open()
    tag = {"name": "DISCOUNT@MANUALPRICE", "value": percent, "isPercentual": True}

    modify(placed, add=items(one("C", price=price, priceTags=[tag])))

    assert placed.order.value == 10000 + price - off


def test_price_and_tags_of_what_is_removed_say_what_is_given_back(shop: Shop) -> None:
    placed = shop.open()
    tag = {"name": "DISCOUNT@MANUALPRICE", "value": 10, "isPercentual": True}

    modify(placed, remove=items(one("B", 2, price=1400, priceTags=[tag])))

    assert placed.order.value == 10000 - 2520
    assert placed.moved("cancel") == [2520]


def test_same_item_is_removed_twice_in_one_modification(shop: Shop) -> None:
    placed = shop.open()

    modify(placed, remove=items(one("B"), one("B")))

    assert quantities(placed) == [("A", 1, 0, 1), ("B", 0, 2, 0)]
    assert placed.order.value == 7000


def test_lines_of_one_sku_are_told_apart_by_their_unique_id(shop: Shop) -> None:
    placed = shop.open()
    modify(placed, replace=[{"from": items(one("A")), "to": items(one("B", price=5000))}])
    dear = lines_of(placed)[2]

    modify(placed, remove=items(one("B", uniqueId=dear.unique_id)))

    assert quantities(placed) == [("A", 0, 1, 0), ("B", 2, 0, 2), ("B", 0, 1, 0)]
    assert placed.order.value == 5000


def test_added_line_never_takes_the_place_of_another(shop: Shop) -> None:
    shop.provider.headroom = 5000
    placed = shop.open()
    taken = lines_of(placed)[0].unique_id

    modify(placed, add=items(one("C", price=100, uniqueId="mine"), one("C", price=200, uniqueId=taken)))
    modify(placed, add=items(one("D", price=300, uniqueId="0004-D")))
    modify(placed, add=items(one("D", price=300)))

    lines = lines_of(placed)
    assert [line.id for line in lines] == ["A", "B", "C", "C", "D", "D"]
    assert [line.unique_id for line in lines[2:3]] == ["mine"]
    assert len({line.unique_id for line in lines}) == 6
    assert [line.index for line in lines] == list(range(6))


def test_item_on_two_lines_of_different_prices_is_added_at_the_price_of_the_named_one(shop: Shop) -> None:
    shop.provider.headroom = 9000
    placed = shop.open()
    modify(placed, add=items(one("B", price=1000, uniqueId="cheap")))

    modify(placed, add=items(one("B", uniqueId="cheap")))

    assert placed.order.value == 12000


def test_modification_that_reaches_what_is_invoiced_completes_the_order(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000, item("A", 5000))

    taken = modify(placed, remove=items(one("B", 2)))

    assert placed.status == ("invoiced", "Finished")
    assert placed.ledger == Counters(authorised=10000, captured=7000, cancelled=3000)
    assert placed.order.invoiced_at == shop.clock.time
    assert details(placed, taken)["status"] == "done"


def test_completing_modification_settles_what_hold_retains(shop: Shop) -> None:
    placed = shop.open(mode=Mode.HOLD)
    placed.invoice("N1", 7000)
    assert placed.moved("settle") == []

    modify(placed, **discount(3000))

    assert placed.moved("settle") == [7000]
    assert placed.requests == [7000]
    assert placed.status == ("invoiced", "Finished")
    assert placed.ledger == Counters(authorised=10000, captured=7000, withheld=3000)


def test_hold_settles_less_after_a_modification(shop: Shop) -> None:
    placed = shop.open(mode=Mode.HOLD)

    modify(placed, **discount(2000))
    placed.invoice("N1", 8000)

    assert (placed.moved("cancel"), placed.moved("settle")) == ([], [8000])
    assert placed.status == ("invoiced", "Finished")


def test_total_withholds_a_modification_before_it_settles_and_refunds_one_after(shop: Shop) -> None:
    placed = shop.open(mode=Mode.TOTAL)

    modify(placed, **discount(2000))
    placed.invoice("N1", 3000)
    modify(placed, **discount(4000))
    placed.invoice("N2", 1000)

    assert (placed.moved("cancel"), placed.moved("settle"), placed.moved("refund")) == ([], [8000], [4000])
    assert placed.status == ("invoiced", "Finished")
    assert placed.order.value == placed.ledger.net_captured == 4000


@pytest.mark.parametrize("mode", list(Mode))
def test_increment_within_max_value_is_settled_with_its_invoice(shop: Shop, mode: Mode) -> None:
    shop.provider.headroom = 2000
    placed = shop.open(mode=mode)

    modify(placed, add=items(one("B")))
    assert (placed.order.value, placed.transaction.ledger.open, placed.moved("settle")) == (11500, 11500, [])
    placed.invoice("N1", 11500)

    assert placed.moved("settle") == [11500]
    assert placed.status == ("invoiced", "Finished")


def test_increment_after_total_has_settled_is_settled_with_the_next_invoice(shop: Shop) -> None:
    shop.provider.headroom = 2000
    placed = shop.open(mode=Mode.TOTAL)
    placed.invoice("N1", 7000)

    modify(placed, manualIncrementValue=1500)
    placed.invoice("N2", 4500)

    assert placed.moved("settle") == [10000, 1500]
    assert placed.status == ("invoiced", "Finished")


def test_modification_is_tried_again_by_itself_until_it_is_done(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("cancel", "500", "500", "500", "500", "500", "500")

    taken = modify(placed, **discount(1500))
    assert details(placed, taken)["status"] == "waiting-confirmation"
    shop.pass_time(HOUR)

    assert details(placed, taken)["status"] == "done"
    assert placed.moved("cancel") == [1500]


def test_details_tell_status_progress_and_log(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("cancel", "500", "500", "500")

    taken = modify(placed, **discount(1500))
    waiting = details(placed, taken)
    shop.pass_time(HOUR)
    done = details(placed, taken)

    assert (waiting["status"], waiting["inProgress"], waiting["finished"]) == ("waiting-confirmation", True, False)
    assert (done["status"], done["inProgress"], done["finished"]) == ("done", False, True)
    assert [line["message"] for line in waiting["logs"]] == [
        "the change was accepted",
        "the change is waiting for its next attempt",
    ]
    assert [line["status"] for line in done["logs"]] == ["waiting-confirmation", "done"]
    assert set(done["logs"][0]) == {"date", "message", "source", "status"}
    assert done["cancellationData"] is None


def test_history_lists_modifications_oldest_first_with_what_they_moved(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 3000)
    placed.auto_settle()
    first = modify(placed, **discount(1000))
    second = modify(placed, remove=items(one("B")))

    shown = history(placed)

    assert [request["requestId"] for request in shown["requests"]] == [first, second]
    assert [(action["requestId"], action["refundedValue"]) for action in shown["actions"]] == [
        (first, 1000),
        (second, 1500),
    ]


def test_modification_and_its_money_are_on_the_timeline(shop: Shop) -> None:
    placed = shop.open()

    taken = modify(placed, **discount(1500))

    [event] = placed.said(EventType.ORDER_MODIFIED)
    assert (event.data["requestId"], event.data["changeValue"], event.data["value"]) == (taken, -1500, 8500)
    assert placed.operation.origin == f"modification/{taken}"
    assert placed.operation.ask == Ask(reduction=1500, requested_through=0)


def test_more_than_fifty_modifications_are_taken(shop: Shop) -> None:
    placed = shop.open()

    for _ in range(51):
        modify(placed, **discount(1))

    assert (placed.order.value, placed.order.modifications) == (9949, 51)
    assert len(history(placed)["requests"]) == 51
