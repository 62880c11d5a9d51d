"""Bodies that are none, that are too large, and the largest that are taken."""

import json
from typing import Any

import pytest

from testkit.bodies import Payment, invoice_body, order_body
from testkit.merchant import Merchant
from tests.e2e.stage import LARGEST, ORDERS, Stage, require_refused

_NO_BODIES: dict[str, tuple[bytes, str]] = {
    "nothing": (b"", "empty"),
    "blank": (b" \n", "empty"),
    "half": (b'{"type": "Output"', "JSON"),
    "words": (b"type=Output&invoiceValue=7000", "JSON"),
    "xml": (b"<invoice/>", "JSON"),
    "two": (b"{}{}", "JSON"),
    "single quotes": (b"{'type': 'Output'}", "JSON"),
    "trailing comma": (b'{"type": "Output",}', "JSON"),
    "duplicate key": (b'{"invoiceValue": 1, "invoiceValue": 7000}', "invoiceValue"),
    "inner duplicate key": (b'{"items": [{"id": "A", "id": "B"}]}', "'id'"),
    "NaN": (b'{"invoiceValue": NaN}', "NaN"),
    "Infinity": (b'{"invoiceValue": -Infinity}', "Infinity"),
    "huge integer": (b'{"invoiceValue": ' + b"9" * 5000 + b"}", "invoiceValue"),
    "huge exponent": (b'{"invoiceValue": 1e999}', "invoiceValue"),
    "lone surrogate": (b'{"type": "\\ud800"}', "Unicode"),
    "lone surrogate in a key": (b'{"\\udfff": 1}', "Unicode"),
    "not UTF-8": (b'{"type": "\xff\xfe"}', ""),
    "UTF-16": ('{"type": "Output"}'.encode("utf-16"), ""),
    "two byte order marks": (b'\xef\xbb\xbf\xef\xbb\xbf{"type": "Output"}', "JSON"),
    "deep list": (b"[" * 100_000 + b"]" * 100_000, ""),
    "deep object": (b'{"a":' * 50_000 + b"1" + b"}" * 50_000, ""),
    "list": (b"[]", ""),
    "list of a body": (json.dumps([invoice_body("N2", 1)]).encode(), ""),
    "text": (b'"Output"', ""),
    "number": (b"7000", ""),
    "null": (b"null", ""),
    "true": (b"true", ""),
    "null byte": (b'{"type": "Out\x00put"}', "JSON"),
    "escaped null byte": (b'{"type": "Out\\u0000put"}', "type"),
}

_NO_JSON_HERE = ("duplicate key", "huge integer", "huge exponent", "escaped null byte")


"""Refused whatever the route; the others are refused for the field that they lack."""


@pytest.mark.parametrize("name", _NO_BODIES)
@pytest.mark.parametrize("route", ["invoice", "changes"])
def test_body_that_is_no_body_is_refused(stage: Stage, route: str, name: str) -> None:
    content, word = _NO_BODIES[name]
    if route == "changes" and word in ("type", "invoiceValue") and name not in _NO_JSON_HERE:
        word = "requestId"
    order = stage.orders["started"]

    require_refused(order.api.send("POST", f"{order.path}/{route}", content), word)


@pytest.mark.parametrize("name", _NO_BODIES)
def test_order_that_is_no_body_is_refused(merchant: Merchant, name: str) -> None:
    require_refused(merchant.api.send("POST", ORDERS, _NO_BODIES[name][0]))


@pytest.mark.parametrize("name", [name for name in _NO_BODIES if name != "nothing"])
def test_cancel_with_a_body_that_is_none_is_refused(stage: Stage, name: str) -> None:
    order = stage.orders["started"]
    content = _NO_BODIES[name][0]

    answer = order.api.send("POST", f"{order.path}/cancel", content)

    assert (answer.status, answer.code) in {(400, "OMS001"), (400, "OMS012")}, answer


@pytest.mark.parametrize(
    "body",
    [{"reason": 1}, {"reason": "x" * 2001}, {"reason": ["no"]}, []],
)
def test_cancel_reason_is_a_text(stage: Stage, body: object) -> None:
    order = stage.orders["started"]

    require_refused(order.api.post(f"{order.path}/cancel", body))


@pytest.mark.parametrize(
    "body",
    [
        {"partialSettlement": "yes"}, {"partialSettlement": 1}, {"strictInvoices": "false"},
        {"refundPriority": "first"},
        {"refundPriority": 1}, {"merchantName": "x" * 101}, {"merchantName": 1}, {"unknown": True}, [], "x", None,
    ],
)  # fmt: skip
def test_settings_are_refused_whole(other_merchant: Merchant, body: object) -> None:
    before = other_merchant.api.read("/api/oms/pvt/account/settings")

    require_refused(other_merchant.api.patch("/api/oms/pvt/account/settings", body))
    mixed = body | {"strictInvoices": True} if isinstance(body, dict) and "strictInvoices" not in body else body
    require_refused(other_merchant.api.patch("/api/oms/pvt/account/settings", mixed))

    assert other_merchant.api.read("/api/oms/pvt/account/settings") == before


def _padded(body: dict[str, Any], size: int) -> bytes:
    plain = json.dumps(body).encode()
    return plain[:-1] + b" " * (size - len(plain)) + b"}"


@pytest.mark.parametrize("route", ["invoice", "changes", "cancel"])
def test_body_of_a_megabyte_and_a_byte_is_too_large(stage: Stage, route: str) -> None:
    order = stage.orders["started"]

    answer = order.api.send("POST", f"{order.path}/{route}", _padded(invoice_body("N2", 100), 1_000_001))

    require_refused(answer, "1000001", "1000000", status=413, code="OMS413")


def test_order_of_a_megabyte_and_a_byte_is_too_large(merchant: Merchant) -> None:
    require_refused(merchant.api.send("POST", ORDERS, _padded(order_body(), 1_000_001)), status=413, code="OMS413")


def test_body_of_eleven_megabytes_is_too_large(stage: Stage) -> None:
    order = stage.orders["started"]

    answer = order.api.send("POST", f"{order.path}/invoice", _padded(invoice_body("N2", 100), 11_000_000))

    assert answer.status == 413
    assert answer.message


def test_largest_body_and_document_are_taken(merchant: Merchant) -> None:
    order = merchant.place()
    body = invoice_body("N1", 7000, embeddedInvoice="\u00e7" * 100_000)

    answer = order.api.send("POST", f"{order.path}/invoice", _padded(body, 1_000_000))
    order.come_to_rest()

    assert answer.status == 200, answer
    assert order.order()["packageAttachment"]["packages"][0]["embeddedInvoice"] == "\u00e7" * 100_000


def test_largest_values_are_taken(merchant: Merchant) -> None:
    order = merchant.place(value=LARGEST)

    order.invoice("n" * 100, str(LARGEST))

    assert order.order()["settledValue"] == LARGEST
    assert order.recorded_calls()[-1]["value"] * 100 == LARGEST


def test_as_many_lines_and_payments_as_allowed_are_taken(merchant: Merchant) -> None:
    lines = [{"id": f"SKU-{number}", "name": "n" * 2000, "quantity": 1, "price": 100} for number in range(70)]
    totals = [{"id": "Items", "value": 7000}, {"id": "Shipping", "value": 3000}]
    order = merchant.place(*(Payment(1000) for _ in range(10)), items=lines, totals=totals)

    order.invoice("N1", 10000, items=[{"id": line["id"], "price": 100, "quantity": 1} for line in lines])

    assert len(order.calls()) == 10
    assert order.order()["status"] == "invoiced"


def test_invoice_with_as_much_text_as_allowed_is_taken_or_refused(merchant: Merchant) -> None:
    order = merchant.place()
    text = "x" * 2000
    items = [{"id": "A", "price": 1, "quantity": 1, "description": text}] * 200
    several = dict.fromkeys(("invoiceKey", "invoiceUrl", "courier", "trackingNumber", "trackingUrl", "cfop"), text)

    answer = order.notify("N1", 7000, items=items, **several)
    order.come_to_rest()

    assert answer.status in (200, 400), answer
    assert len(order.order()["packageAttachment"]["packages"]) == (1 if answer.status == 200 else 0)
