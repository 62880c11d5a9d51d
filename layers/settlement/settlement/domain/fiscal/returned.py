"""What is left to return of the sales that a document of return names (D155)."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from settlement.domain.fiscal.matching import mentions_of
from settlement.domain.fiscal.nfe import FiscalDocument
from settlement.domain.order.fiscal_record import FiscalCode, FiscalRemark
from settlement.domain.order.invoice import Invoice, InvoiceType
from settlement.domain.order.order import Line, LineMention, lines_meant


@dataclass(slots=True)
class _Sale:
    """What is left of a sale: of its value in centavos, and of its units by SKU if it names items."""

    value: int
    units: Counter[str]
    names_items: bool


def of_return(document: FiscalDocument, invoices: Iterable[Invoice], lines: Sequence[Line]) -> Iterator[FiscalRemark]:
    """Yield where a return goes beyond the sales that it names, less what earlier documents of return took of them."""
    known = list(invoices)
    sales = {
        sale.plain_key: _Sale(sale.value, _units(sale.items, lines), bool(sale.items))
        for sale in known
        if sale.type is InvoiceType.OUTPUT and sale.stands and sale.key
    }
    _take_returned(sales, known, lines)
    named = [sales[key] for key in dict.fromkeys(document.references) if key in sales]
    if not named:
        yield FiscalRemark(
            FiscalCode.REFERENCE,
            "ide/NFref/refNFe: must be the key of a sale of the order; "
            f"got {', '.join(document.references[:3]) or 'none'}",
        )
        return
    left = sum(sale.value for sale in named)
    if document.total > left:
        yield FiscalRemark(
            FiscalCode.REFERENCE,
            f"total/ICMSTot/vNF: must be at most {left}, what is left of the sales that it names; got {document.total}",
        )
    if all(sale.names_items for sale in named):
        units: Counter[str] = Counter()
        for sale in named:
            units.update(sale.units)
        yield from _of_units(document, units, lines)


def _of_units(document: FiscalDocument, left: Counter[str], lines: Sequence[Line]) -> Iterator[FiscalRemark]:
    for mention in mentions_of(document.items, lines):
        if mention.id not in left:
            yield FiscalRemark(FiscalCode.ITEM, f"item {mention.id}: must be one of the sales that the return names")
        elif mention.quantity > left[mention.id]:
            yield FiscalRemark(
                FiscalCode.QUANTITY,
                f"item {mention.id}: must be at most {left[mention.id]}, what is left of the sales that the return "
                f"names; the document has {mention.quantity}",
            )


def _take_returned(sales: dict[str, _Sale], invoices: Iterable[Invoice], lines: Sequence[Line]) -> None:
    """Take earlier returns from their sales, each from those that it names, in their order."""
    for earlier in invoices:
        if earlier.type is not InvoiceType.INPUT or earlier.fiscal is None:
            continue
        value, units = earlier.value, _units(earlier.items, lines)
        for sale in (sales[key] for key in earlier.fiscal.references if key in sales):
            taken = min(value, sale.value)
            value, sale.value = value - taken, sale.value - taken
            for id_ in units:
                moved = min(units[id_], sale.units[id_])
                units[id_] -= moved
                sale.units[id_] -= moved


def _units(mentions: Iterable[LineMention], lines: Sequence[Line]) -> Counter[str]:
    units: Counter[str] = Counter()
    for mention in mentions:
        line = next(iter(lines_meant(lines, mention)), None)
        units[mention.id if line is None else line.id] += mention.quantity
    return units
