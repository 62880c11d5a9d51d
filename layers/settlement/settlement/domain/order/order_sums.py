"""Checks that the lines of an order add up to its totals (C§9.24). Values are minor units."""

from collections.abc import Sequence

from settlement.domain.errors import InvalidRequest
from settlement.domain.order.line_value import times
from settlement.domain.order.order import Line, OrderTotal


def require_lines_in_totals(lines: Sequence[Line], totals: Sequence[OrderTotal], rounding_error: int) -> None:
    """Check that the lines add up to the Items total; raises ``InvalidRequest`` with both figures.

    Stores state discounts beside the lines or within the selling prices; in the second case, the Items total can be
    that before discounts. The allowed difference is ``rounding_error``, at most one per unit.
    """
    units = sum(line.quantity for line in lines)
    if abs(rounding_error) > units:
        raise InvalidRequest(f"roundingError {rounding_error} is more than one for each of the {units} units")
    items, discounts = (sum(total.value for total in totals if total.id == id_) for id_ in ("Items", "Discounts"))
    worth = sum(line.value for line in lines)
    undiscounted = sum(times(line.price, line.unit_multiplier, line.quantity) for line in lines)
    tolerance = abs(rounding_error)
    if abs(worth - items) <= tolerance:
        return
    if abs(undiscounted - items) <= tolerance and items + discounts - tolerance <= worth <= items:
        return
    raise InvalidRequest(
        f"items: the lines are worth {worth}, by price x unitMultiplier x quantity; the total of Items is {items}"
        + (f", the discounts are {discounts}" if discounts else "")
    )
