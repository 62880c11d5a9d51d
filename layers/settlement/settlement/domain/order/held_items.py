"""Holds the items of an invoice to its order, for accounts with ``strictInvoices`` (C§1.4.9, D167).

Elsewhere they inform: an invoice's value decides, and what its items say otherwise is a warning.
"""

from collections.abc import Iterable, Iterator, Sequence

from settlement.domain.errors import ItemsNotOfOrder
from settlement.domain.order.invoice import Invoice, InvoiceType
from settlement.domain.order.line_value import times
from settlement.domain.order.order import Line, LineMention, lines_meant

_SHOWN = 10


def require_items_of_order(invoice: Invoice, lines: Sequence[Line], unplaced: Iterable[LineMention]) -> None:
    """Raise ``ItemsNotOfOrder`` for an unknown item, more units than are left, and prices that do not add up.

    ``unplaced`` are the items of which the lines have not so many left, each with what is too much. A return of sales
    that named no items is held to the quantities of the order.
    """
    meant = [next(iter(lines_meant(lines, item)), None) for item in invoice.items]
    for at, (item, line) in enumerate(zip(invoice.items, meant, strict=True)):
        if line is None:
            raise ItemsNotOfOrder(f"items.{at}: {_name(item)} is no line of the order", code="OMS020")
    left = "invoice" if invoice.type is InvoiceType.OUTPUT else "return"
    for beyond in _beyond(invoice, lines, unplaced):
        where = _places(lines, beyond)
        raise ItemsNotOfOrder(
            f"items: {_name(beyond)} on {where} has {beyond.quantity} units more than are left to {left}", code="OMS021"
        )
    for at, item in enumerate(invoice.items):
        of_item = lines_meant(lines, item)
        if (value := item.value_on(of_item[0])) > (most := max(_most(line, item.quantity) for line in of_item)):
            raise ItemsNotOfOrder(
                f"items.{at}: {_name(item)} on {_places(lines, item)} must be at most {most} for {item.quantity} "
                f"units; it is {value}",
                code="OMS022",
            )
    _require_sum(invoice, meant)


def _beyond(invoice: Invoice, lines: Sequence[Line], unplaced: Iterable[LineMention]) -> Iterator[LineMention]:
    if invoice.type is InvoiceType.OUTPUT or any(line.invoiced for line in lines):
        yield from unplaced
        return
    for item in invoice.items:
        if item.quantity > sum(line.quantity for line in lines_meant(lines, item)):
            yield item


def _most(line: Line, quantity: int) -> int:
    """Return the most that units of a line can cost: its dearest price for each, and the line's tax."""
    dearest = max((price.value for price in line.prices), default=0)
    highest = times(max(line.price, line.selling_price), line.unit_multiplier, quantity)
    return max(dearest * quantity, highest) + (line.tax or 0)


def _require_sum(invoice: Invoice, meant: Sequence[Line | None]) -> None:
    values = [item.value_on(line) for item, line in zip(invoice.items, meant, strict=True)]
    if (total := sum(values) + invoice.extra_value) == invoice.value:
        return
    told = [
        f"{_name(item)} on line {line.index + 1 if line is not None else '?'} {value}"
        for item, line, value in zip(invoice.items, meant, values, strict=True)
    ]
    raise ItemsNotOfOrder(
        f"items and extraValue must add up to invoiceValue, {invoice.value}; they are {total}: "
        f"{', '.join(told[:_SHOWN])}, extraValue {invoice.extra_value}",
        code="OMS022",
    )


def _places(lines: Sequence[Line], item: LineMention) -> str:
    return "line " + " and ".join(str(line.index + 1) for line in lines_meant(lines, item))


def _name(item: LineMention) -> str:
    return item.unique_id or item.id or f"item {item.index}"
