"""What a checkout tells the gateway of a transaction that it drives by itself, without the OMS (C§3.2).

Such a transaction belongs to an order that only the gateway knows: it is in no list, and no route of the OMS finds it.
"""

import json
from dataclasses import dataclass

from settlement.domain.errors import InvalidRequest
from settlement.domain.identity import is_same
from settlement.domain.money import MAX_MINOR_UNITS
from settlement.domain.order.order import MAX_LINES, Line, OrderTotal

MAX_ADDITIONAL_DATA = 50
"""Names of additional data that one transaction keeps."""

CART = "cart"
CLIENT_PROFILE = "clientProfileData"

MAX_QUANTITY = 1_000_000


@dataclass(frozen=True, slots=True)
class Checkout:
    """How a transaction was started. ``reference`` is the caller's own id of the purchase.

    ``order_group`` is the purchase that the payments were sent for, ``batches`` the identities of what was sent
    together; ``batch``, that of the last payments, is all that earlier versions kept.
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
        """Whether these payments were sent together before."""
        known = self.batches if self.batch is None else (self.batch, *self.batches)
        return any(is_same(batch, payments) for batch in known)


@dataclass(frozen=True, slots=True)
class AdditionalData:
    """A named text about a transaction; ``value`` is JSON where the name is a known one."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Cart:
    """What is bought, as a connector is told; values in minor units."""

    lines: tuple[Line, ...]
    totals: tuple[OrderTotal, ...]


def read_cart(text: str) -> Cart:
    """Read the additional data ``cart``: items with id, unit value and quantity, freight and tax.

    Raises ``InvalidRequest`` that names what is wrong. A cart is told to connectors and moves no money.
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
    return Cart(lines, tuple(OrderTotal(name, value) for name, value in parts.items() if value))


def read_object(name: str, text: str) -> dict[str, object]:
    """Return the JSON object that a value of additional data is; raises ``InvalidRequest`` if it is none."""
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
    return Line(
        unique_id=f"{index:04d}-{id_}",
        index=index,
        id=id_,
        name=name[:2000] if isinstance(name, str) and name else id_,
        quantity=quantity,
        price=value,
        selling_price=value,
    )


def _integer(where: str, value: object, most: int, least: int = 0) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise InvalidRequest(f"{where}: must be an integer from {least} to {most}")
    return value
