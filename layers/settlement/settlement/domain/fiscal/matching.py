"""Finds the lines of an order that the items of a document mean (D155)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from types import MappingProxyType

from settlement.domain.fiscal.nfe import FiscalDocument, FiscalItem
from settlement.domain.order.line_value import ONE
from settlement.domain.order.order import Line, LineMention

NONE_KNOWN: Mapping[int, str] = MappingProxyType({})


def line_of(item: FiscalItem, lines: Iterable[Line], barcodes: Mapping[int, str] = NONE_KNOWN) -> Line | None:
    """Return the line that an item means: by its code, its GTIN, or the number of the order's line; None if none does.

    ``barcodes`` are the GTINs of lines by their index. ``nItem`` is no number of a line: it counts the items of one
    document.
    """
    known, barcode = list(lines), _bare(item.barcode)
    by_code = (line for line in known if line.id == item.code)
    by_barcode = (line for line in known if barcode and barcode in (_bare(line.id), _bare(barcodes.get(line.index))))
    by_number = (line for line in known if line.index + 1 == item.order_line)
    return next((line for found in (by_code, by_barcode, by_number) for line in found), None)


def with_codes_of_lines(document: FiscalDocument, lines: Sequence[Line], barcodes: Mapping[int, str]) -> FiscalDocument:
    """Return a document whose items have the ids of the lines that they mean; other items keep their codes."""
    items = ((item, line_of(item, lines, barcodes)) for item in document.items)
    return replace(document, items=tuple(item if line is None else replace(item, code=line.id) for item, line in items))


def _bare(barcode: str | None) -> str:
    """Return a GTIN without the zeros that make the shorter ones as long as the longer ones."""
    return (barcode or "").lstrip("0")


def mentions_of(items: Sequence[FiscalItem], lines: Sequence[Line]) -> tuple[LineMention, ...]:
    """Return a mention for each SKU: a document has an item for each batch, an order a line for each SKU.

    An item that no line is meant by goes by its own code. Parts of a unit are left out.
    """
    mentions: dict[str, LineMention] = {}
    for item in items:
        line = line_of(item, lines)
        units = _units(item, line)
        if not units:
            continue
        id_ = item.code if line is None else line.id
        before = mentions.get(id_)
        total = item.value + (before.total or 0 if before else 0)
        quantity = units + (before.quantity if before else 0)
        mentions[id_] = LineMention(id_, total // quantity, quantity, total=total, description=item.description)
    return tuple(mentions.values())


def _units(item: FiscalItem, line: Line | None) -> int:
    """Return the units of the order that an item has, 0 for a part of one.

    A quantity in the line's own measure is divided by what one of its units has.
    """
    quantity = item.quantity
    if line is not None and line.unit_multiplier != ONE and item.unit.casefold() == line.measurement_unit.casefold():
        quantity = quantity * ONE / Decimal(line.unit_multiplier)
    return int(quantity) if quantity == quantity.to_integral_value() else 0
