"""Reads an NF-e: the electronic invoice of Brazil for goods, layout 4.00, as ``nfeProc`` or ``NFe``."""

import re
from collections.abc import Iterator
from decimal import Decimal

from settlement.domain.fiscal.access_key import LENGTH, AccessKey
from settlement.domain.fiscal.fields import (
    SHOWN,
    found_at,
    key_in,
    lacking,
    require_version,
    short_text,
    text_of,
    time_of,
    value_of,
)
from settlement.domain.fiscal.refused import NAMESPACE, FiscalDocumentRefused, another_root
from settlement.domain.fiscal.xml_tree import Element
from settlement.domain.money import MAX_MINOR_UNITS
from settlement.domain.order.fiscal_record import FiscalCode
from settlement.domain.order.invoice import InvoiceType
from settlement.values import dataclass

VERSION = "4.00"
MAX_NFE_ITEMS = 990
"""Most items of an NF-e, by its layout."""

MAX_REFERENCES = 999
MAX_CODE_CHARACTERS = 60
MAX_DESCRIPTION_CHARACTERS = 120
MAX_LINE_DIGITS = 6
"""The layout's limits of ``NFref``, ``cProd``, ``xProd`` and ``nItemPed``."""

AUTHORISING = frozenset({"100", "150"})
"""Answers of the tax authority by which a document may be used: in time, and late."""

_DECIMAL = re.compile(r"[0-9]{1,13}(\.[0-9]{1,10})?")
_LINE = f"[0-9]{{1,{MAX_LINE_DIGITS}}}"
MAX_REASON = 200
"""Most characters that are told of the tax authority's words."""

SALE = ("1", "1")
"""``finNFe`` and ``tpNF`` of a sale."""

RETURN = "4"
"""``finNFe`` of a return."""

TEST = "2"
"""``tpAmb`` of the test environment."""


@dataclass(frozen=True, slots=True)
class FiscalItem:
    """An item: the seller's code, its GTIN if it has one, quantity, and value less discount in centavos.

    ``order_line`` is the number that the seller's order gives to the line, from 1, if the document tells it.
    """

    number: int
    code: str
    barcode: str | None
    description: str
    quantity: Decimal
    value: int
    unit: str = "UN"
    order_line: int | None = None


@dataclass(frozen=True, slots=True)
class Protocol:
    """The tax authority's answer to a document; 100 and 150 authorise it."""

    status: str
    reason: str
    number: str | None = None
    received_at: str | None = None

    @property
    def authorises(self) -> bool:
        """True if the document may be used."""
        return self.status in AUTHORISING


@dataclass(frozen=True, slots=True)
class FiscalDocument:
    """What an NF-e says; ``total`` (``vNF``) and ``total_with_taxes`` (``vNFTot``) in centavos.

    ``told_of_key`` are the fields that its key has too: their names, and what they and the key say. ``purpose`` is
    ``finNFe``, ``direction`` is ``tpNF``. ``references`` are the keys of the sales that a return names. A document
    without a protocol may not be authorised.
    """

    key: AccessKey
    told_of_key: tuple[tuple[str, str, str], ...]
    issued_at: str
    purpose: str
    direction: str
    is_test: bool
    protocol: Protocol | None
    total: int
    total_with_taxes: int | None
    cfop: str | None
    items: tuple[FiscalItem, ...]
    references: tuple[str, ...]

    @property
    def is_return(self) -> bool:
        """True if it takes a sale back."""
        return self.purpose == RETURN

    @property
    def type(self) -> InvoiceType:
        """What kind of invoice it is."""
        return InvoiceType.INPUT if self.is_return else InvoiceType.OUTPUT

    @property
    def number(self) -> str:
        """The document's number, without leading zeros."""
        return str(self.key.number)


def nfe_of(root: Element) -> FiscalDocument:
    """Return the document of a sale or a return that ``nfeProc`` or ``NFe`` is; raises ``FiscalDocumentRefused``."""
    body = _body_of(root)
    key = key_in(body.attributes.get("Id", "").removeprefix("NFe"), "infNFe, Id")
    protocol = _protocol_of(root)
    return FiscalDocument(
        key=key,
        told_of_key=tuple(_told_of_key(key, body, protocol)),
        issued_at=time_of(body, "ide", "dhEmi"),
        purpose=short_text(body, SHOWN, "ide", "finNFe"),
        direction=short_text(body, SHOWN, "ide", "tpNF"),
        is_test=text_of(body, "ide", "tpAmb") == TEST,
        protocol=_protocol(protocol) if protocol is not None else None,
        total=_centavos(body, "total", "ICMSTot", "vNF"),
        total_with_taxes=_centavos_or_none(body, "total", "vNFTot"),
        cfop=value_of(_items(body)[0], "prod", "CFOP"),
        items=tuple(_item(item) for item in _items(body)),
        references=_references(body),
    )


def _body_of(root: Element) -> Element:
    document = root if root.name == "NFe" else found_at(root, "NFe")
    if document is None or document.namespace != NAMESPACE:
        raise another_root(document or root, ("nfeProc", "NFe"))
    body = found_at(document, "infNFe")
    if body is None:
        raise lacking("infNFe")
    require_version(body.attributes.get("versao"), VERSION, "infNFe, versao")
    return body


def _told_of_key(key: AccessKey, body: Element, protocol: Element | None) -> Iterator[tuple[str, str, str]]:
    issuer = value_of(body, "emit", "CNPJ") or (value_of(body, "emit", "CPF") or "").rjust(14, "0")
    yield "ide/mod", text_of(body, "ide", "mod"), key.model
    yield "ide/serie", text_of(body, "ide", "serie"), str(key.series)
    yield "ide/nNF", text_of(body, "ide", "nNF"), str(key.number)
    yield "emit/CNPJ", issuer, key.issuer
    if protocol is not None:
        yield "protNFe/chNFe", text_of(protocol, "chNFe"), key.text


def _protocol_of(root: Element) -> Element | None:
    return found_at(root, "protNFe", "infProt") if root.name == "nfeProc" else None


def _protocol(said: Element) -> Protocol:
    reason = value_of(said, "xMotivo") or "no reason"
    number, received_at = (
        short_text(said, SHOWN, name) if value_of(said, name) else None for name in ("nProt", "dhRecbto")
    )
    return Protocol(short_text(said, SHOWN, "cStat"), reason[:MAX_REASON], number, received_at)


def _items(body: Element) -> list[Element]:
    items = body.all("det")
    if not 1 <= len(items) <= MAX_NFE_ITEMS:
        raise FiscalDocumentRefused(
            f"det: must be 1 to {MAX_NFE_ITEMS} items, there are {len(items)}", code=FiscalCode.ITEMS
        )
    return items


def _item(item: Element) -> FiscalItem:
    product = found_at(item, "prod")
    if product is None:
        raise lacking("det/prod")
    discount = _centavos_or_none(product, "vDesc") or 0
    value = _centavos(product, "vProd") - discount if value_of(product, "indTot") != "0" else 0
    if value < 0:
        raise FiscalDocumentRefused(f"prod/vDesc: must be at most vProd; got {discount}", code=FiscalCode.FIELD)
    barcode, line = value_of(product, "cEAN"), value_of(product, "nItemPed")
    return FiscalItem(
        number=int(_number(item.attributes.get("nItem", ""), "det, nItem")),
        code=short_text(product, MAX_CODE_CHARACTERS, "cProd"),
        barcode=barcode if barcode is not None and barcode.isdigit() else None,
        description=text_of(product, "xProd")[:MAX_DESCRIPTION_CHARACTERS],
        quantity=_number(text_of(product, "qCom"), "prod/qCom"),
        value=value,
        unit=text_of(product, "uCom"),
        order_line=int(line) if line is not None and re.fullmatch(_LINE, line) else None,
    )


def _references(body: Element) -> tuple[str, ...]:
    """Return the keys that a document names; references to documents of other kinds have none."""
    identification = found_at(body, "ide")
    naming = [] if identification is None else identification.all("NFref")
    if len(naming) > MAX_REFERENCES:
        raise FiscalDocumentRefused(
            f"ide/NFref: must be at most {MAX_REFERENCES}, there are {len(naming)}", code=FiscalCode.FIELD
        )
    return tuple(short_text(each, LENGTH, "refNFe") for each in naming if value_of(each, "refNFe") is not None)


def _centavos(element: Element, *path: str) -> int:
    name, text = "/".join(path), text_of(element, *path)
    cents = _number(text, name).scaleb(2)
    if cents != cents.to_integral_value():
        raise FiscalDocumentRefused(f"{name}: must have at most 2 decimals; got {text}", code=FiscalCode.FIELD)
    if cents > MAX_MINOR_UNITS:
        raise FiscalDocumentRefused(
            f"{name}: must be at most {MAX_MINOR_UNITS} centavos; got {text}", code=FiscalCode.FIELD
        )
    return int(cents)


def _centavos_or_none(element: Element, *path: str) -> int | None:
    return None if value_of(element, *path) is None else _centavos(element, *path)


def _number(text: str, name: str) -> Decimal:
    if not _DECIMAL.fullmatch(text):
        raise FiscalDocumentRefused(
            f"{name}: must be a number from 0 with at most 13 digits and 10 decimals; got {text[:SHOWN]}",
            code=FiscalCode.FIELD,
        )
    return Decimal(text)
