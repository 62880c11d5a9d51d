"""Every limit of a request: what is below or at it is taken, what is above is refused with field and limit.

The table of limits in docs/limits.md is what is tested: a row without a test here, or one of those named below, fails.
"""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import pytest

from settlement.api.body import MAX_BODY_BYTES, MAX_DEPTH
from settlement.api.checkout_models import MAX_DATA_AT_ONCE, MAX_DATA_CHARACTERS
from settlement.api.invoice_models import MAX_DOCUMENT_BYTES, MAX_INVOICE_ITEMS, MAX_SIGHTINGS, MAX_TEXT_BYTES
from settlement.api.models import MAX_ANY_TEXT, MAX_INSTALLMENTS, MAX_NAME_BYTES, MAX_QUANTITY, MAX_TOTALS
from settlement.api.modification_models import (
    MAX_REQUEST_BYTES,
    MAX_SETTINGS_BYTES,
    MAX_TAGS,
    ModificationBody,
    ModificationSettings,
)
from settlement.domain.account.feed import MAX_RETENTION_SECONDS, MAX_VISIBILITY_SECONDS
from settlement.domain.money import MAX_DIGITS
from settlement.domain.order.order import MAX_LINES
from settlement.domain.transaction.checkout import MAX_ADDITIONAL_DATA
from settlement.domain.transaction.payment import MAX_PAYMENTS
from testkit.shop import Placed, Shop
from tests.support.service import Heard, Service
from tests.support.tour import ORDERS, TRANSACTIONS, Tour
from tests.support.tour_bodies import change_body, invoice_body, order_body
from tests.template.cloudformation import CHECKOUT
from tests.template.test_readme import limits


@pytest.fixture
def service(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Service:
    """The service."""
    return Service(shop, monkeypatch)


Send = Callable[[Service, int], Heard]


@dataclass(frozen=True)
class Limit:
    """A row of the table with a way to send a request of a size; ``says`` has to be in the refusal of one too many."""

    row: str
    most: int
    send: Send
    says: tuple[str, ...]
    status: int = 400
    least: int | None = None


def placing(change: Callable[[dict[str, Any], int], None]) -> Send:
    """Place an order whose body is changed by the size."""

    def send(service: Service, size: int) -> Heard:
        body = deepcopy(order_body("limits-01"))
        change(body, size)
        return service.call("POST", ORDERS, body)

    return send


def opened(service: Service) -> Placed:
    """A started order."""
    return Tour(service).place("limits-01")


def invoicing(change: Callable[[dict[str, Any], int], None]) -> Send:
    """Notify an invoice whose body is changed by the size."""

    def send(service: Service, size: int) -> Heard:
        placed, body = opened(service), deepcopy(invoice_body("N1", 1000))
        change(body, size)
        return service.call("POST", f"{ORDERS}/{placed.order_id}/invoice", body)

    return send


def modifying(change: Callable[[dict[str, Any], int], None]) -> Send:
    """Preview a modification whose body is changed by the size."""

    def send(service: Service, size: int) -> Heard:
        placed = opened(service)
        body: dict[str, Any] = {"reason": "another size", "manualDiscountValue": 1000}
        change(body, size)
        return service.call("POST", f"/api/order-system/orders/{placed.order_id}/changes/preview", body)

    return send


def _payment(body: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = body["paymentData"]["transactions"][0]["payments"][0]
    return found


def _lines(body: dict[str, Any], size: int) -> None:
    body["items"] = [{"id": f"A{number}", "quantity": 1, "price": 100} for number in range(size)]
    _worth(body, 100 * size)


def _worth(body: dict[str, Any], goods: int) -> None:
    """Give the order so much of items, and freight for the rest of its value."""
    body["totals"] = [{"id": "Items", "value": goods}, {"id": "Shipping", "value": body["value"] - goods}]


def _quantity(body: dict[str, Any], size: int) -> None:
    body["items"] = [{"id": "A", "quantity": size, "price": 0}]
    _worth(body, 0)


def _payments(body: dict[str, Any], size: int) -> None:
    values = [10000 - size + 1] + [1] * (size - 1)
    body["paymentData"]["transactions"][0]["payments"] = [_payment(body) | {"value": value} for value in values]


def _totals(body: dict[str, Any], size: int) -> None:
    body["items"] = [{"id": "A", "quantity": 1, "price": 10000}]
    body["totals"] = [{"id": "Items", "value": 10000}] + [{"id": "Tax", "value": 0}] * (size - 1)


def _amount(body: dict[str, Any], digits: int) -> None:
    value = 10**digits - 1
    body["items"] = [{"id": "A", "quantity": 1, "price": value}]
    body["totals"] = [{"id": "Items", "value": value}]
    body["value"] = _payment(body)["value"] = value


def _texts(body: dict[str, Any], size: int) -> None:
    """Descriptions and ids that have so many bytes in all."""
    whole, rest = divmod(size, 2001)
    body["items"] = [{"id": "A", "price": 1, "quantity": 1, "description": "x" * 2000} for _ in range(whole)]
    body["items"] += [{"id": "A", "price": 1, "quantity": 1, "description": "x" * (rest - 1)}]


def _sightings_of(placed: Placed, service: Service, events: list[dict[str, Any]]) -> Heard:
    path = f"{ORDERS}/{placed.order_id}/invoice/N1"
    service.do("POST", f"{ORDERS}/{placed.order_id}/invoice", invoice_body("N1", 1000))
    where = {"trackingNumber": "T", "trackingUrl": None, "dispatchedDate": None, "courier": None}
    service.do("PATCH", path, where)
    return service.call("PUT", f"{path}/tracking", {"isDelivered": False, "events": events})


def _sightings(service: Service, size: int) -> Heard:
    return _sightings_of(opened(service), service, [{"city": "Porto"}] * size)


def _sighting_texts(service: Service, size: int) -> Heard:
    whole, rest = divmod(size, 2000)
    texts = ["x" * 2000] * whole + ["x" * rest]
    return _sightings_of(opened(service), service, [{"description": text} for text in texts])


def _change_items(service: Service, size: int) -> Heard:
    placed = opened(service)
    body = change_body("C1", 1) | {"itemsRemoved": [{"id": "B", "price": 0, "quantity": 1}] * 2}
    body["itemsAdded"] = [{"id": f"N{number}", "price": 1, "quantity": 1} for number in range(size - 2)]
    return service.call("POST", f"{ORDERS}/{placed.order_id}/changes", body)


def _request_id(service: Service, size: int) -> Heard:
    placed = opened(service)
    return service.call("POST", f"{ORDERS}/{placed.order_id}/changes", change_body("c" * size, 1))


def _tags(body: dict[str, Any], size: int) -> None:
    tag = {"name": "TAX@MANUALPRICE", "value": 1}
    body["add"] = {"items": [{"id": "A", "quantity": 1, "price": 10, "priceTags": [tag] * size}]}


def _settings(service: Service, size: int) -> Heard:
    """Replace the settings by some that have so many bytes as they are kept."""
    names = ["n" * 1000] * 18
    names.append("n" * (size - _bytes_of([*names, ""])))
    body = {"paymentConfiguration": {"customPaymentSystemsAllowed": names}}
    return service.call("PUT", "/api/order-system/orders/changes/settings", body)


def _bytes_of(names: list[str]) -> int:
    body = {"paymentConfiguration": {"customPaymentSystemsAllowed": names}}
    return len(json.dumps(ModificationSettings.model_validate(body).as_view()))


def _asked(body: dict[str, Any], size: int) -> None:
    """Items whose request has so many bytes as it is kept, each with two texts of the account's own."""
    items = [{"id": "A", "quantity": 1}] * 2
    info = [{"selectedSla": "x" * 2000, "selectedDeliveryChannel": "x" * 2000} for _ in range(36)]
    part: dict[str, Any] = {
        "from": {"items": items[:1]},
        "to": {"items": items[:1], "shippingData": {"logisticsInfo": info}},
    }
    body["replace"] = [part]
    info.append({"addressId": "x" * (size - _bytes_asked(body | {"replace": [part]}, info))})


def _bytes_asked(body: dict[str, Any], info: list[dict[str, str]]) -> int:
    info = [*info, {"addressId": ""}]
    part = deepcopy(body["replace"][0])
    part["to"]["shippingData"]["logisticsInfo"] = info
    parsed = ModificationBody.model_validate(body | {"replace": [part]})
    return len(parsed.as_text(ModificationSettings.model_validate({})))


def _interaction(service: Service, size: int) -> Heard:
    placed = opened(service)
    body = {"source": "erp", "message": "m" * size}
    return service.call("POST", f"{ORDERS}/{placed.order_id}/interactions", body)


def _reason(service: Service, size: int) -> Heard:
    placed = opened(service)
    return service.call("POST", f"{ORDERS}/{placed.order_id}/cancel", {"reason": "r" * size})


def _key(service: Service, size: int) -> Heard:
    placed = opened(service)
    path = f"/api/pvt/transactions/{placed.transaction_id}/settlement-request"
    return service.call("POST", path, {"value": 1}, headers={"Idempotency-Key": "k" * size})


def _page(service: Service, size: int) -> Heard:
    placed = opened(service)
    path = f"/api/pvt/transactions/{placed.transaction_id}/interactions"
    return service.call("GET", path, query={"limit": str(size)})


def _split(service: Service, size: int) -> Heard:
    placed = opened(service)
    return service.call("GET", f"{ORDERS}/{placed.order_id}/left-to-invoice", query={"invoices": str(size)})


def _tell(service: Service, *told: list[dict[str, str]]) -> Heard:
    """Start a transaction of the gateway and tell it additional data, one request after the other."""
    body = {"value": 10000, "referenceId": "limits", "channel": "web"}
    transaction = service.do("POST", TRANSACTIONS, body)["id"]
    return [service.call("POST", f"{TRANSACTIONS}/{transaction}/additional-data", data) for data in told][-1]


def _names(*numbers: int) -> list[dict[str, str]]:
    return [{"name": f"n{number}", "value": "v"} for number in range(*numbers)]


def _data_of_one_name(service: Service, size: int) -> Heard:
    return _tell(service, [{"name": "n", "value": "x" * size}])


def _data_at_once(service: Service, size: int) -> Heard:
    return _tell(service, _names(size))


def _data_in_all(service: Service, size: int) -> Heard:
    return _tell(service, _names(25), _names(25, size))


def listing(name: str, value: Callable[[int], str]) -> Send:
    """List orders with a query parameter of a size."""
    return lambda service, size: service.call("GET", ORDERS, query={name: value(size)})


def feeding(queue: str) -> Send:
    """Configure a feed with one value of its queue."""
    return lambda service, size: service.call("POST", "/api/orders/feed/config", {"queue": {queue: size}})


def _lot(service: Service, size: int) -> Heard:
    service.do("POST", "/api/orders/feed/config", {})
    return service.call("GET", "/api/orders/feed", query={"maxlot": str(size)})


def _commits(service: Service, size: int) -> Heard:
    service.do("POST", "/api/orders/feed/config", {})
    handle = "MjAyNi0wMy0wMlQwOTowMDowMCMxIzE="
    return service.call("POST", "/api/orders/feed", {"handles": [handle] * size})


def hooking(change: Callable[[dict[str, Any], int], None]) -> Send:
    """Configure a hook whose body is changed by the size."""

    def send(service: Service, size: int) -> Heard:
        body: dict[str, Any] = {"filter": {"status": ["invoiced"]}, "hook": {"url": "https://shop.example/hook"}}
        change(body, size)
        return service.call("POST", "/api/orders/hook/config", body)

    return send


def _set(
    *path: str | int, of: Callable[[int], object] = lambda size: "x" * size
) -> Callable[[dict[str, Any], int], None]:
    def change(body: dict[str, Any], size: int) -> None:
        inner: Any = body
        for part in path[:-1]:
            inner = inner[part]
        inner[path[-1]] = of(size)

    return change


def _of_payment(
    name: str, of: Callable[[int], object] = lambda size: "x" * size
) -> Callable[[dict[str, Any], int], None]:
    def change(body: dict[str, Any], size: int) -> None:
        _payment(body)[name] = of(size)

    return change


def _body(service: Service, size: int) -> Heard:
    raw = '{"reason": "r"}'
    placed = opened(service)
    return service.call("POST", f"{ORDERS}/{placed.order_id}/cancel", raw=raw + " " * (size - len(raw)))


def _nested(service: Service, depth: int) -> Heard:
    """Cancel with a body in which so many arrays and objects stand in each other."""
    placed = opened(service)
    inner = depth - 1
    return service.call("POST", f"{ORDERS}/{placed.order_id}/cancel", raw='{"any": ' + "[" * inner + "]" * inner + "}")


LIMITS = (
    Limit("arrays and objects in each other, in a body", MAX_DEPTH, _nested, ("32",)),
    Limit("a request's body", MAX_BODY_BYTES, _body, ("1000001 bytes", "1000000"), status=413),
    Limit("lines of an order", MAX_LINES, placing(_lines), ("items", "at most 70 items")),
    Limit("payments of an order", MAX_PAYMENTS, placing(_payments), ("payments", "at most 10 items")),
    Limit("totals of an order", MAX_TOTALS, placing(_totals), ("totals", "at most 20 items")),
    Limit("an amount", MAX_DIGITS, placing(_amount), ("value", "999999999999")),
    Limit("a quantity", MAX_QUANTITY, placing(_quantity), ("quantity", "1000000")),
    Limit(
        "installments of a payment", MAX_INSTALLMENTS, placing(_of_payment("installments", int)), ("installments", "99")
    ),
    Limit("an order id, an invoice number, the id of a change", 100, placing(_set("orderId")), ("orderId", "1 to 100")),
    Limit(
        "an order id, an invoice number, the id of a change",
        100,
        invoicing(_set("invoiceNumber")),
        ("invoiceNumber", "1 to 100"),
    ),
    Limit("an order id, an invoice number, the id of a change", 100, _request_id, ("requestId", "1 to 100")),
    Limit("another id", 64, placing(_of_payment("id")), ("payments.0.id", "1 to 64")),
    Limit("another id", 64, placing(_set("items", 0, "uniqueId")), ("items.0.uniqueId", "1 to 64")),
    Limit("the id of an item", 100, placing(_set("items", 0, "id")), ("items.0.id", "at most 100")),
    Limit("the id of an item", 100, invoicing(_set("items", 0, "id")), ("items.0.id", "at most 100")),
    Limit("the name of an item", MAX_NAME_BYTES, placing(_set("items", 0, "name")), ("items.0.name", "2000")),
    Limit(
        "the name of an item",
        MAX_NAME_BYTES // 2,
        placing(_set("items", 0, "name", of=lambda size: "é" * size)),
        ("items.0.name", "2002 bytes", "2000"),
    ),
    Limit(
        "a vault token", 256, placing(_of_payment("card", lambda size: {"token": "t" * size})), ("token", "at most 256")
    ),
    Limit("any other text", MAX_ANY_TEXT, invoicing(_set("courier")), ("courier", "at most 2000")),
    Limit("any other text", MAX_ANY_TEXT, _interaction, ("message", "at most 2000")),
    Limit("any other text", MAX_ANY_TEXT, _reason, ("reason", "at most 2000")),
    Limit(
        "items of an invoice",
        MAX_INVOICE_ITEMS,
        invoicing(_set("items", of=lambda size: [{"id": "A", "price": 1, "quantity": 1}] * size)),
        ("items", "at most 200 items"),
    ),
    Limit(
        "texts of an invoice's items, and of a parcel's sightings",
        MAX_TEXT_BYTES,
        invoicing(_texts),
        ("items", "100001 bytes", "100000"),
    ),
    Limit(
        "texts of an invoice's items, and of a parcel's sightings",
        MAX_TEXT_BYTES,
        _sighting_texts,
        ("events", "100001 bytes", "100000"),
    ),
    Limit("sightings of a parcel at once", MAX_SIGHTINGS, _sightings, ("events", "at most 100 items")),
    Limit(
        "an embedded invoice document",
        MAX_DOCUMENT_BYTES,
        invoicing(_set("embeddedInvoice")),
        ("embeddedInvoice", "200001 bytes", "200000"),
    ),
    Limit("lines of an order", MAX_LINES, _change_items, ("itemsAdded", "71", "70")),
    Limit("price tags of an item", MAX_TAGS, modifying(_tags), ("priceTags", "at most 20")),
    Limit("additional data under one name", MAX_DATA_CHARACTERS, _data_of_one_name, ("value", "at most 100000")),
    Limit("names of additional data in one request", MAX_DATA_AT_ONCE, _data_at_once, ("at most 30 items",)),
    Limit("names of a transaction's additional data", MAX_ADDITIONAL_DATA, _data_in_all, ("at most 50", "51")),
    Limit(
        "what a modification asks for, with its settings",
        MAX_REQUEST_BYTES,
        modifying(_asked),
        ("replace", "150001 bytes", "150000"),
    ),
    Limit("settings of modifications", MAX_SETTINGS_BYTES, _settings, ("20001 bytes", "20000")),
    Limit("an `Idempotency-Key`", 255, _key, ("Idempotency-Key", "1 to 255")),
    Limit("events in one answer of `…/interactions`", 1000, _page, ("limit", "1 to 1000")),
    Limit("invoices of an order", 1000, _split, ("invoices", "1 to 1000")),
    Limit("orders on one page of a list", 100, listing("per_page", str), ("per_page", "1 to 100")),
    Limit("the text of a search", 200, listing("q", lambda size: "q" * size), ("q", "at most 200")),
    Limit(
        "statuses in a filter",
        50,
        listing("f_status", lambda size: ",".join(f"s{n}" for n in range(size))),
        ("f_status", "at most 50"),
    ),
    Limit(
        "statuses in a filter",
        50,
        hooking(_set("filter", "status", of=lambda size: ["invoiced"] * size)),
        ("status", "at most 50"),
    ),
    Limit("updates in one answer of a feed", 10, _lot, ("maxlot", "1 to 10")),
    Limit("updates in one commit", 100, _commits, ("handles", "at most 100")),
    Limit(
        "seconds that a feed hides an update",
        MAX_VISIBILITY_SECONDS,
        feeding("visibilityTimeoutInSeconds"),
        ("visibilityTimeoutInSeconds", "43200"),
    ),
    Limit(
        "seconds that a feed keeps an update, at least 60",
        MAX_RETENTION_SECONDS,
        feeding("messageRetentionPeriodInSeconds"),
        ("essageRetentionPeriodInSeconds", "3456000"),
    ),
    Limit(
        "a hook's address",
        2000,
        hooking(_set("hook", "url", of=lambda size: "https://shop.example/".ljust(size, "x"))),
        ("url", "at most 2000"),
    ),
    Limit(
        "headers of a hook",
        20,
        hooking(_set("hook", "headers", of=lambda size: {f"X-{n}": "v" for n in range(size)})),
        ("headers", "at most 20"),
    ),
)


def _name(limit: Limit) -> str:
    return f"{limit.row}: {limit.says[0]}"


@pytest.mark.parametrize("limit", LIMITS, ids=_name)
def test_what_is_below_or_at_the_limit_is_taken(service: Service, limit: Limit) -> None:
    for size in (limit.most - 1, limit.most):
        service.shop = service.shop.__class__()
        heard = limit.send(service, size)
        assert heard.status in heard.route.answers, (size, heard.text)


@pytest.mark.parametrize("limit", LIMITS, ids=_name)
def test_what_is_above_the_limit_is_refused_with_field_and_limit(service: Service, limit: Limit) -> None:
    heard = limit.send(service, limit.most + 1)

    assert heard.status == limit.status, heard.text
    message = heard.json["error"]["message"]
    assert [words for words in limit.says if words not in message] == [], message


_OF_AN_ORDER = "test_what_keeps_within_it_is_taken"

TESTED_ELSEWHERE = {
    "invoices of an order": _OF_AN_ORDER,
    "registered changes of an order": _OF_AN_ORDER,
    "texts and documents of all invoices of an order": _OF_AN_ORDER,
    "modifications of an order": _OF_AN_ORDER,
    "operations waiting on a transaction": _OF_AN_ORDER,
    "operations of a transaction that takes direct requests and retries": _OF_AN_ORDER,
    "events of a timeline that takes interactions, tracking and additional data": _OF_AN_ORDER,
    "callbacks and notifications that an authorisation heeds": "test_word_about_a_card_without_end_has_no_effect",
    "sightings of a parcel": "test_parcel_has_so_many_sightings",
    "calls of an operation": "test_operation_of_more_calls_than_one_takes_fails_with_both_numbers",
    "calls that one retry of an operation takes over": "test_retry_takes_over_every_missing_leg_once",
    "a connector's or a hook's answer": "test_answer_of_at_most_1_mb_is_read",
    "a connector call, name look-up to last byte": "test_stalled_answer_ends_at_the_deadline",
    "calls in one attempt of one leg": "test_retries_follow_the_schedule_and_end_within_24_hours",
    "remainders in one attempt": "test_r24_after_five_remainders_the_operation_waits",
    "from an operation's first attempt to its last": "test_retries_follow_the_schedule_and_end_within_24_hours",
    "orders in one list": "test_list_says_when_there_may_be_more",
    "months in one list": "test_of_a_longer_range_the_last_24_months_are_shown",
    "feeds of an account": "test_account_has_so_many_feeds_and_hooks",
    "hooks of an account": "test_account_has_so_many_feeds_and_hooks",
    "connectors of an account": "test_one_connector_too_many_is_refused",
}
"""Limits that are not one request's, and the tests of them."""


def test_every_limit_that_is_told_is_tested_and_every_one_tested_is_told() -> None:
    told = set(limits())

    assert told == {limit.row for limit in LIMITS} | set(TESTED_ELSEWHERE)
    tests = "".join(file.read_text(encoding="utf-8") for file in (CHECKOUT / "tests").rglob("test_*.py"))
    assert [name for name in TESTED_ELSEWHERE.values() if f"def {name}(" not in tests] == []
