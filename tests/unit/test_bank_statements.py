"""camt.053: the bank's line of a payout is its amount, not that of a charge."""

from __future__ import annotations

import io
from datetime import date

import pytest

from settlement.domain.fiscal import xml_tree
from settlement.domain.reconciliation.refusal import Fault
from settlement.domain.reconciliation.report_line import LineKind
from settlement.reports.formats import format_of, read_report
from tests.support.reports import read, refusal

DAY = date(2026, 3, 6)


def statement(entries: str = "", closing: str = "6985.50", version: str = "08", more: str = "") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId></GrpHdr>
<Stmt><Id>S1</Id><ElctrncSeqNb>42</ElctrncSeqNb><FrToDt><FrDtTm>2026-03-06T00:00:00</FrDtTm>
<ToDtTm>2026-03-06T23:59:59</ToDtTm></FrToDt><Acct><Id><IBAN>NL91ABNA0417164300</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">100.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{closing}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>{more}
{entries or entry() + entry("14.50", "DBIT")}</Stmt></BkToCstmrStmt></Document>""".encode()


def entry(amount: str = "6900.00", side: str = "CRDT", status: str = "<Cd>BOOK</Cd>", more: str = "") -> str:
    return f"""<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts>{status}</Sts>
<BookgDt><Dt>2026-03-06</Dt></BookgDt><ValDt><Dt>2026-03-07</Dt></ValDt><AcctSvcrRef>B1</AcctSvcrRef>{more}</Ntry>"""


CHARGES = """<Chrgs><TtlChrgsAndTaxAmt Ccy="EUR">12.00</TtlChrgsAndTaxAmt><Rcrd><Amt Ccy="EUR">12.00</Amt>
<CdtDbtInd>DBIT</CdtDbtInd><ChrgInclInd>true</ChrgInclInd></Rcrd></Chrgs><NtryDtls><TxDtls><Amt Ccy="EUR">1.00</Amt>
</TxDtls></NtryDtls>"""


def test_bank_line_of_a_payout() -> None:
    head, lines = read("camt.053", statement())

    assert (head.serial, head.since, head.until) == ("camt.053/NL91ABNA0417164300/42/2026", DAY, DAY)
    assert [(line.kind, line.net, line.paid_on, line.reference) for line in lines] == [
        (LineKind.PAYOUT, 690_000, DAY, "B1"),
        (LineKind.PAYOUT, -1_450, DAY, "B1"),
    ]


def test_charge_that_is_included_is_the_fee_and_not_the_amount() -> None:
    _, (line,) = read("camt.053", statement(entry(more=CHARGES), "7000.00"))

    assert (line.gross, line.fee, line.net) == (691_200, 1_200, 690_000)


def test_entry_that_is_not_booked_is_not_read() -> None:
    _, (line,) = read("camt.053", statement(entry() + entry(status="<Cd>PDNG</Cd>"), "7000.00", version="02"))

    assert line.net == 690_000


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("content", "fault", "line"),
    [
        (statement(closing="1.00"), Fault.WRONG_TOTAL, 4),
        (statement()[:-40], Fault.CUT, 10),
        (statement()[:-45], Fault.CUT, 10),
        (statement()[: -len(entry())], Fault.CUT, 9),
        (statement(entry("6,900.00")), Fault.NOT_A_NUMBER, 8),
        (statement(entry(side="UP")), Fault.NOT_A_NUMBER, 8),
        (statement(entry().replace("03-06", "02-30")), Fault.NOT_A_DATE, 9),
        (statement().replace(b"camt.053", b"camt.052"), Fault.WRONG_VERSION, 1),
        (b"<Document/>", Fault.WRONG_VERSION, 1),
        (b"<!DOCTYPE x><x/>", Fault.NOT_TEXT, 1),
        (b'<?xml version="1.0"?>\n\n' + BOMB + b"<x>&b;</x>", Fault.NOT_TEXT, 3),
        (statement(version="01"), Fault.WRONG_VERSION, 1),
        (statement().replace(b"2026-03-06T23", b"2026-03-05T23"), Fault.NOT_A_DATE, 4),
        (statement().replace(b"UTF-8", b"UTF-9"), Fault.NOT_TEXT, 1),
        (statement().replace(b"UTF-8", b"shift_jis"), Fault.NOT_TEXT, 1),
        (statement().replace(b"UTF-8", b"base64"), Fault.NOT_TEXT, 1),
        (statement().replace(b"UTF-8", b"punycode"), Fault.NOT_TEXT, 1),
        (statement().replace(b">42<", b">" + b"4" * 141 + b"<"), Fault.LINE_TOO_LONG, 4),
        (statement().replace(b"NL91", b"N" * 141), Fault.LINE_TOO_LONG, 5),
        (statement().replace(b">B1<", b">" + b"B" * 141 + b"<", 1), Fault.LINE_TOO_LONG, 8),
        (statement(version="14"), Fault.WRONG_VERSION, 1),
        (statement(version="008"), Fault.WRONG_VERSION, 1),
        (statement(entry() + f"\n<Ntry>{'x' * 500_001}"), Fault.NOT_TEXT, 10),
        (statement(entry() + "\n" + "<X/>" * 100_000), Fault.NOT_TEXT, 10),
        (b"no document", Fault.NOT_TEXT, 1),
    ],
)
def test_statement_is_refused_with_its_place(content: bytes, fault: Fault, line: int) -> None:
    found = refusal("camt.053", content)

    assert found[:2] == (fault, line)


def test_elements_that_nobody_reads_are_held_up_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also between entries, which are not held."""
    monkeypatch.setattr(xml_tree, "MAX_XML_ELEMENTS", 100)
    read("camt.053", statement((entry("0.01") + "<X/>") * 80, "100.80"))

    assert refusal("camt.053", statement((entry("0.01") + "<X/>") * 100, "101.00"))[0] is Fault.NOT_TEXT


def test_entry_may_have_very_many_transactions() -> None:
    """Which are not read, and not held."""
    details = f"<NtryDtls>{'<TxDtls><Refs><EndToEndId>of an order</EndToEndId></Refs></TxDtls>' * 50_000}</NtryDtls>"

    _, (line,) = read("camt.053", statement(entry(more=details), "7000.00"))

    assert line.net == 690_000


def test_blanks_between_entries_are_not_held() -> None:
    blanks = "\n" + " " * 200

    _, lines = read("camt.053", statement((entry("0.01") + blanks) * 5_000, "150.00"))

    assert len(lines) == 5_000


def test_statement_streams() -> None:
    """Nothing is held but the entry that is read: lines come before the document ends."""
    many = statement(entry("0.01") * 5_000, "150.00")
    stream = io.BytesIO(many)
    _, lines = read_report(format_of("camt.053"), stream)

    next(lines)

    assert stream.tell() < len(many) // 4
