"""Order modifications, the asynchronous kind of change, over HTTP (C§2.2)."""

from collections.abc import Callable
from typing import Any

import pytest

from settlement.api.previews.answer import MoneyPreview
from testkit.api import Answer
from testkit.bodies import A, B, Payment
from testkit.merchant import Figures, Merchant, Moved, PlacedOrder, cancel, refund, settle

SETTINGS = "/api/order-system/orders/changes/settings"
REASON = {"reason": "The customer asked for it"}


def items(*listed: dict[str, Any]) -> dict[str, Any]:
    """The value of ``add`` and ``remove``."""
    return {"items": list(listed)}


def one(id_: str, quantity: int = 1, **fields: Any) -> dict[str, Any]:
    """An item of a modification."""
    return {"id": id_, "quantity": quantity, **fields}


class Modifications:
    """The routes of one order's modifications."""

    def __init__(self, order: PlacedOrder) -> None:
        self.order = order
        self.path = f"/api/order-system/orders/{order.order_id}/changes"

    def ask(self, **fields: Any) -> Answer:
        """Ask for a modification."""
        return self.order.api.patch(self.path, REASON | fields)

    def make(self, **fields: Any) -> Any:
        """Have a modification made, and wait for what it does to the money."""
        answer = self.ask(**fields)
        assert answer.status == 202, answer
        self.order.come_to_rest()
        return answer.json

    def preview(self, **fields: Any) -> Answer:
        """Preview a modification."""
        return self.order.api.post(f"{self.path}/preview", REASON | fields)

    def history(self) -> Any:
        """Every modification."""
        return self.order.api.read(self.path)

    def details(self, request_id: str) -> Any:
        """One modification."""
        return self.order.api.read(f"{self.path}/{request_id}")

    def retry(self, request_id: str) -> Answer:
        """Try one again."""
        return self.order.api.post(f"{self.path}/{request_id}/retry")

    def take_back(self, request_id: str) -> Answer:
        """Take one back."""
        return self.order.api.post(f"{self.path}/{request_id}/cancel", {"reason": "changed my mind"})


def test_modification_is_answered_with_what_it_changes_and_then_carried_out(merchant: Merchant) -> None:
    order = merchant.place()
    modifications = Modifications(order)

    made = modifications.make(
        remove=items(one("B")), replace=[{"from": items(one("A")), "to": items(one("C", price=4000))}]
    )

    assert {"requestId", "workflowId", "date", "origin", "settings", *REASON} <= made.keys()
    assert made["origin"]["orderId"] == order.order_id
    assert made["totalChangeValue"] == -2500
    assert made["totals"] == [{"id": "Items", "name": "Items Total", "value": -2500}]
    assert [item["id"] for item in made["remove"]["items"]] == ["B"]
    assert [part["to"]["items"][0]["price"] for part in made["replace"]] == [4000]
    assert order.figures() == Figures("handling", "Approved", value=7500, open=7500)
    assert order.calls() == [cancel("25.00")]
    assert [(line["id"], line["quantity"], line["pendingToInvoice"]) for line in order.order()["items"]] == [
        ("A", 0, 0),
        ("B", 1, 1),
        ("C", 1, 1),
    ]
    order.invoice("N1", 7500)
    assert order.figures() == Figures("invoiced", "Finished", value=7500, invoiced=7500, settled=7500)


def test_preview_answers_the_same_with_the_money_plan_and_applies_nothing(merchant: Merchant) -> None:
    order = merchant.place(Payment(4000, connector="sandbox-total"), Payment(6000, connector="sandbox-total"))
    order.invoice("N1", 3000)
    modifications = Modifications(order)
    wish = {"remove": items(one("B")), "manualDiscountValue": 3500}

    shown = modifications.preview(**wish)

    assert shown.status == 200, shown
    assert modifications.history() == {"requests": [], "actions": []}
    assert order.figures() == Figures("payment-approved", "Settled", invoiced=3000, settled=10000)
    first, second = order.payment_ids
    preview = shown.json
    assert preview.pop("orderValue") == 5000
    plan = [(move["paymentId"], move["operation"], move["value"]) for move in preview["moneyPlan"]]
    assert plan == [(first, "refund", 4000), (second, "refund", 1000)]
    assert all(move["settleId"] for move in preview["moneyPlan"])
    for name in MoneyPreview.__annotations__:
        del preview[name]
    made = modifications.make(**wish)
    new = {"requestId", "workflowId", "date"}
    assert preview.keys() == made.keys()
    assert all(preview[name] == made[name] for name in made.keys() - new)
    assert order.refunds() == Moved([5000], [4000, 1000])


def test_details_and_history_tell_how_far_a_modification_is(merchant: Merchant) -> None:
    order = merchant.place()
    modifications = Modifications(order)

    first = modifications.make(manualDiscountValue=1500)
    second = modifications.make(remove=items(one("B")))

    shown = modifications.details(first["requestId"])
    assert (shown["status"], shown["inProgress"], shown["cancellationData"]) == ("done", False, None)
    assert [line["status"] for line in shown["logs"]] == ["waiting-confirmation", "done"]
    assert {name: shown[name] for name in first} == first
    history = modifications.history()
    assert history["requests"] == [first, second]
    assert [(action["status"], action["cancelledValue"]) for action in history["actions"]] == [
        ("done", 1500),
        ("done", 1500),
    ]
    assert order.event_types().count("OrderModified") == 2


def test_waiting_modification_is_retried_at_once(merchant: Merchant) -> None:
    payment = Payment()
    order = merchant.place(payment)
    modifications = Modifications(order)
    merchant.script("cancellations", "500", "500", "500", payment=payment.id)

    taken = modifications.ask(manualDiscountValue=1500).json["requestId"]
    order.wait_for_event("OperationWaiting")
    assert modifications.details(taken)["status"] == "waiting-confirmation"
    busy, stuck = modifications.ask(manualDiscountValue=1), modifications.take_back(taken)
    retried = modifications.retry(taken)
    order.come_to_rest()

    assert (busy.status, busy.code) == (409, "SalesOrderSystem014")
    assert (stuck.status, stuck.code) == (409, "SalesOrderSystem014")
    assert (retried.status, retried.text) == (204, "")
    assert modifications.details(taken)["status"] == "done"
    assert order.figures() == Figures("handling", "Approved", value=8500, open=8500)
    assert (modifications.retry(taken).code, modifications.take_back(taken).code) == ("SalesOrderSystem016",) * 2


def test_modification_that_waits_for_its_turn_can_be_taken_back(
    merchant: Merchant, resume: Callable[[PlacedOrder], None]
) -> None:
    payment = Payment()
    order = merchant.place(payment)
    modifications = Modifications(order)
    merchant.script("settlements", "500", "500", "500", payment=payment.id)
    order.notify("N1", 5000)
    order.wait_for_event("OperationWaiting")

    taken = modifications.ask(remove=items(one("B", 2))).json["requestId"]
    assert order.order()["value"] == 7000
    answer = modifications.take_back(taken)

    assert answer.status == 200, answer
    shown = modifications.details(taken)
    assert (shown["status"], shown["cancellationData"]["reason"]) == ("canceled", "changed my mind")
    assert modifications.history()["requests"] == []
    assert order.order()["value"] == 10000
    assert [line["pendingToInvoice"] for line in order.order()["items"]] == [1, 2]
    assert modifications.ask(manualDiscountValue=1000).status == 202
    resume(order)
    order.come_to_rest()
    order.invoice("N2", 4000)
    assert order.calls()[-3:] == [settle("50.00"), cancel("10.00"), settle("40.00")]
    assert order.figures() == Figures("invoiced", "Finished", value=9000, invoiced=9000, settled=9000)


def test_modification_completes_the_order(merchant: Merchant) -> None:
    order = merchant.place(Payment(connector="sandbox-hold"))
    order.invoice("N1", 7000, items=[A])
    assert order.calls() == []

    Modifications(order).make(remove=items(one("B", 2)))

    assert order.figures() == Figures("invoiced", "Finished", value=7000, invoiced=7000, settled=7000)
    assert order.calls() == [settle("70.00")]


def test_total_refunds_a_modification_of_what_it_has_settled(merchant: Merchant) -> None:
    order = merchant.place(Payment(connector="sandbox-total"))
    order.invoice("N1", 3000)

    Modifications(order).make(manualDiscountValue=4000)
    order.invoice("N2", 3000)

    assert order.figures() == Figures("invoiced", "Finished", value=6000, invoiced=6000, settled=10000, refunded=4000)
    assert order.calls() == [settle("100.00"), refund("40.00")]


def test_increment_stays_within_max_value(merchant: Merchant) -> None:
    payment = Payment()
    merchant.script("payments", {"maxValue": 120.00}, payment=payment.id)
    order = merchant.place(payment)
    modifications = Modifications(order)
    tag = {"name": "TAX@MANUALPRICE", "value": 10, "isPercentual": True}

    refused = modifications.ask(manualIncrementValue=2001)
    made = modifications.make(add=items(one("B", priceTags=[tag])))
    order.invoice("N1", 11650)

    assert (refused.status, refused.code) == (409, "CHK00342")
    assert {total["id"]: total["value"] for total in made["totals"]} == {"Items": 1500, "Tax": 150}
    assert order.calls() == [settle("116.50")]
    assert order.figures() == Figures("invoiced", "Finished", value=11650, invoiced=11650, settled=11650)


@pytest.mark.parametrize(
    ("wish", "status", "code"),
    [
        ({"manualDiscountValue": 10000}, 400, "CHK0034"),
        ({"manualDiscountValue": -1}, 400, "CHK0098"),
        ({}, 400, "CHK0124"),
        ({"add": items(one("NEW"))}, 400, "CHK0022"),
        ({"remove": items(one("B", 0))}, 400, "CHK0023"),
        ({"remove": items(one("NEW"))}, 400, "SalesOrderSystem010"),
        ({"remove": items(one("B", 3))}, 400, "SalesOrderSystem011"),
        ({"remove": items(one("A"))}, 400, "SalesOrderSystem046"),
        ({"manualIncrementValue": 1}, 409, "CHK00342"),
        ({"manualDiscountValue": 1.5}, 400, "OMS001"),
        ({"reason": None, "manualDiscountValue": 1}, 400, "OMS001"),
    ],
)
def test_refused_modification_leaves_no_trace(merchant: Merchant, wish: dict[str, Any], status: int, code: str) -> None:
    order = merchant.place()
    order.invoice("N1", 5000, items=[A])
    events = len(order.events())
    modifications = Modifications(order)

    answers = [modifications.ask(**wish), modifications.preview(**wish)]

    assert [(answer.status, answer.code) for answer in answers] == [(status, code)] * 2
    assert len(order.events()) == events
    assert modifications.history() == {"requests": [], "actions": []}


def test_orders_take_one_kind_of_change(merchant: Merchant) -> None:
    registered, modified = merchant.place(), merchant.place()
    registered.change("C1", discount=100)
    Modifications(modified).make(manualDiscountValue=100)

    second_kind = Modifications(registered).ask(manualDiscountValue=100)
    first_kind = modified.register_change("C1", discount=100)

    assert (second_kind.status, second_kind.code) == (409, "SalesOrderSystem015")
    assert (first_kind.status, first_kind.code) == (409, "SalesOrderSystem015")


def test_what_is_not_there_is_not_found(merchant: Merchant) -> None:
    order = merchant.place()
    modifications = Modifications(order)
    elsewhere = Modifications(order)
    elsewhere.path = "/api/order-system/orders/none-01/changes"

    unknown = [modifications.retry("none"), modifications.take_back("none")]
    unknown.append(order.api.get(f"{modifications.path}/none"))
    nowhere = [elsewhere.ask(manualDiscountValue=1), elsewhere.preview(manualDiscountValue=1)]
    nowhere.append(order.api.get(elsewhere.path))

    assert {(answer.status, answer.code) for answer in unknown} == {(404, "CHK0289")}
    assert {(answer.status, answer.code) for answer in nowhere} == {(404, "CHK0201")}


def test_settings_are_of_the_account_and_a_modification_may_override_them(other_merchant: Merchant) -> None:
    api = other_merchant.api
    swap = {
        "from": items(one("A")),
        "to": items(one("C", price=4000)) | {"shippingData": {"logisticsInfo": [{"itemIndex": 0, "price": 300}]}},
    }
    default = api.read(SETTINGS)
    compensating = default | {
        "pipelineConfiguration": default["pipelineConfiguration"] | {"compensateShippingChanges": True}
    }

    stored = api.send("PUT", SETTINGS, '{"pipelineConfiguration": {"compensateShippingChanges": true}}')
    first, second = other_merchant.place(), other_merchant.place()
    ours = Modifications(first).make(replace=[swap])
    own = Modifications(second).make(replace=[swap], settings=default)

    assert (stored.status, stored.json) == (200, compensating)
    assert api.read(SETTINGS) == compensating
    pipeline = "pipelineConfiguration"
    assert (ours["totalChangeValue"], ours["settings"][pipeline]) == (-1000, compensating[pipeline])
    assert (own["totalChangeValue"], own["settings"][pipeline]) == (-700, default[pipeline])
    bad = api.send("PUT", SETTINGS, '{"pipelineConfiguration": {"compensateShippingChanges": "yes"}}')
    assert bad.status == 400
    assert api.read(SETTINGS) == compensating


def test_added_line_is_invoiced_on_its_own(merchant: Merchant) -> None:
    payment = Payment()
    merchant.script("payments", {"maxValue": 150.00}, payment=payment.id)
    order = merchant.place(payment)

    Modifications(order).make(add=items(one("B", 2, price=1000, uniqueId="more")))
    order.invoice("N1", 3000, items=[B | {"price": 1000, "quantity": 2}, A | {"price": 1000}])

    lines = {line["uniqueId"]: line for line in order.order()["items"]}
    assert (lines["more"]["invoicedQuantity"], lines["more"]["pendingToInvoice"]) == (2, 0)
    assert [line["pendingToInvoice"] for line in lines.values()] == [0, 2, 0]
    order.invoice("N2", 9000)
    assert order.figures() == Figures("invoiced", "Finished", value=12000, invoiced=12000, settled=12000)
