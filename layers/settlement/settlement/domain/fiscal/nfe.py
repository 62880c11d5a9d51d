"""Reads an NF-e: the electronic invoice of Brazil for goods, layout 4.00, as ``nfeProc`` or ``NFe``."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from settlement.domain.fiscal.access_key import AccessKey, access_key
from settlement.domain.fiscal.refused import NAMESPACE, FiscalDocumentRefused, another_root
from settlement.domain.fiscal.xml_tree import Element
from settlement.domain.order.invoice import InvoiceType

VERSION = "4.00"
MODEL = "55"
CURRENCY = "BRL"
MAX_NFE_ITEMS = 990
"""Most items of an NF-e, by its layout."""

_DECIMAL = re.compile(r"[0-9]{1,13}(\.[0-9]{1,10})?")
_AUTHORISED = frozenset({"100", "150"})
_SALE = "1"
_NORMAL = "1"
_RETURN = "4"
_TEST = "2"


@dataclass(frozen=True, slots=True)
class FiscalItem:
    """An item: the seller's code, its GTIN if it has one, quantity, and value less discount in centavos."""

    number: int
    code: str
    barcode: str | None
    description: str
    quantity: Decimal
    value: int


@dataclass(frozen=True, slots=True)
class FiscalDocument:
    """What an NF-e says; ``total`` in centavos. ``references`` are the keys of the sales that a return names."""

    key: AccessKey
    issued_at: str
    is_return: bool
    is_test: bool
    is_authorised: bool
    total: int
    cfop: str | None
    items: tuple[FiscalItem, ...]
    references: tuple[str, ...]

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
    key = _key_of(body)
    _require_that_key_says_the_same(key, body)
    is_return = _is_return(body)
    return FiscalDocument(
        key=key,
        issued_at=_time(body, "ide", "dhEmi"),
        is_return=is_return,
        is_test=_text(body, "ide", "tpAmb") == _TEST,
        is_authorised=_is_authorised(root, key),
        total=_centavos(body, "total", "ICMSTot", "vNF"),
        cfop=_value(_items(body)[0], "prod", "CFOP"),
        items=tuple(_item(item) for item in _items(body)),
        references=tuple(found for each in _referring(body) if (found := _value(each, "refNFe")) is not None),
    )


def _body_of(root: Element) -> Element:
    document = root if root.name == "NFe" else _found(root, "NFe")
    if document is None or document.namespace != NAMESPACE:
        raise another_root(document or root, ("nfeProc", "NFe"))
    body = _found(document, "infNFe")
    if body is None:
        raise _lacking("infNFe")
    if (version := body.attributes.get("versao")) != VERSION:
        raise FiscalDocumentRefused(f"infNFe, versao: must be {VERSION}; got {version}", code="NFE_VERSION")
    return body


def _key_of(body: Element) -> AccessKey:
    try:
        return access_key(body.attributes.get("Id", "").removeprefix("NFe"))
    except ValueError as fault:
        raise FiscalDocumentRefused(f"infNFe, Id: {fault}", code="NFE_KEY") from None


def _require_that_key_says_the_same(key: AccessKey, body: Element) -> None:
    if key.model != MODEL:
        raise FiscalDocumentRefused(f"ide/mod: must be {MODEL}; got {key.model}", code="NFE_MODEL")
    issuer = _value(body, "emit", "CNPJ") or (_value(body, "emit", "CPF") or "").rjust(14, "0")
    told = {
        "ide/mod": (_text(body, "ide", "mod"), key.model),
        "ide/serie": (_text(body, "ide", "serie"), str(key.series)),
        "ide/nNF": (_text(body, "ide", "nNF"), str(key.number)),
        "emit/CNPJ": (issuer, key.issuer),
    }
    for name, (said, meant) in told.items():
        if said.lstrip("0") != meant.lstrip("0"):
            raise FiscalDocumentRefused(f"{name}: must be as in the access key, {meant}; got {said}", code="NFE_KEY")


def _is_return(body: Element) -> bool:
    purpose, direction = _text(body, "ide", "finNFe"), _text(body, "ide", "tpNF")
    if (purpose, direction) == (_NORMAL, _SALE):
        return False
    if purpose == _RETURN:
        return True
    raise FiscalDocumentRefused(
        f"ide/finNFe and ide/tpNF: must be {_NORMAL} and {_SALE} of a sale, or finNFe {_RETURN} of a return; "
        f"got {purpose} and {direction}",
        code="NFE_PURPOSE",
    )


def _is_authorised(root: Element, key: AccessKey) -> bool:
    """Return False for a document without a protocol; raises if the tax authority has refused or cancelled it."""
    protocol = _found(root, "protNFe", "infProt") if root.name == "nfeProc" else None
    if protocol is None:
        return False
    if (named := _text(protocol, "chNFe")) != key.text:
        raise FiscalDocumentRefused(f"protNFe, chNFe: must be {key.text}; got {named}", code="NFE_KEY")
    if (status := _text(protocol, "cStat")) not in _AUTHORISED:
        reason = _value(protocol, "xMotivo") or "no reason"
        raise FiscalDocumentRefused(
            f"protNFe, cStat: must be {' or '.join(sorted(_AUTHORISED))}; got {status}, {reason[:200]}",
            code="NFE_NOT_AUTHORISED",
        )
    return True


def _items(body: Element) -> list[Element]:
    items = body.all("det")
    if not 1 <= len(items) <= MAX_NFE_ITEMS:
        raise FiscalDocumentRefused(
            f"det: must be 1 to {MAX_NFE_ITEMS} items, there are {len(items)}", code="NFE_ITEMS"
        )
    return items


def _item(item: Element) -> FiscalItem:
    product = _found(item, "prod")
    if product is None:
        raise _lacking("det/prod")
    discount = _centavos(product, "vDesc") if _value(product, "vDesc") is not None else 0
    barcode = _value(product, "cEAN")
    return FiscalItem(
        number=int(_number(item.attributes.get("nItem", ""), "det, nItem")),
        code=_text(product, "cProd"),
        barcode=barcode if barcode is not None and barcode.isdigit() else None,
        description=_text(product, "xProd"),
        quantity=_number(_text(product, "qCom"), "prod/qCom"),
        value=_centavos(product, "vProd") - discount if _value(product, "indTot") != "0" else 0,
    )


def _referring(body: Element) -> list[Element]:
    identification = _found(body, "ide")
    return [] if identification is None else identification.all("NFref")


def _found(element: Element, *path: str) -> Element | None:
    """Return the element at a path, None if there is none; raises where a part of the path stands twice.

    Two readers of such a document could take different ones for what it says.
    """
    at: Element | None = element
    for depth, name in enumerate(path, start=1):
        found = at.all(name) if at is not None else []
        if len(found) > 1:
            where = "/".join(path[:depth])
            raise FiscalDocumentRefused(f"{where}: must stand once, it stands {len(found)} times", code="NFE_FIELD")
        at = found[0] if found else None
    return at


def _value(element: Element, *path: str) -> str | None:
    found = _found(element, *path)
    return (found.text.strip() or None) if found is not None else None


def _text(element: Element, *path: str) -> str:
    found = _value(element, *path)
    if found is None:
        raise _lacking("/".join(path))
    return found


def _time(element: Element, *path: str) -> str:
    text = _text(element, *path)
    try:
        has_offset = datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        has_offset = False
    if not has_offset:
        raise FiscalDocumentRefused(
            f"{'/'.join(path)}: must be a time with its offset, as in 2026-07-01T10:00:00-03:00; got {text[:60]}",
            code="NFE_FIELD",
        )
    return text


def _centavos(element: Element, *path: str) -> int:
    name, text = "/".join(path), _text(element, *path)
    cents = _number(text, name).scaleb(2)
    if cents != cents.to_integral_value():
        raise FiscalDocumentRefused(f"{name}: must have at most 2 decimals; got {text}", code="NFE_FIELD")
    return int(cents)


def _number(text: str, name: str) -> Decimal:
    if not _DECIMAL.fullmatch(text):
        raise FiscalDocumentRefused(
            f"{name}: must be a number from 0 with at most 13 digits and 10 decimals; got {text[:60]}", code="NFE_FIELD"
        )
    return Decimal(text)


def _lacking(name: str) -> FiscalDocumentRefused:
    return FiscalDocumentRefused(f"{name}: is missing", code="NFE_FIELD")
