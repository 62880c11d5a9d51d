"""Requests that are wrong: each gets its code and a message that says what is wrong, and nothing is written."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from local.seed import APP_KEY, APP_TOKEN
from operations.running_stack import Facts
from testkit.api import Answer, Api, new_id
from testkit.bodies import Payment, change_body, invoice_body, order_body
from testkit.merchant import Merchant, PlacedOrder

ORDERS = "/api/oms/pvt/orders"
LARGEST = 999_999_999_999
MISSING = object()
LONG = "x" * 3000


@dataclass(frozen=True, slots=True)
class Stage:
    """Orders that take part in every case, with everything there is to see of them."""

    orders: dict[str, PlacedOrder]
    seen: dict[str, Any]

    def check(self) -> None:
        """Fail if anything has changed since."""
        assert {name: _everything(order) for name, order in self.orders.items()} == self.seen


def _everything(order: PlacedOrder) -> Any:
    return [order.order(), order.transaction(), order.events()]


@pytest.fixture(scope="module")
def stage(facts: Facts) -> Iterator[Stage]:
    """An order in handling with 7000 of 10000 invoiced, which no case may change."""
    merchant = Merchant(Api(facts.base_url, APP_KEY, APP_TOKEN))
    started = merchant.place()
    started.invoice("N1", 7000)
    orders = {"started": started}
    stage = Stage(orders, {name: _everything(order) for name, order in orders.items()})
    yield stage
    stage.check()


def _without(body: dict[str, Any], path: str) -> dict[str, Any]:
    """Take one field off a body; ``path`` is dotted."""
    return _replaced(body, path, MISSING)


def _replaced(body: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(body))
    *parents, last = path.split(".")
    inner: Any = copy
    for name in parents:
        inner = inner[int(name)] if isinstance(inner, list) else inner[name]
    if value is MISSING:
        del inner[last]
    else:
        inner[int(last) if isinstance(inner, list) else last] = value
    return copy


def _is_refused(answer: Answer, *words: str, status: int = 400, code: str = "OMS001") -> None:
    assert (answer.status, answer.code) == (status, code), answer
    for word in words:
        assert word in answer.message, (word, answer.message)


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
    _is_refused(stage.orders["started"].notify("N2", value), "invoiceValue", *words)


@pytest.mark.parametrize(
    "number",
    ["", " ", "N 2", "N/2", "N#2", "N?2", "N%2F2", "Nç", "N\n2", "N\u202e2", "\ud83d\ude00", "x" * 101,
     2.5, None, True, ["N2"], {"n": 1}],
)  # fmt: skip
def test_invoice_number_is_a_word(stage: Stage, number: Any) -> None:
    _is_refused(stage.orders["started"].notify(number, 100), "invoiceNumber", "1 to 100")


def test_invoice_number_has_no_null_character(stage: Stage) -> None:
    _is_refused(stage.orders["started"].notify("N\u0000", 100), "invoiceNumber", "null character")


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

    answer = order.api.post(f"{order.path}/invoice", _replaced(invoice_body("N2", 100), field, value))

    _is_refused(answer, field)


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
        body = _replaced(body, field, value)

    _is_refused(order.api.post(f"{order.path}/changes", body), *words, code=code)


def test_change_that_removes_an_unknown_item_is_not_found(stage: Stage) -> None:
    answer = stage.orders["started"].register_change("C1", discount=1, itemsRemoved=[{"id": "Z", "quantity": 1}])

    _is_refused(answer, "Z", status=404, code="OMS005")


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
    body = _replaced(order_body(orderId=order_id), path, value)

    _is_refused(merchant.api.post(ORDERS, body), path)

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

    _is_refused(merchant.api.post(ORDERS, order_body(orderId=order_id) | changes), *words)

    assert merchant.api.get(f"{ORDERS}/{order_id}").status == 404


# Bodies that are no bodies

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

    _is_refused(order.api.send("POST", f"{order.path}/{route}", content), word)


@pytest.mark.parametrize("name", _NO_BODIES)
def test_order_that_is_no_body_is_refused(merchant: Merchant, name: str) -> None:
    _is_refused(merchant.api.send("POST", ORDERS, _NO_BODIES[name][0]))


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

    _is_refused(order.api.post(f"{order.path}/cancel", body))


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

    _is_refused(other_merchant.api.patch("/api/oms/pvt/account/settings", body))
    mixed = body | {"strictInvoices": True} if isinstance(body, dict) and "strictInvoices" not in body else body
    _is_refused(other_merchant.api.patch("/api/oms/pvt/account/settings", mixed))

    assert other_merchant.api.read("/api/oms/pvt/account/settings") == before


# Sizes


def _padded(body: dict[str, Any], size: int) -> bytes:
    plain = json.dumps(body).encode()
    return plain[:-1] + b" " * (size - len(plain)) + b"}"


@pytest.mark.parametrize("route", ["invoice", "changes", "cancel"])
def test_body_of_a_megabyte_and_a_byte_is_too_large(stage: Stage, route: str) -> None:
    order = stage.orders["started"]

    answer = order.api.send("POST", f"{order.path}/{route}", _padded(invoice_body("N2", 100), 1_000_001))

    _is_refused(answer, "1000001", "1000000", status=413, code="OMS413")


def test_order_of_a_megabyte_and_a_byte_is_too_large(merchant: Merchant) -> None:
    _is_refused(merchant.api.send("POST", ORDERS, _padded(order_body(), 1_000_001)), status=413, code="OMS413")


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


# Routes


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("GET", "", "OMS007"),
        ("POST", "/start-handling", "OMS007"),
        ("POST", "/cancel", "OMS007"),
        ("POST", "/invoice", "OMS007"),
        ("POST", "/changes", "OMS007"),
        ("GET", "/payment-transaction", "OMS007"),
    ],
)
@pytest.mark.parametrize("order_id", ["no-such-order", "x" * 3000, "0", "%C3%A7%C3%A3o"])
def test_unknown_order_is_not_found(merchant: Merchant, method: str, path: str, code: str, order_id: str) -> None:
    bodies = {"/invoice": invoice_body(), "/changes": change_body(discount=1)}
    content = json.dumps(bodies.get(path, {})) if method == "POST" else None

    answer = merchant.api.send(method, f"{ORDERS}/{order_id}{path}", content)

    assert (answer.status, answer.code) == (404, code), answer


@pytest.mark.parametrize(
    "part",
    ["", "/payments", "/payments/P", "/settlements", "/refunds", "/cancellations", "/interactions", "/capabilities"],
)
@pytest.mark.parametrize("transaction_id", ["0" * 32, "x" * 3000])
def test_unknown_transaction_is_not_found(merchant: Merchant, part: str, transaction_id: str) -> None:
    answer = merchant.api.get(f"/api/pvt/transactions/{transaction_id}{part}")

    assert (answer.status, answer.code) == (404, "1404"), answer


@pytest.mark.parametrize("payment_id", ["0" * 32, "x" * 3000])
def test_unknown_payment_is_not_found(stage: Stage, payment_id: str) -> None:
    order = stage.orders["started"]

    answer = order.api.get(f"{order.transaction_path}/payments/{payment_id}")

    assert (answer.status, answer.code) == (404, "1404"), answer


@pytest.mark.parametrize("query", ["accountName=demo", "accountName=demo&X-VTEX-signature=%C3%A7",
                                   "X-VTEX-signature=" + LONG, "accountName=" + LONG, ""])  # fmt: skip
def test_callback_with_a_wrong_signature_is_refused(stage: Stage, query: str) -> None:
    order = stage.orders["started"]
    path = f"/api/pvt/payment-provider/{order.transaction_path[9:]}/payments/{order.payment_ids[0]}/callback?{query}"

    answer = order.api.send("POST", path, "{}", headers={})

    assert (answer.status, answer.code) in {(401, "1"), (404, "1404")}, answer


@pytest.mark.parametrize(
    "query",
    ["limit=0", "limit=1001", "limit=x", "limit=-1", "limit=", "limit=1.5", "limit=%D9%A3", "limit=" + "9" * 300,
     "after=x", "after=", "after=%00", "after=TXN", "after=" + LONG],
)  # fmt: skip
def test_page_that_is_none_is_refused(stage: Stage, query: str) -> None:
    order = stage.orders["started"]

    _is_refused(order.api.get(f"{order.transaction_path}/interactions?{query}"), query.partition("=")[0])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/nowhere"),
        ("DELETE", f"{ORDERS}/O"),
        ("PUT", f"{ORDERS}/O/invoice"),
        ("GET", f"{ORDERS}/O/invoice"),
        ("GET", f"{ORDERS}/O/changes"),
        ("PATCH", f"{ORDERS}/O/changes"),
        ("POST", f"{ORDERS}/O/nowhere"),
        ("POST", "/health"),
        ("POST", "/api/pvt/transactions/T"),
        ("POST", "/api/pvt/transactions/T/settlements"),
        ("GET", "/api/pvt/transactions/T/nowhere"),
        ("GET", "/api/oms/pvt/orders/a/b/c/d"),
        ("GET", "/../../etc/passwd"),
    ],
)
def test_unknown_route_or_method_is_not_found(merchant: Merchant, method: str, path: str) -> None:
    answer = merchant.api.send(method, path, None if method == "GET" else "{}")

    assert answer.status == 404, answer
    assert answer.code


# Orders that are not ready


def test_order_that_was_not_started_takes_no_invoice_and_no_change(merchant: Merchant) -> None:
    order = merchant.place(start=False)
    before = _everything(order)

    answers = [
        order.notify("N1", 7000),
        order.notify("D1", 7000, type="Input"),
        order.register_change("C1", discount=100),
    ]

    for answer in answers:
        _is_refused(answer, status=409, code="OMS003")
    assert "start-handling" in answers[0].message
    assert _everything(order) == before


def test_refused_number_and_request_id_can_be_used_again(merchant: Merchant) -> None:
    order = merchant.place()
    assert order.notify("N1", 0).status == 400
    assert order.register_change("C1", discount=10000).status == 400

    order.invoice("N1", 7000)
    order.change("C1", discount=1000)

    assert order.order()["value"] == 9000


@pytest.mark.parametrize(
    "body",
    [
        {}, {"paymentId": "*"}, {"paymentId": "*", "operation": "payments"},
        {"paymentId": "P", "operation": "voids", "outcomes": []},
        {"paymentId": "P", "operation": "payments", "outcomes": ["explode"]},
        {"paymentId": "P", "operation": "payments", "outcomes": ["partial:5000"]},
        {"paymentId": "P", "operation": "settlements", "outcomes": ["partial:0"]},
        {"paymentId": "P", "operation": "settlements", "outcomes": "500"},
        {"paymentId": "P", "operation": "settlements", "outcomes": ["500"] * 101},
        {"paymentId": "x" * 3000, "operation": "settlements", "outcomes": ["500"]},
        {"paymentId": 1, "operation": "settlements", "outcomes": ["500"]}, [], "x", None,
    ],
)  # fmt: skip
def test_script_that_is_none_is_refused(merchant: Merchant, body: object) -> None:
    answer = merchant.api.post("/sandbox-connector/script", body)

    assert (answer.status, answer.code) == (400, "invalid-script"), answer


def test_calls_of_no_payment_are_refused_and_of_an_unknown_one_none(merchant: Merchant) -> None:
    assert merchant.api.get("/sandbox-connector/calls").status == 400
    assert merchant.api.read("/sandbox-connector/calls", paymentId="nobody") == []
    assert merchant.api.read("/sandbox-connector/calls", paymentId=LONG) == []
