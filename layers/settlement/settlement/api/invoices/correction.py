"""What a correction may say (R39)."""

from settlement.domain.order.invoice import InvoiceType


def require_correction(type_: InvoiceType, number: str, replaces: str | None) -> None:
    """Raise ``ValueError`` for a return that replaces something, and for what replaces itself."""
    if replaces is not None and type_ is InvoiceType.INPUT:
        raise ValueError("replaces: only an invoice of type Output replaces another one")
    if replaces == number:
        raise ValueError("replaces: must be another number than invoiceNumber")
