"""The refusal of a fiscal document."""

from collections.abc import Iterable

from settlement.domain.errors import Refusal
from settlement.domain.fiscal.xml_tree import Element
from settlement.domain.order.fiscal_record import FiscalCode

NAMESPACE = "http://www.portalfiscal.inf.br/nfe"
_SHOWN = 60


class FiscalDocumentRefused(Refusal):
    """The document is none that the request can be; the code says which rule it breaks (D155).

    ``is_hostile`` says that no issuer makes such a text: it has a document type, or is deeper or larger than any.
    """

    def __init__(self, message: str, *, code: FiscalCode, is_hostile: bool = False) -> None:
        super().__init__(message, code=code)
        self.is_hostile = is_hostile


class KeyIsUsed(FiscalDocumentRefused):
    """The access key is that of another invoice, and the account refuses that (D169)."""

    status = 409


def another_root(root: Element, known: Iterable[str]) -> FiscalDocumentRefused:
    """Return the refusal of a document whose root is none of the ``known`` ones, or of another namespace."""
    return FiscalDocumentRefused(
        f"the document: must be {' or '.join(known)} of {NAMESPACE}; "
        f"got {root.name[:_SHOWN]} of {root.namespace[:_SHOWN] or 'no namespace'}",
        code=FiscalCode.ROOT,
    )
