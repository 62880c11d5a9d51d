"""Reads a fiscal document from its XML: the root element says what it is."""

from collections.abc import Callable, Mapping

from settlement.domain.fiscal.cancellation_event import EVENT_ROOTS, CancellationEvent, cancellation_event_of
from settlement.domain.fiscal.nfe import FiscalDocument, nfe_of
from settlement.domain.fiscal.refused import FiscalDocumentRefused, another_root
from settlement.domain.fiscal.xml_tree import Element, HostileXml, UnreadableXml, read_xml
from settlement.domain.order.fiscal_record import FiscalCode

_READERS: Mapping[str, Callable[[Element], FiscalDocument]] = {"nfeProc": nfe_of, "NFe": nfe_of}
"""What reads a document, by the name of its root."""

_READERS_OF_ALL: Mapping[str, Callable[[Element], FiscalDocument | CancellationEvent]] = {
    **_READERS,
    **dict.fromkeys(EVENT_ROOTS, cancellation_event_of),
}
"""What reads a document, or what became of one."""


def read_fiscal(content: bytes, encoding: str | None = None) -> FiscalDocument:
    """Return what a document says; ``encoding`` overrules the one that it declares.

    Raises ``FiscalDocumentRefused``.
    """
    root = _root_of(content, encoding)
    reader = _READERS.get(root.name)
    if reader is None:
        raise another_root(root, _READERS)
    return reader(root)


def read_fiscal_or_event(content: bytes, encoding: str | None = None) -> FiscalDocument | CancellationEvent:
    """Return what a document, or the event that cancels one, says; as ``read_fiscal`` does."""
    root = _root_of(content, encoding)
    reader = _READERS_OF_ALL.get(root.name)
    if reader is None:
        raise another_root(root, _READERS_OF_ALL)
    return reader(root)


def _root_of(content: bytes, encoding: str | None) -> Element:
    try:
        return read_xml(content, encoding)
    except UnreadableXml as fault:
        raise FiscalDocumentRefused(
            f"the document: {fault}", code=FiscalCode.UNREADABLE, is_hostile=isinstance(fault, HostileXml)
        ) from None
