"""Takes an NF-e as the notification of the invoice that it is (C§1.1, D155)."""

from settlement.domain.fiscal.nfe import FiscalDocument
from settlement.use_cases.orders.examine_document import require_usable
from settlement.use_cases.orders.notify_invoice import Notification


def notification_of(document: FiscalDocument, text: str, *, takes_tests: bool) -> Notification:
    """Return what a document notifies; ``text`` is the document itself, which is kept.

    Its items are told with the lines of the order, once these are read. Raises ``FiscalDocumentRefused`` for what can
    be no invoice.
    """
    require_usable(document, takes_tests=takes_tests)
    return Notification(
        type=document.type,
        number=document.number,
        value=document.total,
        issuance_date=document.issued_at,
        key=document.key.text,
        document=text,
        cfop=document.cfop,
        fiscal=document,
    )
