"""What becomes of an order when one of its sale invoices is cancelled (R38). Values are minor units."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from settlement.domain.errors import InvoiceCancelRefused, WrongStatus
from settlement.domain.order.invoice import Invoice, InvoiceType
from settlement.domain.order.order import Line, Order, invoice_lines


def require_cancellable(order: Order, invoice: Invoice, invoices: Iterable[Invoice]) -> None:
    """Check that an invoice of an order, one of ``invoices``, can be cancelled.

    Raises ``WrongStatus`` if the order is cancelled, and ``InvoiceCancelRefused`` for a return, for what was cancelled
    before, and if the document of a return names it.
    """
    if order.cancelled_at is not None:
        raise WrongStatus(f"Order {order.order_id} is canceled and cannot have an invoice canceled")
    if invoice.type is not InvoiceType.OUTPUT:
        raise InvoiceCancelRefused(
            f"invoice {invoice.number} is of type {invoice.type.value}; only one of type Output can be canceled"
        )
    if invoice.cancellation is not None:
        raise InvoiceCancelRefused(
            f"invoice {invoice.number} was canceled before, by request {invoice.cancellation.request_id}"
        )
    for held in invoices:
        if invoice.key and held.fiscal is not None and invoice.key in held.fiscal.references:
            raise InvoiceCancelRefused(f"return {held.number} rests on invoice {invoice.number}: its document names it")


def without(order: Order, invoice: Invoice) -> Order:
    """Return the order without what a cancelled invoice counted; it is open again if it was complete."""
    if not invoice.counted:
        return order
    return replace(order, invoiced=order.invoiced - invoice.counted, invoiced_at=None)


def require_no_return_rests(after: Order, lines: Iterable[Line], invoice: Invoice) -> None:
    """Check that the sales that are left cover the returns, by value and, on each of ``lines``, by units.

    ``after`` and ``lines`` are those without ``invoice``. Raises ``InvoiceCancelRefused``.
    """
    returned = after.returned - after.returns_written_off
    if returned > after.invoiced:
        raise InvoiceCancelRefused(
            f"a return rests on invoice {invoice.number}: {returned} is returned, and without it only "
            f"{after.invoiced} would be invoiced"
        )
    for line in lines:
        if line.returned > line.invoiced:
            raise InvoiceCancelRefused(
                f"a return rests on invoice {invoice.number}: {line.returned} of item {line.id} are returned, and "
                f"without it only {line.invoiced} would be invoiced"
            )


def lines_without(lines: Sequence[Line], invoice: Invoice, invoices: Iterable[Invoice]) -> list[Line]:
    """Return the lines with their invoiced quantities by the items of the sales that stand without ``invoice``."""
    standing = [
        held.items
        for held in invoices
        if held.type is InvoiceType.OUTPUT and held.stands and held.number != invoice.number
    ]
    booked = {line.unique_id: replace(line, invoiced=0) for line in lines}
    for mentions in standing:
        changed, _ = invoice_lines(list(booked.values()), mentions)
        booked |= {line.unique_id: line for line in changed}
    return list(booked.values())


def changed_of(before: Sequence[Line], after: Sequence[Line]) -> list[Line]:
    """Return the lines that differ from those before."""
    return [new for old, new in zip(before, after, strict=True) if new != old]
