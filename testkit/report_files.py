"""Files of settlement reports, as acquirers and banks write them, from lines of any."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date

from settlement.domain.money import is_currency, is_withdrawn, to_major
from settlement.domain.reconciliation.report_line import LineKind, ReportLine

MERCHANT = "1051583117"
UNIT = "01027058000191360338010001092026-04-06002720021051583117360338010001090000000000000000000"
_CIELO_KINDS = {
    LineKind.CAPTURE: "02",
    LineKind.REFUND: "06",
    LineKind.CHARGEBACK: "08",
    LineKind.CHARGEBACK_REVERSED: "09",
    LineKind.FEE: "10",
    LineKind.ADJUSTMENT: "04",
}


def _laid(width: int, *fields: tuple[int, str]) -> str:
    """Return a record with texts from their first positions on."""
    record = [" "] * width
    for first, text in fields:
        record[first - 1 : first - 1 + len(text)] = text
    assert len(record) == width, fields
    return "".join(record)


def _cents(value: int, digits: int = 13) -> str:
    return f"{'-' if value < 0 else '+'}{abs(value):0{digits}d}"


def _day(day: date | None) -> str:
    return f"{day:%d%m%Y}" if day is not None else "01011001"


def cielo_header(type_: str, since: date, until: date, sequence: int = 1, layout: str = "015") -> str:
    """Return record 0."""
    return _laid(
        250, (1, "0"), (2, MERCHANT), (12, f"{until:%Y%m%d}"), (20, f"{since:%Y%m%d}"), (28, f"{until:%Y%m%d}"),
        (36, f"{sequence:07d}"), (43, "CIELO"), (48, type_), (50, "I"), (71, layout),
    )  # fmt: skip


def cielo_entry(line: ReportLine, unit: str = UNIT) -> str:
    """Return a record E."""
    kind = "03" if line.installments > 1 and line.kind is LineKind.CAPTURE else _CIELO_KINDS[line.kind]
    return _laid(
        760, (1, "E"), (2, MERCHANT), (12, "002002"), (18, f"{line.installment:02d}"), (20, f"{line.installments:02d}"),
        (22, line.authorization), (28, kind), (30, unit), (156, "012NNN3NNN"), (166, "5346968665"), (176, line.nsu),
        (182, "0" * 10), (192, line.tid), (232, "003150000000315"), (247, _cents(line.gross)),
        (261, _cents(line.gross)), (275, _cents(line.net)), (289, _cents(-line.fee)), (566, _day(line.sold_on)),
        (574, _day(line.sold_on)), (582, _day(line.sold_on)), (590, _day(line.sold_on)), (630, _day(line.expected_on)),
    )  # fmt: skip


def cielo_unit(gross: int, net: int, entries: int, paid_on: date, state: str = "04", unit: str = UNIT) -> str:
    """Return a record D."""
    return _laid(
        400, (1, "D"), (2, MERCHANT), (54, "002002"), (60, MERCHANT), (70, state), (72, _cents(gross)),
        (86, _cents(net - gross)), (100, _cents(net)), (144, f"{entries:06d}"), (150, "02"), (152, unit),
        (268, _day(paid_on)), (276, _day(paid_on)), (284, _day(paid_on)),
    )  # fmt: skip


def cielo_pix(line: ReportLine) -> str:
    """Return a record 8."""
    short = f"{line.sold_on:%y%m%d}"
    paid = f"{line.paid_on:%y%m%d}" if line.paid_on is not None else "000000"
    return _laid(
        400, (1, "8"), (2, MERCHANT), (12, "01"), (14, short), (20, "101530"), (26, line.reference), (62, line.nsu),
        (68, paid), (74, _cents(line.gross)), (88, _cents(-line.fee)), (102, _cents(line.net)), (145, short),
        (240, line.tid),
    )  # fmt: skip


def cielo_trailer(records: Sequence[str], gross: int, net: int) -> str:
    """Return record 9."""
    details = sum(1 for record in records if record[0] == "E")
    return _laid(
        250, (1, "9"), (2, f"{len(records):011d}"), (13, _cents(net, 17)), (31, f"{details:011d}"),
        (42, _cents(gross, 17)), (60, _cents(0, 17)), (78, _cents(0, 17)),
    )  # fmt: skip


def cielo_sales(lines: Sequence[ReportLine], since: date, until: date, sequence: int = 1) -> bytes:
    """Return a CIELO03 with the lines, which are of BRL and have no reference of their own."""
    records = [cielo_entry(line) for line in lines]
    gross, net = sum(line.gross for line in lines), sum(line.net for line in lines)
    return cielo_file(cielo_header("03", since, until, sequence), records, gross, net)


def cielo_file(header: str, records: Sequence[str], gross: int, net: int) -> bytes:
    """Return a file of records."""
    return "".join(f"{record}\r\n" for record in (header, *records, cielo_trailer(records, gross, net))).encode(
        "latin-1"
    )


ADYEN_COLUMNS = (
    "Company Account", "Merchant Account", "Psp Reference", "Merchant Reference", "Payment Method", "Creation Date",
    "TimeZone", "Type", "Modification Reference", "Gross Currency", "Gross Debit (GC)", "Gross Credit (GC)",
    "Exchange Rate", "Net Currency", "Net Debit (NC)", "Net Credit (NC)", "Commission (NC)", "Markup (NC)",
    "Scheme Fees (NC)", "Interchange (NC)", "Payment Method Variant", "Modification Merchant Reference",
    "Batch Number",
)  # fmt: skip
_ADYEN_TYPES = {
    LineKind.CAPTURE: "Settled",
    LineKind.REFUND: "Refunded",
    LineKind.CHARGEBACK: "Chargeback",
    LineKind.CHARGEBACK_REVERSED: "ChargebackReversed",
    LineKind.FEE: "Fee",
    LineKind.PAYOUT: "MerchantPayout",
    LineKind.ADJUSTMENT: "Balancetransfer",
}


def adyen_settlement(lines: Iterable[ReportLine], batch: int = 134) -> bytes:
    """Return a settlement details report with the lines, the gross of sales in the column of debits."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(ADYEN_COLUMNS)
    for line in lines:
        net_currency = _with_decimals(line.net_currency)
        gross = str(to_major(abs(line.gross), _with_decimals(line.currency)))
        net = str(to_major(abs(line.net), net_currency))
        is_sale = line.kind is LineKind.CAPTURE
        fee = str(to_major(line.fee, net_currency)) if line.fee else ""
        rows.writerow((
            "Company", "Shop_BR", line.tid, "O1", "visa", f"{line.sold_on} 10:15:30", "BRT", _ADYEN_TYPES[line.kind],
            line.reference, line.currency, gross if is_sale else "", "" if is_sale else gross, "1", line.net_currency,
            net if line.net < 0 else "", net if line.net >= 0 else "", "", fee, "", "", "visacredit", "", batch,
        ))  # fmt: skip
    return text.getvalue().encode()


CSV_COLUMNS = (
    "kind", "gross", "fee", "net", "currency", "reference", "tid", "nsu", "authorization", "installment",
    "installments", "soldOn", "expectedOn", "paidOn", "batch",
)  # fmt: skip


def plain_csv(lines: Iterable[ReportLine]) -> bytes:
    """Return a CSV file with the columns' own names."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(CSV_COLUMNS)
    rows.writerows(csv_row(line) for line in lines)
    return text.getvalue().encode()


def csv_row(line: ReportLine) -> tuple[object, ...]:
    """Return a line's fields."""
    known = _with_decimals(line.currency)
    amounts = (str(to_major(value, known)) for value in (line.gross, line.fee, line.net))
    return (
        line.kind.value, *amounts, line.currency, line.reference, line.tid, line.nsu, line.authorization,
        line.installment, line.installments, line.sold_on or "", line.expected_on or "", line.paid_on or "", line.batch,
    )  # fmt: skip


def _with_decimals(currency: str) -> str:
    """Return a currency, or for an unknown one another, of as many decimals as that is taken to have."""
    return currency if is_currency(currency) or is_withdrawn(currency) else "BRL"


def camt_statement(lines: Iterable[ReportLine], version: str = "08") -> bytes:
    """Return a bank's statement of BRL with an entry for each line, of its net, without fees."""
    held = list(lines)
    closing = 10_000 + sum(line.net for line in held)
    entries = "".join(
        f"<Ntry>{_signed_amount(line.net)}<Sts><Cd>BOOK</Cd></Sts>"
        f"<BookgDt><Dt>{line.paid_on or line.sold_on}</Dt></BookgDt>"
        f"<AcctSvcrRef>{line.reference}</AcctSvcrRef></Ntry>\n"
        for line in held
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.{version}"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId></GrpHdr>
<Stmt><Id>S1</Id><Acct><Id><IBAN>BR1800360305000010009795493C1</IBAN></Id></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp>{_signed_amount(10_000)}</Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp>{_signed_amount(closing)}</Bal>
{entries}</Stmt>
</BkToCstmrStmt></Document>
""".encode()


def _signed_amount(value: int) -> str:
    side = "CRDT" if value >= 0 else "DBIT"
    return f'<Amt Ccy="BRL">{to_major(abs(value), "BRL")}</Amt><CdtDbtInd>{side}</CdtDbtInd>'
