"""What is left to invoice, to the cent, so that the last invoice closes the order (R20, KI 605517). Minor units."""

from collections.abc import Sequence
from dataclasses import dataclass

from settlement.domain.money import split_by_weight
from settlement.domain.order import Line, Order


@dataclass(frozen=True, slots=True)
class UnitPrice:
    """A price that some units of a line have."""

    value: int
    quantity: int


@dataclass(frozen=True, slots=True)
class LineLeft:
    """What is left of a line; its unit prices add up to ``value``."""

    line: Line
    value: int
    unit_prices: tuple[UnitPrice, ...]


@dataclass(frozen=True, slots=True)
class LeftToInvoice:
    """What is left of an order: ``value`` is the sum of its lines' values and ``extra_value`` (freight, tax)."""

    value: int
    lines: tuple[LineLeft, ...]
    extra_value: int
    per_invoice: tuple[int, ...]


def left_to_invoice(order: Order, lines: Sequence[Line], invoices: int) -> LeftToInvoice:
    """Spread what is left over the pending lines, and over ``invoices`` equal invoices, losing no cent.

    Lines are worth their selling prices, less their share of an order discount that those do not hold yet; what is
    left beyond that is extra value. Raises ``ValueError`` unless ``invoices`` is at least 1.
    """
    pending = [line for line in lines if line.pending > 0]
    goods = min(order.remainder, _goods(order, lines, pending))
    weights = [line.pending * line.selling_price for line in pending]
    values = split_by_weight(goods, weights) if any(weights) else [0] * len(pending)
    parts = tuple(
        LineLeft(line, value, _unit_prices(value, line.pending)) for line, value in zip(pending, values, strict=True)
    )
    per_invoice = tuple(split_by_weight(order.remainder, [1] * invoices))
    return LeftToInvoice(order.remainder, parts, order.remainder - sum(values), per_invoice)


def _goods(order: Order, lines: Sequence[Line], pending: Sequence[Line]) -> int:
    """The value of the pending goods, with their share of the order's discount."""
    nominal = sum(line.pending * line.selling_price for line in pending)
    whole = sum((line.quantity + line.removed) * line.selling_price for line in lines)
    items = sum(total.value for total in order.totals if total.id == "Items")
    discount = -sum(total.value for total in order.totals if total.id == "Discounts")
    if whole != items or not discount:
        return nominal
    share, _ = split_by_weight(min(discount, whole), [nominal, whole - nominal]) if whole else (0, 0)
    return nominal - share


def _unit_prices(value: int, quantity: int) -> tuple[UnitPrice, ...]:
    low, more = divmod(value, quantity)
    prices = (UnitPrice(low + 1, more), UnitPrice(low, quantity - more))
    return tuple(price for price in prices if price.quantity)
