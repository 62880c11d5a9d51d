"""Requests as merchants' software writes them: one meaning is taken, two are refused, nothing is lost in silence."""

from copy import deepcopy
from typing import Any

import pytest

from settlement.domain.events import EventType
from testkit.shop import Placed
from tests.support.service import Heard, Service
from tests.support.tour import ORDERS
from tests.support.tour_bodies import change_body, invoice_body, order_body

KEY = 35200114200166000187550010000000046550000046


def notify(service: Service, number: Any, value: Any, **more: Any) -> Heard:
    """Notify an invoice of the order."""
    body = invoice_body("N", 1) | {"invoiceNumber": number, "invoiceValue": value} | more
    return service.call("POST", f"{ORDERS}/written-01/invoice", body)


def track(service: Service, body: dict[str, Any], number: str = "N1") -> Heard:
    """Say where the parcel of an invoice is."""
    return service.call("PATCH", f"{ORDERS}/written-01/invoice/{number}", body)


def deliver(service: Service, number: str = "N1", **body: Any) -> Heard:
    """Say how far it is."""
    return service.call("PUT", f"{ORDERS}/written-01/invoice/{number}/tracking", {"isDelivered": False} | body)


def package(service: Service, index: int = 0) -> dict[str, Any]:
    """An invoice as the order shows it."""
    packages: list[dict[str, Any]] = service.do("GET", f"{ORDERS}/written-01")["packageAttachment"]["packages"]
    return packages[index]


@pytest.mark.parametrize("value", [7000, 7000.0, "7000", " 7000 ", "7000\n"])
def test_invoice_value_has_one_meaning(service: Service, placed: Placed, value: Any) -> None:
    assert notify(service, "N1", value).status == 200
    assert package(service)["invoiceValue"] == 7000


@pytest.mark.parametrize("value", ["70.00", "7000.0", "70,00", "7 000", "7_000", 7000.5, "7e3", True, [7000]])
def test_invoice_value_of_two_meanings_is_refused(service: Service, placed: Placed, value: Any) -> None:
    heard = notify(service, "N1", value)

    assert heard.status == 400
    assert heard.json["error"]["message"].startswith("invoiceValue: must be cents")


def test_codes_are_taken_as_numbers(service: Service, placed: Placed) -> None:
    codes = {"trackingNumber": 987, "cfop": 5102, "invoiceKey": KEY, "volumes": "2", "extraValue": "0"}

    assert notify(service, 12345.0, 1500, items=[{"id": 1.0, "price": "1500", "quantity": 1.0}], **codes).status == 200

    shown = package(service)
    assert [shown[name] for name in ("invoiceNumber", "trackingNumber", "cfop", "invoiceKey", "volumes")] == [
        *("12345", "987", "5102", str(KEY)),
        2,
    ]
    assert [(item["price"], item["quantity"]) for item in shown["items"]] == [(1500, 1)]


@pytest.mark.parametrize(
    ("date", "shown"),
    [
        ("2026-03-02t10:00:00z", "2026-03-02T10:00:00Z"),
        ("2026-03-02T10:00:00.1234567-03:00", "2026-03-02T10:00:00.1234567-03:00"),
        ("20260302", "20260302"),
        ("2026-03-02 10:00", "2026-03-02 10:00"),
    ],
)
def test_date_is_taken_in_small_letters(service: Service, placed: Placed, date: str, shown: str) -> None:
    assert notify(service, "N1", 7000, issuanceDate=date).status == 200
    assert package(service)["issuanceDate"] == shown


@pytest.mark.parametrize("date", ["2026-03-02x10:00", "02/03/2026", "2026-02-30", "2026-03-02" + " " * 31, 20260302])
def test_what_is_no_date_is_refused(service: Service, placed: Placed, date: Any) -> None:
    heard = notify(service, "N1", 7000, issuanceDate=date)

    assert heard.status == 400
    assert heard.json["error"]["message"].startswith("issuanceDate: must ")


@pytest.mark.parametrize("value", [1.5, True, 1e300, {}, ["N1"]])
def test_what_is_no_whole_number_is_no_code(service: Service, placed: Placed, value: Any) -> None:
    for field in ("invoiceNumber", "trackingNumber", "cfop", "invoiceKey"):
        heard = notify(service, "N1", 100, **{field: value})

        assert heard.status == 400, field
        assert heard.json["error"]["message"].startswith(f"{field}: must be")


@pytest.mark.parametrize("items", [{"items": None}, {"items": []}, {}])
def test_invoice_by_value_alone_needs_no_items(service: Service, placed: Placed, items: dict[str, Any]) -> None:
    bodies = [
        ("/api/oms/pvt/orders/written-01/invoice", {"issuanceDate": "2026-03-02t10:00:00z", "invoiceNumber": "N1"}),
        ("/api/orders/pvt/document/written-01/invoices", {"issuedDate": "2026-03-02", "invoiceNumber": "N2"}),
    ]
    for path, body in bodies:
        assert service.call("POST", path, {"type": "Output", "invoiceValue": 1000} | body | items).status == 200
    assert package(service)["issuanceDate"] == "2026-03-02T10:00:00Z"


def test_order_and_change_are_taken_with_numbers_as_texts_and_texts_as_numbers(service: Service) -> None:
    body = deepcopy(order_body("4711"))
    body |= {"orderId": 4711, "value": "10000"}
    for item in body["items"]:
        item |= {"quantity": str(item["quantity"]), "price": float(item["price"])}
    for total in body["totals"]:
        total["value"] = f" {total['value']} "

    placed = service.do("POST", ORDERS, body)
    service.do("POST", f"{ORDERS}/4711/start-handling")
    service.do("POST", f"{ORDERS}/4711/changes", change_body("C", 0) | {"requestId": 7, "discountValue": "500"})

    assert placed["orderId"] == "4711"
    assert service.do("GET", f"{ORDERS}/4711")["value"] == 9500
    assert service.do("POST", ORDERS, order_body("4711")) == placed


def test_tracking_needs_no_key_that_carries_nothing_and_keeps_what_it_does_not_say(
    service: Service, placed: Placed
) -> None:
    notify(service, "N1", 7000, courier="Correios", trackingUrl="https://track.example/1")

    assert track(service, {"trackingNumber": 55}).status == 200

    shown = package(service)
    assert [shown[name] for name in ("courier", "trackingNumber", "trackingUrl")] == [
        *("Correios", "55", "https://track.example/1"),
    ]
    assert track(service, {}).status == 400


def test_key_address_and_document_that_come_with_the_tracking_are_taken(service: Service, placed: Placed) -> None:
    notify(service, "N1", 7000, invoiceKey="old")
    facts = {"invoiceKey": KEY, "invoiceUrl": "https://nfe.example/1", "embeddedInvoice": "<nfe/>", "cfop": 5102}

    assert track(service, facts | {"invoiceValue": "7000", "type": "output"}).status == 200
    service.shop.relay()

    assert {name: package(service)[name] for name in facts} == facts | {"invoiceKey": str(KEY), "cfop": "5102"}
    assert placed.moved("settle") == [7000]
    [told] = placed.said(EventType.INVOICE_SUPPLEMENTED)
    assert told.data["told"] == "invoiceKey, invoiceUrl, embeddedInvoice, cfop"
    assert track(service, {"embeddedInvoice": "<nfe/>"}).status == 200
    assert "a different document" in track(service, {"embeddedInvoice": "<other/>"}).json["error"]["message"]


@pytest.mark.parametrize(
    ("facts", "stands"),
    [
        ({"invoiceValue": 6000}, "invoiceValue 7000"),
        ({"type": "Input"}, "type Output"),
        ({"issuanceDate": "2026-03-09"}, "issuanceDate 2026-03-02"),
        ({"invoiceNumber": "N2"}, "invoiceNumber N1"),
        ({"extraValue": 5}, "extraValue 0"),
        ({"items": [{"id": "A", "price": 1, "quantity": 1}]}, "items"),
    ],
)
def test_what_tracking_cannot_change_is_answered_with_what_stands(
    service: Service, placed: Placed, facts: dict[str, Any], stands: str
) -> None:
    notify(service, "N1", 7000)

    heard = track(service, {"trackingNumber": "T"} | facts)

    assert heard.status == 400
    assert stands in heard.json["error"]["message"]
    assert package(service)["trackingNumber"] is None


def test_repeat_brings_what_the_invoice_lacks_and_moves_no_money(service: Service, placed: Placed) -> None:
    notify(service, "N1", 7000)
    facts = {"invoiceKey": "K", "invoiceUrl": "https://nfe.example/1", "embeddedInvoice": "<nfe/>"}
    parcel = {"courier": "Correios", "trackingNumber": "T1"}

    repeated = notify(service, "N1", 7000, **facts, **parcel)
    again = notify(service, "N1", 7000, **facts, **parcel)
    service.shop.relay()

    assert [set(heard.json) for heard in (repeated, again)] == [{"date", "orderId", "receipt", "warnings"}] * 2
    assert {name: package(service)[name] for name in facts | parcel} == facts | parcel
    assert placed.moved("settle") == [7000]
    assert len(placed.said(EventType.INVOICE_SUPPLEMENTED)) == 1
    assert placed.said(EventType.INVOICE_REPLAY_DIFFERED) == []


def test_repeat_that_says_otherwise_is_told_what_stands(service: Service, placed: Placed) -> None:
    notify(service, "N1", 7000, invoiceKey="K", embeddedInvoice="<nfe/>")
    track(service, {"trackingNumber": "T2", "invoiceUrl": "https://nfe.example/2"})

    repeated = notify(service, "N1", 6000, invoiceKey="L", trackingNumber="T1", embeddedInvoice="<other/>")

    assert repeated.status == 200
    assert repeated.json["stands"] == {
        "invoiceValue": 7000,
        "invoiceKey": "K",
        "trackingNumber": "T2",
        "embeddedInvoice": "the one that was sent before",
    }
    shown = package(service)
    assert (shown["invoiceKey"], shown["trackingNumber"], shown["invoiceValue"]) == ("K", "T2", 7000)
    assert len(placed.said(EventType.INVOICE_REPLAY_DIFFERED)) == 1


def test_repeated_change_that_says_otherwise_is_told_what_stands(service: Service, placed: Placed) -> None:
    first = service.do("POST", f"{ORDERS}/written-01/changes", change_body("C1", 500))

    same = service.do("POST", f"{ORDERS}/written-01/changes", change_body("C1", 500))
    other = service.do("POST", f"{ORDERS}/written-01/changes", change_body("C1", 600) | {"itemsRemoved": []})

    assert same == first
    assert other == first | {"stands": {"discountValue": 500, "itemsRemoved": 1}}
    assert placed.order.value == 9500


def test_sightings_add_up_and_a_delivery_stays(service: Service, placed: Placed) -> None:
    notify(service, "N1", 7000, trackingNumber="T")
    recife, natal = {"city": "Recife", "date": "2026-03-03"}, {"city": "Natal", "date": "2026-03-04"}

    deliver(service, events=[recife])
    deliver(service, isDelivered=True, deliveredDate="2026-03-05 10:00", events=[recife, natal])
    deliver(service, events=[recife, recife], deliveredDate=None)

    status = package(service)["courierStatus"]
    assert [seen["city"] for seen in status["data"]] == ["Recife", "Natal"]
    assert (status["status"], status["finished"], status["deliveredDate"]) == ("delivered", True, "2026-03-05 10:00")


def test_parcel_takes_all_that_is_told_of_it_on_both_routes(service: Service, placed: Placed) -> None:
    notify(service, "N1", 7000)

    assert deliver(service, events=[{"city": "Recife"}]).status == 400
    assert (
        deliver(service, isDelivered=None, trackingNumber=55, invoiceKey="K", events=[{"city": "Recife"}]).status == 200
    )
    assert track(service, {"isDelivered": True, "deliveredDate": "2026-03-05 10:00"}).status == 200
    assert deliver(service, events=None, courier="Loggi").status == 200

    shown = package(service)
    assert [shown[name] for name in ("trackingNumber", "invoiceKey", "courier")] == ["55", "K", "Loggi"]
    assert shown["courierStatus"]["finished"] is True
    assert [seen["city"] for seen in shown["courierStatus"]["data"]] == ["Recife"]
    assert "invoiceValue 7000" in deliver(service, invoiceValue=1).json["error"]["message"]


def test_repeated_cancel_for_another_reason_is_told_the_one_that_stands(service: Service, placed: Placed) -> None:
    first = service.do("POST", f"{ORDERS}/written-01/cancel", {"reason": "sold out"})

    for same in ({"reason": "sold out"}, {"reason": None}, {}, None):
        assert service.do("POST", f"{ORDERS}/written-01/cancel", same) == first
    other = service.do("POST", f"{ORDERS}/written-01/cancel", {"reason": "fraud"})

    assert other == first | {"stands": {"reason": "sold out"}}
    assert service.do("GET", f"{ORDERS}/written-01")["cancelReason"] == "sold out"


def test_settings_of_modifications_are_taken_as_they_are_shown(service: Service, placed: Placed) -> None:
    settings, changes = "/api/order-system/orders/changes/settings", "/api/order-system/orders/written-01/changes"
    allowed = {"paymentConfiguration": {"customPaymentSystemsAllowed": [201]}, "pipelineConfiguration": None}

    service.do("PUT", settings, allowed)
    shown = service.do("GET", settings)
    body = {"reason": "less", "manualDiscountValue": 100}
    stored = service.do("PATCH", changes, body)["settings"]

    assert shown["paymentConfiguration"]["customPaymentSystemsAllowed"] == ["201"]
    assert service.do("PUT", settings, shown) == shown
    assert service.call("PATCH", changes, body | {"settings": stored}).status == 202
    other = stored | {"customPaymentSystemsAllowed": ["202"]}
    assert service.call("PATCH", changes, body | {"settings": other}).status == 400


def test_order_is_listed_by_its_sales_channel(service: Service) -> None:
    service.do("POST", ORDERS, order_body("one-01"))
    service.do("POST", ORDERS, order_body("two-01") | {"salesChannel": 2})

    def found(**query: str) -> list[tuple[str, str]]:
        listed = service.call("GET", ORDERS, query=query).json["list"]
        return [(order["orderId"], order["salesChannel"]) for order in listed]

    assert found() == [("two-01", "2"), ("one-01", "1")]
    assert found(f_salesChannel="2") == found(salesChannelId="2") == [("two-01", "2")]
    assert found(f_salesChannel="1, 2", salesChannelId="1") == [("one-01", "1")]
    assert found(f_salesChannel="3") == found(f_salesChannel="1", salesChannelId="2") == []
    assert found(f_salesChannel="2", _stats="1", incompleteOrders="False") == [("two-01", "2")]
    assert service.call("GET", ORDERS, query={"f_salesChannel": ","}).status == 400


def test_null_is_as_good_as_left_out(service: Service) -> None:
    body = order_body("null-01") | {"currency": None, "roundingError": None, "salesChannel": None}

    service.do("POST", ORDERS, body)

    assert service.do("GET", f"{ORDERS}/null-01")["salesChannel"] == "1"


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/api/oms/pvt/orders", {"status": "invoiced"}),
        ("/api/oms/pvt/orders", {"f_Status": "invoiced"}),
        ("/api/oms/pvt/orders", {"f_status": ["invoiced", "handling"]}),
        ("/api/oms/pvt/orders/order-group/written", {"status": "invoiced"}),
        ("/api/order-system/orders/written-01/changes", {"status": "done"}),
        ("/api/pvt/affiliations", {"name": "sandbox"}),
        ("/api/pvt/payment-systems", {"name": "Pix"}),
        ("/api/orders/feed", {"status": "invoiced"}),
    ],
)
def test_list_refuses_a_parameter_that_it_does_not_have(
    service: Service, placed: Placed, path: str, query: dict[str, Any]
) -> None:
    heard = service.call("GET", path, query=query)

    assert heard.status == 400
    assert heard.json["error"]["message"].startswith(f"{next(iter(query))}: is ")
