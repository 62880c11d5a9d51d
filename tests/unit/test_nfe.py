"""An NF-e is read as its layout says, and nothing else is (D155)."""

from __future__ import annotations

from decimal import Decimal

import pytest

from settlement.domain.errors import Refusal
from settlement.domain.fiscal.access_key import WrongCheckDigit, access_key, check_digit
from settlement.domain.fiscal.nfe import MAX_NFE_ITEMS, MAX_REFERENCES, FiscalItem, Protocol
from settlement.domain.fiscal.reading import read_fiscal
from settlement.domain.fiscal.refused import FiscalDocumentRefused
from settlement.domain.fiscal.remarks import of_content, shortened
from settlement.domain.fiscal.xml_tree import MAX_XML_BYTES, MAX_XML_DEPTH
from settlement.domain.order.fiscal_record import (
    MAX_REMARK_CHARACTERS,
    MAX_REMARKS,
    FiscalCode,
    FiscalRecord,
    FiscalRemark,
)
from settlement.domain.order.invoice import InvoiceType
from settlement.storage.documents import document_of, packed_document
from settlement.use_cases.orders.examine_document import require_usable
from settlement.use_cases.orders.notify_fiscal_document import notification_of
from testkit.nfe_documents import ISSUED_AT, ISSUER, nfe, nfe_key

PUBLISHED_KEYS = (
    "41170706117473000150550010000463202612756525",
    "35180834128745000152550010000476051695511860",
    "26180875335849000115550010000016871192213331",
)
"""Keys of documents that nobody here issued, from the samples of nfelib 3.2.0."""


AUTHORISED = Protocol("100", "Said by the authority")


def code_of(document: str) -> str:
    with pytest.raises(FiscalDocumentRefused) as refused:
        require_usable(read_fiscal(document.encode()), takes_tests=False)
    return refused.value.published_code


def two_documents() -> str:
    """Two documents in one envelope."""
    bare = nfe(status=None)
    return nfe().replace(bare, bare + bare)


@pytest.mark.parametrize("key", PUBLISHED_KEYS)
def test_check_digit_is_that_of_published_documents(key: str) -> None:
    assert check_digit(key[:-1]) == key[-1]
    assert access_key(" ".join(key[at : at + 4] for at in range(0, 44, 4))).text == key


def test_letters_of_the_cnpj_count_as_their_codes_less_that_of_zero() -> None:
    """By hand: weights 4 3 2 9 8 7 6 5 4 3 2 9 … from the left, so A (17) in place of 0 adds 17 times its weight."""
    digits = "3526070" + "0" * 36
    letters = "352607A" + "0" * 36
    weight = 2 + (43 - 1 - 6) % 8
    total = sum(int(digit) * (2 + at % 8) for at, digit in enumerate(reversed(digits)))
    rest = (total + 17 * weight) % 11
    assert check_digit(letters) == ("0" if rest < 2 else str(11 - rest))


@pytest.mark.parametrize(
    ("key", "said"),
    [
        (PUBLISHED_KEYS[0][:-1], "must have 44 characters, it has 43"),
        (PUBLISHED_KEYS[0].replace("55001", "5500A", 1), "in the first 12 characters of the CNPJ only"),
        (nfe_key().lower(), "must be digits"),
    ],
)
def test_key_that_is_none_is_refused_with_the_reason(key: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        access_key(key)


@pytest.mark.parametrize(
    ("document", "name"),
    [
        (nfe(3, key=nfe_key(4)), "ide/nNF"),
        (nfe(key=nfe_key(issuer="11222333000181")), "emit/CNPJ"),
        (nfe().replace(f"<chNFe>{nfe_key()}", f"<chNFe>{nfe_key(2)}"), "protNFe/chNFe"),
        (nfe(), None),
    ],
)
def test_document_that_says_otherwise_than_its_key_is_remarked(document: str, name: str | None) -> None:
    found = list(of_content(read_fiscal(document.encode())))
    assert [remark.message.partition(":")[0] for remark in found] == ([name] if name else [])


def test_wrong_check_digit_is_named_with_the_right_one() -> None:
    with pytest.raises(WrongCheckDigit, match="must be 5"):
        access_key(PUBLISHED_KEYS[0][:-1] + "6").require_check_digit()


def test_document_is_read() -> None:
    document = read_fiscal(nfe(7, "70.00").encode())

    assert (document.key.text, document.number, document.key.series) == (nfe_key(7), "7", 1)
    assert (document.key.issuer, document.key.month) == (ISSUER, "2607")
    assert (document.total, document.issued_at, document.type) == (7000, ISSUED_AT, InvoiceType.OUTPUT)
    assert (document.protocol, document.is_test, document.cfop) == (AUTHORISED, False, "5102")
    assert document.items == (
        FiscalItem(1, "A", None, "Item A", Decimal(1), 5000),
        FiscalItem(2, "B", None, "Item B", Decimal(1), 1500),
    )


def test_document_without_a_protocol_is_not_authorised() -> None:
    assert read_fiscal(nfe(status=None).encode()).protocol is None


def test_taxes_of_2026_beside_the_value_are_not_in_it() -> None:
    assert read_fiscal(nfe(total="70.00", more="<vNFTot>70.70</vNFTot>").encode()).total == 7000


def test_return_names_its_sales() -> None:
    document = read_fiscal(nfe(2, "10.00", purpose="4", direction="0", returns=[nfe_key(1)]).encode())
    assert (document.type, document.references) == (InvoiceType.INPUT, (nfe_key(1),))


def test_notification_has_an_item_for_each_code_and_the_rest_as_extra_value() -> None:
    goods = [("A", "1", "50.00"), ("B", "1", "15.00"), ("B", "2.0000", "30.00"), ("C", "0.5", "1.00")]
    text = nfe(7, "100.00", goods)

    notification = notification_of(read_fiscal(text.encode()), text, takes_tests=False).on([])

    assert [(item.id, item.quantity, item.total) for item in notification.items] == [("A", 1, 5000), ("B", 3, 4500)]
    assert (notification.value, notification.extra_value) == (10000, 500)
    assert (notification.number, notification.key, notification.document) == ("7", nfe_key(7), text)


@pytest.mark.parametrize(
    ("document", "code"),
    [
        ("", "NFE_UNREADABLE"),
        ('{"type": "Output"}', "NFE_UNREADABLE"),
        (nfe()[:-1], "NFE_UNREADABLE"),
        (nfe() + nfe(), "NFE_UNREADABLE"),
        ('<?xml version="1.0" encoding="UTF-9"?>' + nfe(), "NFE_UNREADABLE"),
        ('<?xml version="1.0" encoding="gb18030"?>' + nfe(), "NFE_UNREADABLE"),
        ('<!DOCTYPE NFe SYSTEM "https://example.com/nfe.dtd">' + nfe(), "NFE_UNREADABLE"),
        ('<!DOCTYPE NFe [<!ENTITY total "70.00">]>' + nfe(total="&total;"), "NFE_UNREADABLE"),
        (nfe(total="&total;"), "NFE_UNREADABLE"),
        (nfe().replace("nfeProc", "enviNFe"), "NFE_ROOT"),
        (nfe().replace(".br/nfe", ".br/cte"), "NFE_ROOT"),
        (two_documents(), "NFE_FIELD"),
        (nfe(more="</total><total><ICMSTot><vNF>1.00</vNF></ICMSTot>"), "NFE_FIELD"),
        (nfe(version="3.10"), "NFE_VERSION"),
        (nfe(key=nfe_key()[:-1]), "NFE_KEY"),
        (nfe(key=nfe_key()[:-1] + str((int(nfe_key()[-1]) + 1) % 10)), "NFE_CHECK_DIGIT"),
        (nfe(model="65"), "NFE_MODEL"),
        (nfe(environment="2"), "NFE_TEST"),
        (nfe(purpose="2"), "NFE_PURPOSE"),
        (nfe(direction="0"), "NFE_PURPOSE"),
        (nfe(status="101"), "NFE_NOT_AUTHORISED"),
        (nfe(total="70.001"), "NFE_FIELD"),
        (nfe(total="-70.00"), "NFE_FIELD"),
        (nfe(total="10000000000.00"), "NFE_FIELD"),
        (nfe(total="NaN"), "NFE_FIELD"),
        (nfe(total="\u0667\u0660"), "NFE_FIELD"),
        (nfe(total="1E+2"), "NFE_FIELD"),
        (nfe(goods=[("A", "1E+9", "1.00")]), "NFE_FIELD"),
        (nfe(total=""), "NFE_FIELD"),
        (nfe(goods=[("A", "", "1.00")]), "NFE_FIELD"),
        (nfe().replace(ISSUED_AT, "2026-07-01"), "NFE_FIELD"),
        (nfe(goods=[]), "NFE_ITEMS"),
    ],
)
def test_document_that_is_no_invoice_is_refused_by_its_code(document: str, code: str) -> None:
    assert code_of(document) == code


def test_document_with_more_items_than_its_layout_has_is_refused() -> None:
    item = ("A", "1", "1.00")
    assert len(read_fiscal(nfe(goods=[item] * MAX_NFE_ITEMS).encode()).items) == MAX_NFE_ITEMS
    assert code_of(nfe(goods=[item] * (MAX_NFE_ITEMS + 1))) == "NFE_ITEMS"


def test_document_with_more_references_than_its_layout_has_is_refused() -> None:
    names = [nfe_key(number) for number in range(1, MAX_REFERENCES + 2)]
    assert len(read_fiscal(nfe(purpose="4", returns=names[:-1]).encode()).references) == MAX_REFERENCES
    assert code_of(nfe(purpose="4", returns=names)) == "NFE_FIELD"


@pytest.mark.parametrize("field", ["cProd", "refNFe", "nProt", "cStat"])
def test_text_that_is_longer_than_its_field_is_refused(field: str) -> None:
    document = nfe(purpose="4", returns=[nfe_key(9)]).replace("</cStat>", "</cStat><nProt>1</nProt>")
    start = document.index(f"<{field}>") + len(field) + 2
    assert code_of(document[:start] + "9" * 61 + document[start:]) == "NFE_FIELD"


def test_warnings_that_are_kept_are_few_and_short() -> None:
    remarks = [FiscalRemark(FiscalCode.ITEM, f"det {number}: {'x' * 400}") for number in range(MAX_REMARKS + 1)]
    kept = shortened(remarks)
    assert (len(kept), {len(remark.message) for remark in kept}) == (MAX_REMARKS, {MAX_REMARK_CHARACTERS})
    assert FiscalRecord(kept).after(FiscalRecord((remarks[-1],))).remarks == (remarks[-1], *kept[:-1])


def test_document_that_is_more_than_is_read_is_refused() -> None:
    text = nfe()
    assert read_fiscal(text.ljust(MAX_XML_BYTES).encode()).total == 7000
    with pytest.raises(Refusal, match=f"at most {MAX_XML_BYTES} bytes, it has {MAX_XML_BYTES + 1}"):
        read_fiscal(text.ljust(MAX_XML_BYTES + 1).encode())
    within = MAX_XML_DEPTH - 4
    assert read_fiscal(nfe(more="<a>" * within + "</a>" * within).encode()).total == 7000
    with pytest.raises(Refusal, match=f"more than {MAX_XML_DEPTH} within each other"):
        read_fiscal(nfe(more="<a>" * (within + 1) + "</a>" * (within + 1)).encode())


@pytest.mark.parametrize("text", [nfe(), "x", "ç" * 1000])
def test_stored_document_is_the_one_that_was_sent(text: str) -> None:
    assert document_of(packed_document(text)) == text
    assert document_of({"text": text}) == text


def test_document_takes_less_room_than_its_text() -> None:
    packed = packed_document(nfe(goods=[("A", "1", "1.00")] * 50))["packed"]
    assert len(packed) < len(nfe(goods=[("A", "1", "1.00")] * 50)) / 10
