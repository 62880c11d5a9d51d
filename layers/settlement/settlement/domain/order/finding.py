"""The terms that an order is found by: of its shopper, of its connectors' answers, of its invoices (D148).

A term is compared whole, in one spelling. Those of a shopper are stored hashed until the shopper is erased.
"""

import unicodedata
from collections.abc import Iterator
from enum import StrEnum

from settlement.domain.order.invoice import Invoice
from settlement.domain.order.shopper import Shopper
from settlement.values import dataclass


class TermKind(StrEnum):
    """The kinds of terms; the values are the public names."""

    EMAIL = "email"
    DOCUMENT = "document"
    NAME = "name"
    TID = "tid"
    NSU = "nsu"
    INVOICE_NUMBER = "invoiceNumber"
    ACCESS_KEY = "accessKey"


PERSONAL = frozenset({TermKind.EMAIL, TermKind.DOCUMENT, TermKind.NAME})
"""Kinds that tell of a shopper."""

OF_INVOICES = frozenset({TermKind.INVOICE_NUMBER, TermKind.ACCESS_KEY})
"""Kinds that stand on the invoice itself."""

_ACCESS_KEY_DIGITS = 44


@dataclass(frozen=True, slots=True)
class Term:
    """Something that orders are found by, in the spelling in which terms of its kind are compared."""

    kind: TermKind
    text: str


def term_of(kind: TermKind, written: str | None) -> Term | None:
    """Return a term as it is compared; None if nothing of it can be.

    Names and e-mails are compared without case and accents, documents by their letters and digits, the rest as it is
    written, without blanks.

    >>> term_of(TermKind.DOCUMENT, "123.456.789-09")
    Term(kind=<TermKind.DOCUMENT: 'document'>, text='12345678909')
    """
    match kind:
        case TermKind.NAME:
            text = " ".join(_folded(written or "").split())
        case TermKind.EMAIL:
            text = _folded(written or "").strip()
        case TermKind.DOCUMENT:
            text = "".join(character for character in _folded(written or "") if character.isalnum())
        case _:
            text = "".join((written or "").split())
    return Term(kind, text) if text else None


def terms_of_shopper(shopper: Shopper | None) -> tuple[Term, ...]:
    """Return the terms of a shopper: e-mail, own and company's document, and the own name, or the company's."""
    if shopper is None:
        return ()
    name = " ".join(part for part in (shopper.first_name, shopper.last_name) if part)
    return _terms(
        (TermKind.EMAIL, shopper.email),
        (TermKind.DOCUMENT, shopper.document),
        (TermKind.DOCUMENT, shopper.corporate_document),
        (TermKind.NAME, name or shopper.corporate_name or shopper.trade_name),
    )


def terms_of_answers(tid: str | None, nsu: str | None) -> tuple[Term, ...]:
    """Return the terms of what a connector told of a payment."""
    return _terms((TermKind.TID, tid), (TermKind.NSU, nsu))


def terms_of_invoice(invoice: Invoice) -> tuple[Term, ...]:
    """Return the terms of an invoice: its number, and its access key if it has one."""
    return _terms((TermKind.INVOICE_NUMBER, invoice.number), (TermKind.ACCESS_KEY, invoice.key))


def terms_like(written: str) -> tuple[Term, ...]:
    """Return the terms that a text without a kind can be, by its form."""
    return tuple(term for kind in _kinds_like(written) if (term := term_of(kind, written)) is not None)


def _kinds_like(written: str) -> Iterator[TermKind]:
    plain = "".join(character for character in written if character.isalnum())
    if "@" in written:
        yield TermKind.EMAIL
        return
    if len(plain) == _ACCESS_KEY_DIGITS and plain.isdigit():
        yield TermKind.ACCESS_KEY
        return
    if any(character.isdigit() for character in plain):
        yield from (TermKind.DOCUMENT, TermKind.TID, TermKind.NSU, TermKind.INVOICE_NUMBER)
        return
    yield from (TermKind.NAME, TermKind.TID, TermKind.INVOICE_NUMBER)


def _terms(*told: tuple[TermKind, str | None]) -> tuple[Term, ...]:
    found = (term_of(kind, written) for kind, written in told)
    return tuple(dict.fromkeys(term for term in found if term is not None))


def _folded(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in apart if not unicodedata.combining(character)).casefold()
