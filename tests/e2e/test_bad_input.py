"""Requests that are wrong: each gets its code and a message that says what is wrong, and nothing is written."""

from typing import Any

import pytest

from testkit.api import new_id
from testkit.bodies import Payment, change_body, invoice_body, order_body
from testkit.merchant import Merchant
from tests.e2e.stage import LARGEST, MISSING, ORDERS, Stage, replaced, require_refused

# The invoice


_INVOICE_VALUES: list[tuple[object, tuple[str, ...]]] = [
    ("70.00", ("70.00",)),
    ("70,00", ("70,00",)),
    (70.5, ("70.5",)),
    (True, ("true",)),
    (None, ("null",)),
    ("7000.0", ("7000.0",)),
    ("7 000", ("7 000",)),
    ("+7000", ()),
    ("7_000", ()),
    ("0x10", ()),
    ("\u0667\u0660\u0660\u0660", ()),
    ("\u00b2", ()),
    ("", ()),
    ("seventy", ("seventy",)),
    (0, ("0",)),
    ("0", ()),
    (-7000, ("-7000",)),
    ("-7000", ()),
    (LARGEST + 1, (str(LARGEST + 1), "12 digits")),
    (str(LARGEST + 1), ("12 digits",)),
    ("0" * 12 + "7", ()),
    (10**30, ()),
    ([7000], ()),
    ({"value": 7000}, ()),
]


@pytest.mark.parametrize(("value", "words"), _INVOICE_VALUES)
def test_invoice_value_is_digits_above_zero(stage: Stage, value: object, words: tuple[str, ...]) -> None:
    require_refused(stage.orders["started"].notify("N2", value), "invoiceValue", *words)


@pytest.mark.parametrize(
    "number",
    ["", " ", "N 2", "N/2", "N#2", "N?2", "N%2F2", "Nç", "N\n2", "N\u202e2", "\ud83d\ude00", "x" * 101,
     2.5, None, True, ["N2"], {"n": 1}],
)  # fmt: skip
def test_invoice_number_is_a_word(stage: Stage, number: Any) -> None:
    require_refused(stage.orders["started"].notify(number, 100), "invoiceNumber", "1 to 100")


def test_invoice_number_has_no_null_character(stage: Stage) -> None:
    require_refused(stage.orders["started"].notify("N\u0000", 100), "invoiceNumber", "null character")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("type", MISSING), ("type", None), ("type", ""), ("type", " Output"), ("type", "Outbound"), ("type", 1),
        ("type", ["Output"]), ("type", True),
        ("issuanceDate", MISSING), ("issuanceDate", None), ("issuanceDate", ""), ("issuanceDate", "yesterday"),
        ("issuanceDate", "2026-02-30"), ("issuanceDate", "02/03/2026"), ("issuanceDate", 20260302),
        ("issuanceDate", "2026-03-02" + " " * 50), ("issuanceDate", {}),
        ("invoiceNumber", MISSING), ("invoiceValue", MISSING),
        ("items", {}), ("items", "A"), ("items", [None]), ("items", ["A"]),
        ("items", [[]]), ("items", [{}]),
        ("items", [{"id": "A", "price": 1, "quantity": 1}] * 201),
        ("items", [{"id": "", "price": 1, "quantity": 1}]),
        ("items", [{"id": 1.5, "price": 1, "quantity": 1}]),
        ("items", [{"id": "x" * 101, "price": 1, "quantity": 1}]),
        ("items", [{"id": "A", "price": -1, "quantity": 1}]),
        ("items", [{"id": "A", "price": 1.5, "quantity": 1}]),
        ("items", [{"id": "A", "price": "1.00", "quantity": 1}]),
        ("items", [{"id": "A", "price": LARGEST + 1, "quantity": 1}]),
        ("items", [{"id": "A", "price": 1, "quantity": 0}]),
        ("items", [{"id": "A", "price": 1, "quantity": -1}]),
        ("items", [{"id": "A", "price": 1, "quantity": True}]),
        ("items", [{"id": "A", "price": 1, "quantity": 10**9}]),
        ("items", [{"id": "A", "price": 1, "quantity": 1, "itemIndex": -1}]),
        ("items", [{"id": "A", "price": 1, "quantity": 1, "uniqueId": "a b"}]),
        ("embeddedInvoice", "x" * 200_001), ("embeddedInvoice", "\u00e7" * 100_001), ("embeddedInvoice", 1),
        ("embeddedInvoice", ["<xml/>"]),
        ("invoiceKey", "x" * 2001), ("invoiceKey", 1.5), ("invoiceUrl", {}), ("courier", []), ("courier", 5),
        ("trackingNumber", True), ("trackingUrl", True), ("dispatchedDate", 20260302), ("cfop", 5.102),
        ("volumes", -1), ("volumes", "1.0"), ("volumes", 1.5), ("extraValue", -1), ("extraValue", "1,00"),
    ],
)  # fmt: skip
def test_invoice_field_is_named(stage: Stage, field: str, value: object) -> None:
    order = stage.orders["started"]

    answer = order.api.post(f"{order.path}/invoice", replaced(invoice_body("N2", 100), field, value))

    require_refused(answer, field)


# The change


@pytest.mark.parametrize(
    ("changes", "code", "words"),
    [
        ({"requestId": MISSING}, "OMS001", ("requestId",)),
        ({"requestId": ""}, "OMS001", ("requestId",)),
        ({"requestId": None}, "OMS001", ("requestId",)),
        ({"requestId": 1.5}, "OMS001", ("requestId",)),
        ({"requestId": "x" * 101}, "OMS001", ("requestId", "100")),
        ({"reason": MISSING}, "OMS001", ("reason",)),
        ({"reason": ""}, "CHK0124", ("Field reason not set",)),
        ({"reason": " \t"}, "CHK0124", ("Field reason not set",)),
        ({"reason": "x" * 2001}, "OMS001", ("reason", "2000")),
        ({"discountValue": MISSING}, "OMS001", ("discountValue",)),
        ({"discountValue": "1.00"}, "OMS001", ("discountValue",)),
        ({"discountValue": 100.5}, "OMS001", ("discountValue",)),
        ({"discountValue": True}, "OMS001", ("discountValue",)),
        ({"discountValue": None}, "OMS001", ("discountValue",)),
        ({"discountValue": -1}, "CHK0098", ("greater or equal than zero", "discountValue", "-1")),
        ({"discountValue": 10**30}, "CHK0098", ("discountValue", str(LARGEST))),
        ({"incrementValue": MISSING}, "OMS001", ("incrementValue",)),
        ({"incrementValue": "1,00"}, "OMS001", ("incrementValue",)),
        ({"incrementValue": -1}, "CHK0098", ("greater or equal than zero", "incrementValue", "-1")),
        ({"incrementValue": 10**30, "discountValue": 10**30}, "CHK0098", (str(LARGEST),)),
        ({"discountValue": 0}, "CHK0124", ("Invalid modification for order",)),
        ({"discountValue": 5, "incrementValue": 5}, "CHK0124", ("Invalid modification for order", "5")),
        ({"discountValue": 10000}, "CHK0034", ("exceeds the order's price", "10000")),
        ({"discountValue": 3001}, "CHK0034", ("6999", "7000")),
        ({"itemsRemoved": {}}, "OMS001", ("itemsRemoved",)),
        ({"itemsRemoved": ["B"]}, "OMS001", ("itemsRemoved.0",)),
        ({"itemsRemoved": [{"price": 1, "quantity": 1}]}, "OMS001", ("itemsRemoved.0.id",)),
        ({"itemsRemoved": [{"id": "B", "quantity": "1.5"}]}, "OMS001", ("itemsRemoved.0.quantity",)),
        ({"itemsRemoved": [{"id": "", "quantity": 1}]}, "CHK0022", ("Invalid id for item",)),
        ({"itemsRemoved": [{"id": "B", "quantity": 0}]}, "CHK0023", ("B", "0")),
        ({"itemsRemoved": [{"id": "B", "quantity": -1}]}, "CHK0023", ("B", "-1")),
        ({"itemsRemoved": [{"id": "B", "quantity": 3}]}, "CHK0023", ("Invalid quantity to remove from item B", "2")),
        ({"itemsRemoved": [{"id": "B", "quantity": 1, "price": -1}]}, "CHK0098", ("B", "-1")),
        ({"itemsRemoved": [{"id": "B", "quantity": 1}] * 71}, "OMS001", ("itemsRemoved", "70")),
        ({"itemsAdded": [{"id": "C", "quantity": 1}] * 69}, "OMS001", ("itemsAdded", "70")),
        ({"itemsAdded": [{"id": "", "quantity": 1}]}, "CHK0022", ("Invalid id for item",)),
        ({"incrementValue": LARGEST}, "OMS001", ("incrementValue", str(LARGEST))),
    ],
)
def test_change_is_refused_with_its_code(
    stage: Stage, changes: dict[str, Any], code: str, words: tuple[str, ...]
) -> None:
    order = stage.orders["started"]
    body = change_body("C1", discount=0 if "incrementValue" in changes else 100)
    for field, value in changes.items():
        body = replaced(body, field, value)

    require_refused(order.api.post(f"{order.path}/changes", body), *words, code=code)


def test_change_that_removes_an_unknown_item_is_not_found(stage: Stage) -> None:
    answer = stage.orders["started"].register_change("C1", discount=1, itemsRemoved=[{"id": "Z", "quantity": 1}])

    require_refused(answer, "Z", status=404, code="OMS005")


# The order

_PAYMENT = "paymentData.transactions.0.payments.0"


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("orderId", ""), ("orderId", 1.5), ("orderId", "a b"), ("orderId", "a/b"), ("orderId", "x" * 101),
        ("orderId", "a\n"), ("orderId", "\u00e7"),
        ("items", MISSING), ("items", []), ("items", {}), ("items", None),
        ("items", [{"id": "A", "quantity": 1, "price": 1}] * 71),
        ("items.0.id", MISSING), ("items.0.id", ""), ("items.0.id", 1.5), ("items.0.id", "x" * 101),
        ("items.0.name", 1), ("items.0.name", "x" * 2001), ("items.0.uniqueId", "a b"),
        ("items.0.quantity", MISSING), ("items.0.quantity", 0), ("items.0.quantity", -1), ("items.0.quantity", 1.5),
        ("items.0.quantity", "1.0"), ("items.0.quantity", True), ("items.0.quantity", 1_000_001),
        ("items.0.price", MISSING), ("items.0.price", -1), ("items.0.price", 50.5), ("items.0.price", "50.00"),
        ("items.0.price", LARGEST + 1), ("items.0.sellingPrice", -1), ("items.0.sellingPrice", "1.0"),
        ("totals", MISSING), ("totals", {}), ("totals", None),
        ("totals.0.id", "Freight"), ("totals.0.id", MISSING), ("totals.0.id", "Items "),
        ("totals.0.value", MISSING), ("totals.0.value", "80.00"), ("totals.0.value", 8000.5),
        ("value", MISSING), ("value", 0), ("value", -1), ("value", "100.00"), ("value", 100.5), ("value", True),
        ("value", None), ("value", LARGEST + 1), ("value", 9999), ("value", 10001),
        ("currency", "brl"), ("currency", "XYZ"), ("currency", ""), ("currency", 1), ("currency", "R$"),
        ("paymentData", MISSING), ("paymentData", []), ("paymentData", {}), ("paymentData", None),
        ("paymentData.transactions", []), ("paymentData.transactions", {}),
        ("paymentData.transactions", [{"payments": [Payment().body]}] * 2),
        ("paymentData.transactions.0.payments", []), ("paymentData.transactions.0.payments", None),
        ("paymentData.transactions.0.transactionId", "a b"), ("paymentData.transactions.0.transactionId", "x" * 65),
        (f"{_PAYMENT}.id", "a b"), (f"{_PAYMENT}.id", ""), (f"{_PAYMENT}.id", 1.5), (f"{_PAYMENT}.id", "x" * 65),
        (f"{_PAYMENT}.value", MISSING), (f"{_PAYMENT}.value", 0), (f"{_PAYMENT}.value", -1),
        (f"{_PAYMENT}.value", "100.00"), (f"{_PAYMENT}.value", 100.5), (f"{_PAYMENT}.value", LARGEST + 1),
        (f"{_PAYMENT}.connector", ""), (f"{_PAYMENT}.connector", 1),
        (f"{_PAYMENT}.connector", "x" * 101),
        (f"{_PAYMENT}.group", MISSING), (f"{_PAYMENT}.group", ""), (f"{_PAYMENT}.group", 1),
        (f"{_PAYMENT}.paymentSystem", MISSING), (f"{_PAYMENT}.paymentSystem", ""), (f"{_PAYMENT}.paymentSystem", True),
        (f"{_PAYMENT}.paymentSystem", 1.5), (f"{_PAYMENT}.paymentSystemName", ""),
        (f"{_PAYMENT}.installments", 0), (f"{_PAYMENT}.installments", 100), (f"{_PAYMENT}.installments", "one"),
        (f"{_PAYMENT}.card", "token"), (f"{_PAYMENT}.card", {}), (f"{_PAYMENT}.card", {"token": ""}),
        (f"{_PAYMENT}.card", {"token": 1}), (f"{_PAYMENT}.card", {"token": "x" * 257}),
        (f"{_PAYMENT}.card", {"token": "t", "lastDigits": "11111"}),
        (f"{_PAYMENT}.card", {"token": "t", "lastDigits": "abcd"}),
        (f"{_PAYMENT}.card", {"token": "t", "firstDigits": "1234567"}),
    ],
)  # fmt: skip
def test_order_field_is_named(merchant: Merchant, path: str, value: object) -> None:
    order_id = f"{new_id()}-01"
    body = replaced(order_body(orderId=order_id), path, value)

    require_refused(merchant.api.post(ORDERS, body), path)

    assert merchant.api.get(f"{ORDERS}/{order_id}").status == 404


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"totals": [{"id": "Items", "value": 9999}]}, ("10000", "9999")),
        ({"totals": []}, ("totals",)),
        ({"totals": [{"id": "Items", "value": 11000}, {"id": "Discounts", "value": 1000}]}, ("Discounts", "1000")),
        ({"totals": [{"id": "Items", "value": 11000}, {"id": "Shipping", "value": -1000}]}, ("Shipping", "-1000")),
        ({"paymentData": {"transactions": [{"payments": [Payment(9999).body]}]}}, ("9999", "10000")),
        (
            {"paymentData": {"transactions": [{"payments": [Payment(LARGEST).body, Payment(LARGEST).body]}]}},
            (str(LARGEST),),
        ),
        ({"paymentData": {"transactions": [{"payments": [Payment(connector="acme").body]}]}}, ("acme",)),
        ({"paymentData": {"transactions": [{"payments": [Payment(connector="Sandbox").body]}]}}, ("Sandbox",)),
        ({"paymentData": {"transactions": [{"payments": [Payment(5000).body] * 2}]}}, ("id",)),
        ({"paymentData": {"transactions": [{"payments": [Payment(1000).body] * 11}]}}, ("payments", "10")),
        (
            {"items": [{"id": "A", "uniqueId": "one", "quantity": 1, "price": 5000}] * 2},
            ("uniqueId", "one"),
        ),
    ],
)
def test_order_that_does_not_add_up_is_refused(
    merchant: Merchant, changes: dict[str, Any], words: tuple[str, ...]
) -> None:
    order_id = f"{new_id()}-01"

    require_refused(merchant.api.post(ORDERS, order_body(orderId=order_id) | changes), *words)

    assert merchant.api.get(f"{ORDERS}/{order_id}").status == 404


# Bodies that are no bodies


# Sizes


# Routes


# Orders that are not ready
