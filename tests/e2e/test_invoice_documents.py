"""The other invoice contract, parcels, what is left to invoice, and one SKU on two lines (C§1.1, C§1.2, R20)."""

import json
from typing import Any

import pytest

from testkit.api import Answer
from testkit.bodies import A, B, Payment, order_body
from testkit.merchant import Figures, Merchant, PlacedOrder, refund, settle

PARCEL = {
    "trackingNumber": "BR123",
    "trackingUrl": "https://track.example/BR123",
    "dispatchedDate": "2026-03-03",
    "courier": "Correios",
}
SEEN = {"city": "Recife", "state": "PE", "description": "left the depot", "date": "2026-03-04 10:00"}
ON_ITS_WAY = {"isDelivered": False, "deliveredDate": None, "events": [SEEN]}
DELIVERED = {"isDelivered": True, "deliveredDate": "2026-03-05 11:30", "events": [SEEN]}


def notify_document(order: PlacedOrder, number: str, value: object, *items: dict[str, Any], **fields: Any) -> Answer:
    """Notify an invoice by the contract with issuedDate, itemIndex and extraValue."""
    body = {
        "type": "Output",
        "issuedDate": "2026-03-02",
        "invoiceNumber": number,
        "invoiceValue": value,
        "items": list(items),
    }
    return order.api.post(f"/api/orders/pvt/document/{order.order_id}/invoices", body | fields)


def line(index: int, total: int, quantity: int = 1) -> dict[str, int]:
    """An item of such an invoice; ``price`` is the total of the line."""
    return {"itemIndex": index, "price": total, "quantity": quantity}


def track(order: PlacedOrder, number: str, parcel: dict[str, Any] = PARCEL) -> Answer:
    """Say where a parcel is to be found."""
    return order.api.patch(f"{order.path}/invoice/{number}", parcel)


def deliver(order: PlacedOrder, number: str, delivery: dict[str, Any]) -> Answer:
    """Say how far a parcel is."""
    return order.api.send("PUT", f"{order.path}/invoice/{number}/tracking", json.dumps(delivery))


def package(order: PlacedOrder, number: str) -> Any:
    """An invoice as the order shows it."""
    packages = order.order()["packageAttachment"]["packages"]
    return next(shown for shown in packages if shown["invoiceNumber"] == number)


def left(order: PlacedOrder, **query: str) -> Any:
    """What is left to invoice."""
    return order.api.read(f"{order.path}/left-to-invoice", **query)


def told(order: PlacedOrder, number: str) -> Any:
    """What the timeline says of an invoice."""
    return next(
        event["Data"]
        for event in order.events()
        if event["Type"] == "InvoiceNotified" and event["Data"]["invoiceNumber"] == number
    )


def test_document_contract_invoices_lines_by_index_at_their_total(merchant: Merchant) -> None:
    order = merchant.place()

    answer = notify_document(order, "N1", 8000, line(0, 5000), line(1, 3000, 2))
    assert set(answer.json) == {"date", "orderId", "receipt"}
    assert "itemsValue" not in told(order, "N1")
    second = notify_document(order, "N2", 2000, extraValue=2000, cfop="5.102", volumes=2, invoiceKey="4" * 44)
    order.come_to_rest()

    assert (answer.status, second.status) == (200, 200)
    assert [(item["itemIndex"], item["quantity"], item["price"]) for item in package(order, "N1")["items"]] == [
        (0, 1, 5000),
        (1, 2, 1500),
    ]
    shown = package(order, "N2")
    assert (shown["extraValue"], shown["cfop"], shown["volumes"], shown["invoiceKey"]) == (2000, "5.102", 2, "4" * 44)
    assert shown["issuanceDate"].startswith("2026-03-02")
    assert order.calls() == [settle("80.00"), settle("20.00")]
    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000)


def test_extra_value_belongs_to_what_the_items_have_to_add_up_to(merchant: Merchant) -> None:
    order = merchant.place()

    notify_document(order, "N1", 7000, line(0, 5000), extraValue=2000)
    notify_document(order, "N2", 3000, line(1, 2000), extraValue=500)
    order.come_to_rest()

    assert "itemsValue" not in told(order, "N1")
    assert told(order, "N2")["itemsValue"] == 2500
    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000)


def test_total_that_its_quantity_does_not_divide_is_shown_to_the_cent(merchant: Merchant) -> None:
    order = merchant.place(
        Payment(65),
        value=65,
        items=[{"id": "A", "quantity": 4, "price": 17}],
        totals=[{"id": "Items", "value": 68}, {"id": "Discounts", "value": -3}],
    )

    notify_document(order, "N1", 65, line(0, 65, 4))
    order.come_to_rest()

    items = package(order, "N1")["items"]
    assert [(item["itemIndex"], item["quantity"], item["price"]) for item in items] == [(0, 1, 17), (0, 3, 16)]
    assert "itemsValue" not in told(order, "N1")
    assert order.figures() == Figures("invoiced", "Finished", 65, invoiced=65, settled=65)


def test_both_contracts_share_the_invoice_numbers(merchant: Merchant) -> None:
    order = merchant.place()
    order.invoice("N1", 7000)

    again = notify_document(order, "N1", 7000)
    other_type = notify_document(order, "N1", 7000, type="Input")

    assert again.status == 200
    assert other_type.status == 400
    assert order.calls() == [settle("70.00")]


def test_returns_by_the_document_contract_are_refunded(merchant: Merchant) -> None:
    order = merchant.place()
    order.invoice("N1", 10000, items=[A, B | {"quantity": 2}])

    assert notify_document(order, "D1", 1500, line(1, 1500), type="input").status == 200
    order.come_to_rest()

    assert order.calls() == [settle("100.00"), refund("15.00")]
    restitution = package(order, "D1")["restitutions"]["Refund"]
    assert restitution["value"] == 1500
    assert [(item["id"], item["quantity"]) for item in restitution["items"]] == [("B", 1)]
    assert [shown["returnedQuantity"] for shown in order.order()["items"]] == [0, 1]


@pytest.mark.parametrize(
    "fields",
    [
        {"issuedDate": None},
        {"issuedDate": "02/03/2026"},
        {"invoiceValue": 0},
        {"invoiceValue": -1},
        {"invoiceValue": 10.5},
        {"invoiceNumber": "A/1"},
        {"items": [{"itemIndex": -1, "price": 1, "quantity": 1}]},
        {"items": [{"itemIndex": 0, "price": 1, "quantity": 0}]},
        {"items": [{"itemIndex": "0.0", "price": 1, "quantity": 1}]},
        {"items": [{"id": "A", "price": 1, "quantity": 1}]},
        {"extraValue": -1},
        {"type": "Sale"},
    ],
)
def test_document_that_is_not_sound_is_refused(merchant: Merchant, fields: dict[str, Any]) -> None:
    order = merchant.place()

    answer = notify_document(order, "N1", 7000, **fields)

    assert answer.status == 400, answer
    assert answer.message
    assert order.figures() == Figures("handling", "Approved", open=10000)
    assert "InvoiceNotified" not in order.event_types()


def test_document_of_an_unknown_order_is_not_found(merchant: Merchant) -> None:
    order = merchant.place()
    order.order_id = "none-01"

    answer = notify_document(order, "N1", 7000)

    assert (answer.status, answer.code) == (404, "OMS007")
    order.order_id = order.path.rpartition("/")[2]


def test_r32_tracking_moves_no_money(merchant: Merchant) -> None:
    order = merchant.place()
    order.invoice("N1", 7000)
    figures, calls, events = order.figures(), order.calls(), order.event_types()

    answers = [track(order, "N1"), deliver(order, "N1", ON_ITS_WAY), deliver(order, "N1", DELIVERED)]

    assert [answer.status for answer in answers] == [200, 200, 200]
    assert all(set(answer.json) == {"date", "orderId", "receipt"} for answer in answers)
    shown = package(order, "N1")
    assert {name: shown[name] for name in ("trackingNumber", "trackingUrl", "courier")} == {
        name: PARCEL[name] for name in ("trackingNumber", "trackingUrl", "courier")
    }
    status = shown["courierStatus"]
    assert (status["finished"], status["deliveredDate"]) == (True, "2026-03-05 11:30")
    assert [(seen["city"], seen["state"], seen["description"]) for seen in status["data"]] == [
        ("Recife", "PE", "left the depot")
    ]
    assert (order.figures(), order.calls()) == (figures, calls)
    assert order.event_types() == events + ["TrackingUpdated"] * 3


def test_r32_tracking_has_its_rules(merchant: Merchant) -> None:
    order = merchant.place()
    order.invoice("N1", 10000)
    order.notify("N2", 100)

    early = deliver(order, "N1", DELIVERED)
    unknown = [track(order, "N9"), deliver(order, "N9", DELIVERED)]
    stand_alone = [track(order, "N2"), deliver(order, "N2", DELIVERED)]
    empty = track(order, "N1", {})
    otherwise = track(order, "N1", {"invoiceValue": 9000})
    elsewhere = order.api.patch("/api/oms/pvt/orders/none-01/invoice/N1", PARCEL)

    assert early.status == 400
    assert "trackingNumber" in early.message
    assert {(answer.status, answer.code) for answer in unknown} == {(404, "OMS004")}
    assert "Invoice Not Found" in unknown[0].message
    assert {answer.status for answer in stand_alone} == {409}
    assert (empty.status, otherwise.status) == (400, 400)
    assert "invoiceValue 10000" in otherwise.message
    assert (elsewhere.status, elsewhere.code) == (404, "OMS007")
    assert package(order, "N1")["trackingNumber"] in (None, "")


def test_r32_parcels_are_tracked_per_invoice_and_survive_a_replay(merchant: Merchant) -> None:
    order = merchant.place()
    order.invoice("N1", 7000)
    order.invoice("N2", 3000)

    track(order, "N1")
    track(order, "N2", PARCEL | {"trackingNumber": "BR999", "trackingUrl": None})
    order.invoice("N1", 7000)

    assert [package(order, number)["trackingNumber"] for number in ("N1", "N2")] == ["BR123", "BR999"]
    assert order.calls() == [settle("70.00"), settle("30.00")]


def test_r20_left_to_invoice_is_exact_for_a_discount_that_nothing_divides(merchant: Merchant) -> None:
    """4 x 17 - 3 = 65 and freight 1000: units of 17, 16, 16, 16, one by one, then the freight."""
    order = merchant.place(
        Payment(1065),
        value=1065,
        items=[{"id": "A", "quantity": 4, "price": 17}],
        totals=[
            {"id": "Items", "value": 68},
            {"id": "Discounts", "value": -3},
            {"id": "Shipping", "value": 1000},
        ],
    )
    assert left(order, invoices="3")["invoiceValues"] == [355, 355, 355]

    prices = []
    for number in range(4):
        [item] = left(order)["items"]
        prices.append(item["sellingPrices"][0]["value"])
        order.invoice(f"N{number}", prices[-1], items=[{"id": "A", "price": prices[-1], "quantity": 1}])
    rest = left(order)

    assert prices == [17, 16, 16, 16]
    assert (rest["value"], rest["items"], rest["extraValue"]) == (1000, [], 1000)
    order.invoice("N9", rest["value"])
    assert order.figures() == Figures("invoiced", "Finished", 1065, invoiced=1065, settled=1065)


def test_r20_thirds_lose_no_cent(merchant: Merchant) -> None:
    order = merchant.place()

    values = left(order, invoices="3")["invoiceValues"]
    for number, value in enumerate(values):
        order.invoice(f"N{number}", value)

    assert values == [3334, 3333, 3333]
    assert order.calls() == [settle("33.34"), settle("33.33"), settle("33.33")]
    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000)
    assert left(order) == {
        "orderId": order.order_id,
        "value": 0,
        "items": [],
        "extraValue": 0,
        "invoiceValues": [0],
    }


@pytest.mark.parametrize("invoices", ["0", "-1", "1001", "many"])
def test_left_to_invoice_takes_a_sensible_number_of_invoices(merchant: Merchant, invoices: str) -> None:
    order = merchant.place()

    answer = order.api.get(f"{order.path}/left-to-invoice", invoices=invoices)

    assert answer.status == 400
    assert "invoices" in answer.message


def test_same_sku_on_two_lines_is_invoiced_left_changed_and_returned_by_line(merchant: Merchant) -> None:
    order = merchant.place(
        items=[
            {"id": "A", "quantity": 1, "price": 6000, "uniqueId": "dear"},
            {"id": "A", "quantity": 2, "price": 1000, "uniqueId": "cheap"},
        ]
    )

    order.invoice("N1", 1000, items=[{"id": "A", "price": 1000, "quantity": 1}])
    assert package(order, "N1")["items"][0]["itemIndex"] == 1
    assert [(item["uniqueId"], item["quantity"], item["value"]) for item in left(order)["items"]] == [
        ("dear", 1, 6000),
        ("cheap", 1, 1000),
    ]
    assert left(order)["extraValue"] == 2000
    order.change("C1", discount=1000, itemsRemoved=[{"id": "A", "price": 1000, "quantity": 1, "uniqueId": "cheap"}])
    assert [item["uniqueId"] for item in left(order)["items"]] == ["dear"]
    order.invoice("N2", 8000, items=[{"id": "A", "price": 6000, "quantity": 1, "itemIndex": 0}])
    order.give_back("D1", 6000, items=[{"id": "A", "price": 6000, "quantity": 1, "uniqueId": "dear"}])
    order.give_back("D2", 1000, items=[{"id": "A", "price": 1000, "quantity": 1}])

    lines = {shown["uniqueId"]: shown for shown in order.order()["items"]}
    assert [lines[name]["invoicedQuantity"] for name in ("dear", "cheap")] == [1, 1]
    assert [lines[name]["returnedQuantity"] for name in ("dear", "cheap")] == [1, 1]
    assert [lines[name]["pendingToInvoice"] for name in ("dear", "cheap")] == [0, 0]
    assert package(order, "D2")["items"][0]["itemIndex"] == 1
    assert {call.value for call in order.calls()[-3:-1]} == {10, 50}
    assert order.calls()[-1] == refund("10.00")
    assert order.figures() == Figures("invoiced", "Finished", value=9000, invoiced=9000, settled=9000, refunded=7000)


def test_order_of_several_lines_of_one_sku_needs_distinct_unique_ids(merchant: Merchant) -> None:
    lines = [{"id": "A", "quantity": 1, "price": 4000, "uniqueId": "same"}] * 2

    answer = merchant.api.post("/api/oms/pvt/orders", order_body(items=lines))

    assert answer.status == 400
    assert "same" in answer.message
