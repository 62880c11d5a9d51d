"""Requests of a size: for each limit that is told, a way to send what reaches it."""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from settlement.api.modifications.request import (
    ModificationBody,
    ModificationSettings,
)
from testkit.shop import Placed
from tests.support.service import Heard, Service
from tests.support.tour import ORDERS, TRANSACTIONS, Tour
from tests.support.tour_bodies import change_body, invoice_body, order_body

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


def setting(name: str, of: Callable[[int], object]) -> Send:
    """Set a setting to what is made of the size."""
    return lambda service, size: service.call("PATCH", "/api/oms/pvt/account/settings", {name: of(size)})


def for_a_user(service: Service, size: int) -> Heard:
    """Cancel an order for a user whose name has the size."""
    path = f"{ORDERS}/{opened(service).order_id}/cancel"
    return service.call("POST", path, {}, headers={"X-Quita-User": "x" * size})


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


def grow_payment(body: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = body["paymentData"]["transactions"][0]["payments"][0]
    return found


def grow_lines(body: dict[str, Any], size: int) -> None:
    body["items"] = [{"id": f"A{number}", "quantity": 1, "price": 100} for number in range(size)]
    grow_worth(body, 100 * size)


def grow_worth(body: dict[str, Any], goods: int) -> None:
    """Give the order so much of items, and freight for the rest of its value."""
    body["totals"] = [{"id": "Items", "value": goods}, {"id": "Shipping", "value": body["value"] - goods}]


def grow_quantity(body: dict[str, Any], size: int) -> None:
    body["items"] = [{"id": "A", "quantity": size, "price": 0}]
    grow_worth(body, 0)


def grow_payments(body: dict[str, Any], size: int) -> None:
    values = [10000 - size + 1] + [1] * (size - 1)
    body["paymentData"]["transactions"][0]["payments"] = [grow_payment(body) | {"value": value} for value in values]


def grow_totals(body: dict[str, Any], size: int) -> None:
    body["items"] = [{"id": "A", "quantity": 1, "price": 10000}]
    body["totals"] = [{"id": "Items", "value": 10000}] + [{"id": "Tax", "value": 0}] * (size - 1)


def grow_amount(body: dict[str, Any], digits: int) -> None:
    value = 10**digits - 1
    body["items"] = [{"id": "A", "quantity": 1, "price": value}]
    body["totals"] = [{"id": "Items", "value": value}]
    body["value"] = grow_payment(body)["value"] = value


def grow_texts(body: dict[str, Any], size: int) -> None:
    """Descriptions and ids that have so many bytes in all."""
    whole, rest = divmod(size, 2001)
    body["items"] = [{"id": "A", "price": 1, "quantity": 1, "description": "x" * 2000} for _ in range(whole)]
    body["items"] += [{"id": "A", "price": 1, "quantity": 1, "description": "x" * (rest - 1)}]


def sightings_of(placed: Placed, service: Service, events: list[dict[str, Any]]) -> Heard:
    path = f"{ORDERS}/{placed.order_id}/invoice/N1"
    service.do("POST", f"{ORDERS}/{placed.order_id}/invoice", invoice_body("N1", 1000))
    where = {"trackingNumber": "T", "trackingUrl": None, "dispatchedDate": None, "courier": None}
    service.do("PATCH", path, where)
    return service.call("PUT", f"{path}/tracking", {"isDelivered": False, "events": events})


def send_sightings(service: Service, size: int) -> Heard:
    return sightings_of(opened(service), service, [{"city": "Porto"}] * size)


def send_sighting_texts(service: Service, size: int) -> Heard:
    whole, rest = divmod(size, 2000)
    texts = ["x" * 2000] * whole + ["x" * rest]
    return sightings_of(opened(service), service, [{"description": text} for text in texts])


def send_change_items(service: Service, size: int) -> Heard:
    placed = opened(service)
    body = change_body("C1", 1) | {"itemsRemoved": [{"id": "B", "price": 0, "quantity": 1}] * 2}
    body["itemsAdded"] = [{"id": f"N{number}", "price": 1, "quantity": 1} for number in range(size - 2)]
    return service.call("POST", f"{ORDERS}/{placed.order_id}/changes", body)


def send_request_id(service: Service, size: int) -> Heard:
    placed = opened(service)
    return service.call("POST", f"{ORDERS}/{placed.order_id}/changes", change_body("c" * size, 1))


def grow_tags(body: dict[str, Any], size: int) -> None:
    tag = {"name": "TAX@MANUALPRICE", "value": 1}
    body["add"] = {"items": [{"id": "A", "quantity": 1, "price": 10, "priceTags": [tag] * size}]}


def send_settings(service: Service, size: int) -> Heard:
    """Replace the settings by some that have so many bytes as they are kept."""
    names = ["n" * 1000] * 18
    names.append("n" * (size - bytes_of([*names, ""])))
    body = {"paymentConfiguration": {"customPaymentSystemsAllowed": names}}
    return service.call("PUT", "/api/order-system/orders/changes/settings", body)


def bytes_of(names: list[str]) -> int:
    body = {"paymentConfiguration": {"customPaymentSystemsAllowed": names}}
    return len(json.dumps(ModificationSettings.model_validate(body).as_view()))


def grow_asked(body: dict[str, Any], size: int) -> None:
    """Items whose request has so many bytes as it is kept, each with two texts of the account's own."""
    items = [{"id": "A", "quantity": 1}] * 2
    info = [{"selectedSla": "x" * 2000, "selectedDeliveryChannel": "x" * 1900} for _ in range(36)]
    part: dict[str, Any] = {
        "from": {"items": items[:1]},
        "to": {"items": items[:1], "shippingData": {"logisticsInfo": info}},
    }
    body["replace"] = [part]
    info.append({"addressId": "x" * (size - grow_bytes_asked(body | {"replace": [part]}, info))})


def grow_bytes_asked(body: dict[str, Any], info: list[dict[str, str]]) -> int:
    info = [*info, {"addressId": ""}]
    part = deepcopy(body["replace"][0])
    part["to"]["shippingData"]["logisticsInfo"] = info
    parsed = ModificationBody.model_validate(body | {"replace": [part]})
    return len(parsed.as_text(ModificationSettings.model_validate({})))


def send_interaction(service: Service, size: int) -> Heard:
    placed = opened(service)
    body = {"source": "erp", "message": "m" * size}
    return service.call("POST", f"{ORDERS}/{placed.order_id}/interactions", body)


def send_reason(service: Service, size: int) -> Heard:
    placed = opened(service)
    return service.call("POST", f"{ORDERS}/{placed.order_id}/cancel", {"reason": "r" * size})


def send_key(service: Service, size: int) -> Heard:
    placed = opened(service)
    path = f"/api/pvt/transactions/{placed.transaction_id}/settlement-request"
    return service.call("POST", path, {"value": 1}, headers={"Idempotency-Key": "k" * size})


def send_page(service: Service, size: int) -> Heard:
    placed = opened(service)
    path = f"/api/pvt/transactions/{placed.transaction_id}/interactions"
    return service.call("GET", path, query={"limit": str(size)})


def send_totals(service: Service, size: int) -> Heard:
    return service.call("GET", "/api/pvt/totals", query={"from": "2026-03-01", "to": "2026-03-02", "limit": str(size)})


def send_journal(service: Service, size: int) -> Heard:
    return service.call("GET", "/api/pvt/journal", query={"from": "2026-03-01", "to": "2026-03-02", "limit": str(size)})


def send_receivables(service: Service, size: int) -> Heard:
    return service.call("GET", "/api/pvt/receivables", query={"limit": str(size)})


def naming(field: str, of: Callable[[int], object] = lambda size: "x" * size) -> Callable[[Service, int], Heard]:
    """Name a settlement report with one field of a size."""

    def send(service: Service, size: int) -> Heard:
        file = {"format": "csv", "fileName": "sales.csv", "sha256": "0" * 64, field: of(size)}
        return service.call("POST", "/api/pvt/settlement-reports", file)

    return send


def send_log(service: Service, size: int) -> Heard:
    return service.call("GET", "/api/orders/hook/deliveries", query={"limit": str(size)})


def send_days(service: Service, size: int) -> Heard:
    last = date(2026, 1, 1) + timedelta(days=size - 1)
    return service.call("GET", "/api/pvt/totals", query={"from": "2026-01-01", "to": last.isoformat()})


def send_split(service: Service, size: int) -> Heard:
    placed = opened(service)
    return service.call("GET", f"{ORDERS}/{placed.order_id}/left-to-invoice", query={"invoices": str(size)})


def send_tell(service: Service, *told: list[dict[str, str]]) -> Heard:
    """Start a transaction of the gateway and tell it additional data, one request after the other."""
    body = {"value": 10000, "referenceId": "limits", "channel": "web"}
    transaction = service.do("POST", TRANSACTIONS, body)["id"]
    return [service.call("POST", f"{TRANSACTIONS}/{transaction}/additional-data", data) for data in told][-1]


def data_named(*numbers: int) -> list[dict[str, str]]:
    return [{"name": f"n{number}", "value": "v"} for number in range(*numbers)]


def send_data_of_one_name(service: Service, size: int) -> Heard:
    return send_tell(service, [{"name": "n", "value": "x" * size}])


def send_data_at_once(service: Service, size: int) -> Heard:
    return send_tell(service, data_named(size))


def send_data_in_all(service: Service, size: int) -> Heard:
    return send_tell(service, data_named(25), data_named(25, size))


def listing(name: str, value: Callable[[int], str]) -> Send:
    """List orders with a query parameter of a size."""
    return lambda service, size: service.call("GET", ORDERS, query={name: value(size)})


def feeding(queue: str) -> Send:
    """Configure a feed with one value of its queue."""
    return lambda service, size: service.call("POST", "/api/orders/feed/config", {"queue": {queue: size}})


def send_lot(service: Service, size: int) -> Heard:
    service.do("POST", "/api/orders/feed/config", {})
    return service.call("GET", "/api/orders/feed", query={"maxlot": str(size)})


def send_commits(service: Service, size: int) -> Heard:
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


def body_with(
    *path: str | int, of: Callable[[int], object] = lambda size: "x" * size
) -> Callable[[dict[str, Any], int], None]:
    def change(body: dict[str, Any], size: int) -> None:
        inner: Any = body
        for part in path[:-1]:
            inner = inner[part]
        inner[path[-1]] = of(size)

    return change


def recipients(count: int) -> list[dict[str, Any]]:
    """As many recipients, among whom 10000 is split."""
    amounts = [10_000 - (count - 1), *([1] * (count - 1))]
    seller = {"name": "Seller", "documentType": "CNPJ", "document": "12345678000195", "role": "seller"}
    return [seller | {"id": f"seller-{number}", "amount": amount} for number, amount in enumerate(amounts)]


def splitting(name: str) -> Callable[[int], list[dict[str, Any]]]:
    """One recipient of everything, with a text of the asked size."""
    return lambda size: [recipients(1)[0] | {name: "7" * size}]


def grow_price_tags(body: dict[str, Any], size: int) -> None:
    body["items"][0]["priceTags"] = [{"name": "TAXHUB", "value": 0}] * size


def grow_prices(body: dict[str, Any], size: int) -> None:
    """As many units of one item, each with a price of its own place in the list."""
    prices = {"sellingPrices": [{"value": 1, "quantity": 1}] * size}
    body["items"] = [{"id": "A", "quantity": size, "price": 1, "priceDefinition": prices}]
    grow_worth(body, size)


def of_payment(
    name: str, of: Callable[[int], object] = lambda size: "x" * size
) -> Callable[[dict[str, Any], int], None]:
    def change(body: dict[str, Any], size: int) -> None:
        grow_payment(body)[name] = of(size)

    return change


def send_body(service: Service, size: int) -> Heard:
    raw = '{"reason": "r"}'
    placed = opened(service)
    return service.call("POST", f"{ORDERS}/{placed.order_id}/cancel", raw=raw + " " * (size - len(raw)))


def send_nested(service: Service, depth: int) -> Heard:
    """Cancel with a body in which so many arrays and objects stand in each other."""
    placed = opened(service)
    inner = depth - 1
    return service.call("POST", f"{ORDERS}/{placed.order_id}/cancel", raw='{"any": ' + "[" * inner + "]" * inner + "}")
