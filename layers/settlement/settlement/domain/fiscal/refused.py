"""The refusal of a fiscal document."""

from collections.abc import Iterable

from settlement.domain.errors import Refusal
from settlement.domain.fiscal.xml_tree import Element

NAMESPACE = "http://www.portalfiscal.inf.br/nfe"
_SHOWN = 60


class FiscalDocumentRefused(Refusal):
    """The document is none that the request can be; the code says which rule it breaks (D155)."""


def another_root(root: Element, known: Iterable[str]) -> FiscalDocumentRefused:
    """Return the refusal of a document whose root is none of the ``known`` ones, or of another namespace."""
    return FiscalDocumentRefused(
        f"the document: must be {' or '.join(known)} of {NAMESPACE}; "
        f"got {root.name[:_SHOWN]} of {root.namespace[:_SHOWN] or 'no namespace'}",
        code="NFE_ROOT",
    )
