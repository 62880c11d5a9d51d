"""What is left to invoice, to the cent, so that the last invoice closes the order (R20, C§7.14). Minor units."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from settlement.domain.money import split_by_weight
from settlement.domain.order.line_value import UnitPrice, total_of, unit_prices
from settlement.domain.order.order import Line, Order, pending_to_invoice


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

    A line is worth its selling prices, less its share of an order discount that those do not hold yet, whatever of it
    is invoiced first: its dearest units are taken to be invoiced before the others. What is left beyond the lines is
    extra value. Of a fully invoiced order no line is left, whether its invoices named it or not. Raises ``ValueError``
    unless ``invoices`` is at least 1.
    """
    pairs = [
        (line, _pending_worth(line, worth))
        for line, worth in zip(lines, _worths(order, lines), strict=True)
        if pending_to_invoice(order, line) > 0
    ]
    values = [value for _, value in pairs]
    if sum(values) > order.remainder:
        values = split_by_weight(order.remainder, values)
    parts = tuple(
        LineLeft(line, value, _pending_prices(line, value)) for (line, _), value in zip(pairs, values, strict=True)
    )
    per_invoice = tuple(split_by_weight(order.remainder, [1] * invoices))
    return LeftToInvoice(order.remainder, parts, order.remainder - sum(values), per_invoice)


def _worths(order: Order, lines: Sequence[Line]) -> list[int]:
    """What each line is worth as a whole, removed units included, less its share of the order's discount.

    The discount is that of the lines the order was placed with, which come first and make up its total of items.
    """
    nominal = [line.placed_value for line in lines]
    items = sum(total.value for total in order.totals if total.id == "Items")
    discount = -sum(total.value for total in order.totals if total.id == "Discounts")
    sums = list(accumulate(nominal))
    near = [place for place, so_far in enumerate(sums, start=1) if abs(so_far - items) <= abs(order.rounding_error)]
    if not 0 < discount <= items or not near:
        return nominal
    placed = near[0]
    return split_by_weight(items - discount, nominal[:placed]) + nominal[placed:]


def _pending_worth(line: Line, worth: int) -> int:
    """What of a line's worth is pending: without its first units, which are invoiced, and its last, which are gone."""
    if worth == line.placed_value:
        return total_of(line.pending_prices)
    low, dearer = divmod(worth, line.quantity + line.removed)
    return low * line.pending + min(line.pending, max(0, dearer - line.invoiced))


def _pending_prices(line: Line, value: int) -> tuple[UnitPrice, ...]:
    """Unit prices of the pending units that add up to ``value``: the line's own if they do."""
    own = line.pending_prices
    return own if total_of(own) == value else unit_prices(value, line.pending)
