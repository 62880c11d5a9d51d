"""The value left to invoice, to the cent, so that the last invoice closes the order (R20, C§7.14). Minor units."""

from collections.abc import Sequence
from itertools import accumulate

from settlement.domain.money import split_by_weight
from settlement.domain.order.line_value import UnitPrice, total_of, unit_prices
from settlement.domain.order.order import Line, Order, pending_to_invoice
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class LineLeft:
    """The part of a line left to invoice; its unit prices add up to ``value``."""

    line: Line
    value: int
    unit_prices: tuple[UnitPrice, ...]


@dataclass(frozen=True, slots=True)
class LeftToInvoice:
    """The part of an order left to invoice; ``value`` is its lines' values plus ``extra_value`` (freight, tax)."""

    value: int
    lines: tuple[LineLeft, ...]
    extra_value: int
    per_invoice: tuple[int, ...]


def left_to_invoice(order: Order, lines: Sequence[Line], invoices: int) -> LeftToInvoice:
    """Split the value left over the pending lines, and over ``invoices`` equal invoices, without losing a cent.

    A line's value is that of its selling prices, less its share of an order discount that they do not include. Its
    dearest units count as invoiced first. Value beyond the lines is extra value. A fully invoiced order has no lines
    left, whether its invoices named them or not. Raises ``ValueError`` unless ``invoices`` is at least 1.
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
    """Return each line's whole value, removed units included, less its share of the order's discount.

    The discount applies to the lines that the order was placed with; they come first and add up to its Items total.
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
    """Return a line's pending value: without its first units, which are invoiced, and its last, which are removed."""
    if worth == line.placed_value:
        return total_of(line.pending_prices)
    low, dearer = divmod(worth, line.quantity + line.removed)
    return low * line.pending + min(line.pending, max(0, dearer - line.invoiced))


def _pending_prices(line: Line, value: int) -> tuple[UnitPrice, ...]:
    """Return prices of the pending units that add up to ``value``: the line's own, if they do."""
    own = line.pending_prices
    return own if total_of(own) == value else unit_prices(value, line.pending)
