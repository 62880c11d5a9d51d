"""Reads the body of ``POST /api/oms/pvt/orders/{orderId}/invoice/nfe``: an XML document."""

import zlib

from settlement.api.shared.body import read_text
from settlement.domain.errors import InvalidRequest
from settlement.domain.fiscal.cancellation_event import CancellationEvent
from settlement.domain.fiscal.nfe import FiscalDocument
from settlement.domain.fiscal.reading import read_fiscal_or_event

MAX_PACKED_BYTES = 350_000
"""Largest document after compression, as it is stored."""


def read_document(body: str | None, *, is_base64: bool) -> tuple[FiscalDocument | CancellationEvent, str]:
    """Return a document, or the event that cancels one, and its text.

    Raises ``BodyTooLarge``, ``InvalidRequest`` and ``FiscalDocumentRefused``.
    """
    text = read_text(body, is_base64=is_base64)
    content = text.encode()
    document = read_fiscal_or_event(content, "utf-8")
    if len(content) > MAX_PACKED_BYTES < (size := len(zlib.compress(content, 9))):
        raise InvalidRequest(f"the document has {size} bytes when it is compressed; the limit is {MAX_PACKED_BYTES}")
    return document, text
