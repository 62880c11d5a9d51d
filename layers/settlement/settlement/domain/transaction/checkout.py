"""A checkout's data about a gateway-only transaction (C§3.2).

Such a transaction has an order head of its own, which no list and no route of the OMS shows.
"""

import json
import re

from settlement.domain.connectors.addresses import MAX_ADDRESS_CHARACTERS
from settlement.domain.errors import InvalidRequest
from settlement.domain.identity import is_same
from settlement.domain.money import MAX_MINOR_UNITS
from settlement.domain.order.order import (
    MAX_DELIVERY_CHARACTERS,
    MAX_LINES,
    MAX_PART_CHARACTERS,
    Line,
    OrderTotal,
)
from settlement.values import dataclass

MAX_ADDITIONAL_DATA = 50
"""Most names of additional data of one transaction."""

CART = "cart"
CLIENT_PROFILE = "clientProfileData"
IP_ADDRESS = "ipAddress"
DEVICE_FINGERPRINT = "deviceFingerprint"

MAX_QUANTITY = 1_000_000


@dataclass(frozen=True, slots=True)
class Checkout:
    """The data of a transaction's start. ``reference`` is the caller's own id of the purchase.

    ``order_group`` is the purchase of the payments, ``batches`` the identities of the lists in which they were sent.
    Earlier versions stored only ``batch``, that of the last list.
    """

    reference: str
    channel: str
    sales_channel: str
    urn: str | None = None
    order_group: str | None = None
    batch: str | None = None
    soft_descriptor: str | None = None
    recurrent: bool = False
    batches: tuple[str, ...] = ()

    def was_sent(self, payments: object) -> bool:
        """True if the same list of payments was sent before."""
        known = self.batches if self.batch is None else (self.batch, *self.batches)
        return any(is_same(batch, payments) for batch in known)


@dataclass(frozen=True, slots=True)
class AdditionalData:
    """A named text about a transaction; ``value`` is JSON for the known names."""

    name: str
    value: str


_OPTIONAL = frozenset({"orderUrl"})
_OPTIONAL_OF_ITEM = frozenset({"sellerId", "categoryId", "deliveryType", "tax", "taxRate"})
_RATE = re.compile(r"[0-9]{1,9}(\.[0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class Cart:
    """The purchased items as sent to connectors; values in minor units."""

    lines: tuple[Line, ...]
    totals: tuple[OrderTotal, ...]
    url: str | None = None


def read_cart(text: str) -> Cart:
    """Read the additional data ``cart``: items with id, unit value and quantity, freight and tax.

    Raises ``InvalidRequest``, which names the fault. A cart is sent to connectors and moves no money.
    """
    cart = read_object(CART, text)
    items = cart.get("items", [])
    if not isinstance(items, list) or len(items) > MAX_LINES:
        raise InvalidRequest(f"cart.items: must be a list of at most {MAX_LINES}")
    lines = tuple(_line(index, item) for index, item in enumerate(items))
    parts = {
        "Items": sum(line.selling_price * line.quantity for line in lines),
        "Shipping": _integer("cart.freight", cart.get("freight") or 0, MAX_MINOR_UNITS),
        "Tax": _integer("cart.tax", cart.get("tax") or 0, MAX_MINOR_UNITS),
    }
    totals = tuple(OrderTotal(name, value) for name, value in parts.items() if value)
    return Cart(lines, totals, optional_text("cart.orderUrl", cart.get("orderUrl"), MAX_ADDRESS_CHARACTERS))


def read_stored_cart(text: str) -> Cart:
    """Read a stored cart; optional parts that cannot be used are left out, since earlier versions took them unread.

    Raises ``InvalidRequest`` for a fault in what every version has read.
    """
    try:
        return read_cart(text)
    except InvalidRequest:
        cart = _without(_OPTIONAL, read_object(CART, text))
        if isinstance(items := cart.get("items"), list):
            cart["items"] = [_without(_OPTIONAL_OF_ITEM, item) if isinstance(item, dict) else item for item in items]
        return read_cart(json.dumps(cart))


def _without(names: frozenset[str], part: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in part.items() if name not in names}


def read_object(name: str, text: str) -> dict[str, object]:
    """Return a value of additional data as JSON object; raises ``InvalidRequest`` if it is not one."""
    try:
        parsed = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidRequest(f"{name}: its value must be a JSON object as text") from None
    if not isinstance(parsed, dict):
        raise InvalidRequest(f"{name}: its value must be a JSON object as text")
    return parsed


def _line(index: int, item: object) -> Line:
    where = f"cart.items.{index}"
    if not isinstance(item, dict):
        raise InvalidRequest(f"{where}: must be an object")
    id_ = item.get("id")
    if not isinstance(id_, str) or not 1 <= len(id_) <= 100:
        raise InvalidRequest(f"{where}.id: must be a text of 1 to 100 characters")
    name = item.get("name")
    value = _integer(f"{where}.value", item.get("value"), MAX_MINOR_UNITS)
    quantity = _integer(f"{where}.quantity", item.get("quantity"), MAX_QUANTITY, least=1)
    tax = item.get("tax")
    return Line(
        unique_id=f"{index:04d}-{id_}",
        index=index,
        id=id_,
        name=name[:2000] if isinstance(name, str) and name else id_,
        quantity=quantity,
        price=value,
        selling_price=value,
        seller_id=optional_text(f"{where}.sellerId", item.get("sellerId"), MAX_PART_CHARACTERS),
        category_id=optional_text(f"{where}.categoryId", item.get("categoryId"), MAX_PART_CHARACTERS),
        delivery_type=optional_text(f"{where}.deliveryType", item.get("deliveryType"), MAX_DELIVERY_CHARACTERS),
        tax=None if tax is None else _integer(f"{where}.tax", tax, MAX_MINOR_UNITS),
        tax_rate=_rate(f"{where}.taxRate", item.get("taxRate")),
    )


def _rate(where: str, value: object) -> str | None:
    """Read a rate, as a number or its text; None if it is absent or empty. Raises ``InvalidRequest``."""
    if value is None or value == "":
        return None
    written = str(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else ""
    if not _RATE.fullmatch(written):
        raise InvalidRequest(f"{where}: must be a number from 0, with at most 9 digits and 6 decimals")
    return written


def optional_text(where: str, value: object, most: int) -> str | None:
    """Read a text, or the digits of a whole number; None if it is absent or empty. Raises ``InvalidRequest``."""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        raise InvalidRequest(f"{where}: must be a text")
    if len(value) > most:
        raise InvalidRequest(f"{where}: has {len(value)} characters; the limit is {most}")
    return value


def _integer(where: str, value: object, most: int, least: int = 0) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise InvalidRequest(f"{where}: must be an integer from {least} to {most}")
    return value
