"""Formats of settlement reports are read as published, held against readers that others wrote; the rest is refused."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from cielo_edi import CieloEDIParser

from settlement.domain.reconciliation.expected import CentsOn
from settlement.domain.reconciliation.refusal import Fault, ReportRefused
from settlement.domain.reconciliation.report_head import Holds, ReportHead
from settlement.domain.reconciliation.report_line import LineKind, ReportLine, Stage
from settlement.reports.formats import format_of, formats, read_report
from testkit.acquirer import FIRST_DAY, LAST_DAY, acquirers_file
from testkit.report_files import (
    ADYEN_COLUMNS,
    UNIT,
    adyen_settlement,
    cielo_entry,
    cielo_file,
    cielo_header,
    cielo_pix,
    cielo_sales,
    cielo_trailer,
    cielo_unit,
    csv_row,
    plain_csv,
)
from tests.support.reports import read, refusal

DAY = date(2026, 3, 6)
SALE = ReportLine(
    2, LineKind.CAPTURE, Stage.REPORTED, "BRL", 8113, 256, 7857, tid="10515831175GGU4BSSRE", nsu="010002",
    authorization="450359", installment=1, installments=2, sold_on=DAY, expected_on=date(2026, 4, 6), told_as="03",
)  # fmt: skip


def sales(*lines: ReportLine) -> bytes:
    return cielo_sales(lines or (SALE,), FIRST_DAY, LAST_DAY)


def test_every_format_tells_its_version_and_its_source() -> None:
    assert set(formats()) == {"adyen-settlement", "camt.053", "cielo-v15", "csv"}
    assert all(held.version and held.source and held.title for held in formats().values())


def test_cielo_sale_in_instalments() -> None:
    head, lines = read("cielo-v15", sales())

    assert head == ReportHead("cielo-v15", "1051583117-03", "0000001", FIRST_DAY, LAST_DAY, Holds.SALES, of_pix=False)
    assert lines == [SALE]


def test_cielo_file_is_read_as_the_independent_parser_reads_it() -> None:
    """cielo-edi 15.14.1; amounts without the sign, which it gives apart."""
    content = cielo_sales(acquirers_file(500).numbered(), FIRST_DAY, LAST_DAY)

    theirs = CieloEDIParser().processar_bytes(content)
    _, ours = read("cielo-v15", content)

    assert not theirs.linhas_nao_processadas
    assert len(theirs.detalhes) == len(ours) == theirs.trailer.quantidade_registro_e
    for other, line in zip(theirs.detalhes, ours, strict=True):
        sign = 1 if other.sinal_valor_bruto == "+" else -1
        assert (other.tid, other.nsu_doc, other.codigo_autorizacao) == (line.tid, line.nsu, line.authorization)
        assert (other.parcela, other.numero_total_parcelas) == (line.installment, line.installments)
        assert other.valor_bruto_venda_parcela * sign == Decimal(line.gross) / 100
        assert other.valor_liquido_venda * sign == Decimal(line.net) / 100
        assert other.valor_comissao == Decimal(abs(line.fee)) / 100
        assert (other.data_captura, other.data_vencimento_original) == (line.sold_on, line.expected_on)


def test_cielo_file_of_a_day_without_movement_has_header_and_trailer_alone() -> None:
    head, lines = read("cielo-v15", cielo_sales([], FIRST_DAY, LAST_DAY))

    assert (head.serial, lines) == ("cielo-v15/1051583117-03/0000001", [])


def test_cielo_payment_is_paid_on_the_day_of_its_unit() -> None:
    other = SALE.nsu[:-1] + "9"
    records = [
        cielo_unit(8113, 7857, 1, date(2026, 4, 6)),
        cielo_entry(SALE),
        cielo_unit(8113, 7857, 1, date(2026, 4, 7), state="06", unit=f"{UNIT[:-1]}1"),
        cielo_entry(replace(SALE, nsu=other), unit=f"{UNIT[:-1]}1"),
    ]

    head, lines = read("cielo-v15", cielo_file(cielo_header("04", DAY, DAY), records, 16226, 15714))

    assert head.holds is Holds.PAYOUTS
    assert [(line.stage, line.paid_on) for line in lines] == [
        (Stage.PAID, date(2026, 4, 6)),
        (Stage.REPORTED, None),
    ]


def test_cielo_commission_of_a_chargeback_comes_back() -> None:
    back = replace(SALE, kind=LineKind.CHARGEBACK, gross=-1508, fee=-37, net=-1471, installment=0, installments=0)

    _, (line,) = read("cielo-v15", sales(back))

    assert (line.kind, line.gross, line.fee, line.net, line.fault) == (LineKind.CHARGEBACK, -1508, -37, -1471, None)


def test_cielo_pix() -> None:
    sold = replace(SALE, reference="E123", tid="tx1", authorization="", paid_on=DAY, installment=0, installments=0)
    back = replace(sold, gross=-100, fee=0, net=-100, paid_on=None)

    content = cielo_file(cielo_header("16", DAY, DAY), [cielo_pix(sold), cielo_pix(back)], 8013, 7757)
    _, lines = read("cielo-v15", content)

    assert [(line.kind, line.stage, line.gross, line.fee, line.net) for line in lines] == [
        (LineKind.CAPTURE, Stage.PAID, 8113, 256, 7857),
        (LineKind.REFUND, Stage.REPORTED, -100, 0, -100),
    ]
    assert (lines[0].reference, lines[0].tid, lines[0].sold_on) == ("E123", "tx1", DAY)
    (other, _) = CieloEDIParser().processar_bytes(content).pix
    assert (other.id_pix, other.valor_liquido, other.data_pagamento) == ("E123", Decimal("78.57"), DAY)


def changed(content: bytes, record: bytes, first: int, text: bytes) -> bytes:
    """Return a Cielo file with other text in the first record of a kind."""
    lines = content.split(b"\r\n")
    at = next(at for at, line in enumerate(lines) if line.startswith(record))
    lines[at] = lines[at][: first - 1] + text + lines[at][first - 1 + len(text) :]
    return b"\r\n".join(lines)


@pytest.mark.parametrize(
    ("spoilt", "expected"),
    [
        (lambda file: b"", (Fault.EMPTY, 1, 0)),
        (lambda file: b" \r\n", (Fault.EMPTY, 1, 0)),
        (lambda file: b"PK\x03\x04" + file, (Fault.COMPRESSED, 1, 0)),
        (lambda file: b"\x1f\x8b" + file, (Fault.COMPRESSED, 1, 0)),
        (lambda file: changed(file, b"0", 71, b"014"), (Fault.WRONG_VERSION, 1, 71)),
        (lambda file: changed(file, b"0", 48, b"09"), (Fault.WRONG_VERSION, 1, 48)),
        (lambda file: changed(file, b"0", 43, b"OTHER"), (Fault.WRONG_VERSION, 1, 43)),
        (lambda file: changed(file, b"0", 20, b"20260230"), (Fault.NOT_A_DATE, 1, 20)),
        (lambda file: changed(file, b"0", 20, b"20260330"), (Fault.NOT_A_DATE, 1, 28)),
        (lambda file: changed(file, b"E", 262, b"00000000A8113"), (Fault.NOT_A_NUMBER, 2, 262)),
        (lambda file: changed(file, b"E", 261, b" "), (Fault.NOT_A_NUMBER, 2, 261)),
        (lambda file: changed(file, b"E", 18, b"x1"), (Fault.NOT_A_NUMBER, 2, 18)),
        (lambda file: changed(file, b"E", 574, b"31022026"), (Fault.NOT_A_DATE, 2, 574)),
        (lambda file: file.replace(b"\r\nE", b"\r\nX", 1), (Fault.UNKNOWN_RECORD, 2, 1)),
        (lambda file: file.replace(b"\r\n9", b"!\r\n9", 1), (Fault.LINE_TOO_LONG, 2, 761)),
        (lambda file: file.replace(b"\r\n9", b"!" * 5000 + b"\r\n9", 1), (Fault.LINE_TOO_LONG, 2, 761)),
        (lambda file: file[: file.index(b"\r\n9")], (Fault.CUT, 3, 0)),
        (lambda file: file[: len(file) // 2], (Fault.LINE_TOO_SHORT, 2, 382)),
        (lambda file: file[file.index(b"\nE") + 1 :], (Fault.CUT, 1, 1)),
        (lambda file: changed(file, b"9", 2, b"00000000002"), (Fault.CUT, 3, 2)),
        (lambda file: changed(file, b"9", 31, b"00000000002"), (Fault.CUT, 3, 31)),
        (lambda file: changed(file, b"9", 13, b"+00000000000007858"), (Fault.WRONG_TOTAL, 3, 13)),
        (lambda file: file + file, (Fault.UNKNOWN_RECORD, 4, 1)),
    ],
)
def test_cielo_file_is_refused_with_its_place(
    spoilt: Callable[[bytes], bytes], expected: tuple[Fault, int, int]
) -> None:
    assert refusal("cielo-v15", spoilt(sales())) == expected


def test_recovered_cielo_file_has_no_sequence() -> None:
    head, _ = read("cielo-v15", cielo_sales([SALE], FIRST_DAY, LAST_DAY, 9_999_999))

    assert head.serial == ""


def test_trailer_of_the_units_is_taken_too() -> None:
    """A CIELO04 whose entries are a part of what their units pay."""
    records = [cielo_unit(9000, 8700, 1, DAY), cielo_entry(SALE)]

    read("cielo-v15", cielo_file(cielo_header("04", DAY, DAY), records, 9000, 8700))
    assert cielo_trailer(records, 9000, 8700)[0] == "9"


def test_adyen_rows() -> None:
    sold = ReportLine(2, LineKind.CAPTURE, Stage.PAID, "EUR", 10_000, 250, 9_750, reference="MOD1", tid="PSP1",
                      sold_on=DAY, paid_on=DAY, batch="134", told_as="Settled")  # fmt: skip
    back = replace(sold, number=3, kind=LineKind.REFUND, gross=-4_000, fee=10, net=-4_010, told_as="Refunded")
    paid = ReportLine(4, LineKind.PAYOUT, Stage.PAID, "EUR", -5_740, 0, -5_740, sold_on=DAY, paid_on=DAY, batch="134",
                      told_as="MerchantPayout")  # fmt: skip

    head, lines = read("adyen-settlement", adyen_settlement([sold, back, paid]))

    assert lines == [sold, back, paid]
    assert (head.sender, head.sequence, head.days_are_whole) == ("Shop_BR", "134", False)


def adyen(**fields: str) -> bytes:
    told = {"Merchant Account": "Shop", "Creation Date": "2026-03-06 10:00:00", "Type": "Settled",
            "Gross Currency": "EUR", "Gross Credit (GC)": "100.00", "Net Currency": "EUR", "Net Credit (NC)": "97.50",
            "Batch Number": "134", "Psp Reference": "PSP1"}  # fmt: skip
    row = ",".join({**told, **fields}.get(column, "") for column in ADYEN_COLUMNS)
    return f"{','.join(ADYEN_COLUMNS)}\n{row}\n".encode()


def test_adyen_gross_in_the_column_of_credits_and_a_sale_without_modification() -> None:
    _, (line,) = read("adyen-settlement", adyen())

    assert (line.gross, line.fee, line.net, line.reference) == (10_000, 250, 9_750, "PSP1")


def test_adyen_sale_that_is_taken_off_has_the_wrong_sign() -> None:
    _, (line,) = read("adyen-settlement", adyen(**{"Net Credit (NC)": "", "Net Debit (NC)": "97.50"}))

    assert (line.gross, line.net, line.has_sign) == (-10_000, -9_750, False)


@pytest.mark.parametrize(
    ("type_", "kind"),
    [
        ("SettledBulk", LineKind.CAPTURE), ("SettledExternallyWithInfo", LineKind.CAPTURE),
        ("SettledInInstallments", LineKind.CAPTURE), ("RefundedBulk", LineKind.REFUND),
        ("RefundedExternallyWithInfo", LineKind.REFUND), ("RefundedInInstallments", LineKind.REFUND),
        ("ChargebackExternally", LineKind.CHARGEBACK), ("SettledInstallment", LineKind.ADJUSTMENT),
        ("DepositCorrection", LineKind.ADJUSTMENT),
    ],
)  # fmt: skip
def test_adyen_has_several_types_of_a_kind(type_: str, kind: LineKind) -> None:
    _, (line,) = read("adyen-settlement", adyen(Type=type_))

    assert (line.kind, line.told_as, abs(line.net)) == (kind, type_, 9_750)


def test_adyen_payout_in_another_currency_has_the_fee_of_its_columns() -> None:
    fields = {"Gross Currency": "USD", "Net Credit (NC)": "90.00", "Commission (NC)": "1.20", "Markup (NC)": "0.30"}
    _, (line,) = read("adyen-settlement", adyen(**fields))

    assert (line.currency, line.gross, line.net_currency, line.fee, line.net) == ("USD", 10_000, "EUR", 150, 9_000)
    assert line.fault is None


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (adyen(**{"Net Credit (NC)": "97,50"}).replace(b"97,50", b'"97,50"'), (Fault.NOT_A_NUMBER, 2, 16)),
        (adyen(**{"Net Credit (NC)": "97.505"}), (Fault.NOT_A_NUMBER, 2, 16)),
        (adyen(**{"Creation Date": "2026-13-06 10:00:00"}), (Fault.NOT_A_DATE, 2, 6)),
        (adyen(Type=""), (Fault.NOT_A_KIND, 2, 8)),
        (adyen()[:-30], (Fault.CUT, 2, 12)),
        (adyen().replace(b"Net Debit (NC)", b"Payable (NC)"), (Fault.WRONG_VERSION, 1, 1)),
        (adyen().split(b"\n")[0] + b"\n", (Fault.EMPTY, 2, 0)),
        (adyen() + b'"', (Fault.CUT, 3, 0)),
        (b"\xff\xfe" + adyen(), (Fault.NOT_TEXT, 1, 1)),
    ],
)
def test_adyen_file_is_refused_with_its_place(content: bytes, expected: tuple[Fault, int, int]) -> None:
    assert refusal("adyen-settlement", content) == expected


def test_csv_by_its_own_names() -> None:
    lines = [replace(line, told_as=line.kind.value) for line in acquirers_file(300).numbered()]

    head, found = read("csv", plain_csv(lines))

    assert found == lines
    assert head == ReportHead("csv")


def test_csv_by_a_mapping() -> None:
    mapping = {
        "columns": {"kind": "Tipo", "gross": "Bruto", "net": "Líquido", "tid": "TID", "soldOn": "Venda"},
        "kinds": {"VENDA": "capture", "ESTORNO": "refund"},
        "delimiter": ";", "encoding": "latin-1", "decimalSeparator": ",", "dayOrder": "DMY", "currency": "BRL",
        "centsOn": "last", "stage": "paid", "period": ["2026-03-01", "2026-03-31"], "sender": "Acme", "sequence": "17",
    }  # fmt: skip
    content = "Tipo;Bruto;Líquido;TID;Venda;Loja\nVENDA;1.234,56;1.200,00;T1;06/03/2026;1\nESTORNO;-10;-10;T1;;1\n"

    head, (sold, back) = read("csv", content.encode("latin-1"), json.loads(json.dumps(mapping)))

    assert (sold.kind, sold.gross, sold.fee, sold.net, sold.sold_on) == (LineKind.CAPTURE, 123456, 3456, 120000, DAY)
    assert (back.kind, back.gross, back.sold_on, back.stage) == (LineKind.REFUND, -1000, None, Stage.PAID)
    assert (head.cents_on, head.serial) == (CentsOn.LAST, "csv/Acme/17")
    assert (head.since, head.until) == (date(2026, 3, 1), date(2026, 3, 31))


@pytest.mark.parametrize(
    ("gross", "fee", "net", "read_as"),
    [
        ("70.00", "1.75", "68.25", 175),
        ("70.00", "-1.75", "68.25", 175),
        ("70.00", "-1.75", "71.75", -175),
        ("70.00", "-1.75", "", -175),
        ("-70.00", "1.75", "-68.25", -175),
        ("-70.00", "-1.75", "-71.75", 175),
        ("70.00", "1.75", "68.24", 175),
        ("70.00", "0.00", "70.00", 0),
    ],
)
def test_sign_of_a_fee_is_that_with_which_it_comes_to_the_net(gross: str, fee: str, net: str, read_as: int) -> None:
    _, (line,) = read("csv", f"kind,gross,fee,net,currency\ncapture,{gross},{fee},{net},BRL\n".encode())

    assert line.fee == read_as
    assert (line.fault is None) is (net != "68.24")


def row(**fields: object) -> bytes:
    told = dict(zip(("kind", "gross", "fee", "net", "currency"), csv_row(SALE), strict=False))
    told |= {"soldOn": DAY, "installment": 1, "installments": 2}
    told |= fields
    return f"{','.join(told)}\n{','.join(str(value) for value in told.values())}\n".encode()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (row(kind="sale"), (Fault.NOT_A_KIND, 2, 1)),
        (row(gross="abc"), (Fault.NOT_A_NUMBER, 2, 2)),
        (row(gross="1e5"), (Fault.NOT_A_NUMBER, 2, 2)),
        (row(gross="NaN"), (Fault.NOT_A_NUMBER, 2, 2)),
        (row(gross="12345678901.00"), (Fault.NOT_A_NUMBER, 2, 2)),
        (row(currency="JPY"), (Fault.NOT_A_NUMBER, 2, 2)),
        (row(soldOn="2026-02-30"), (Fault.NOT_A_DATE, 2, 6)),
        (row(soldOn="tomorrow"), (Fault.NOT_A_DATE, 2, 6)),
        (row(installment="-1"), (Fault.NOT_A_NUMBER, 2, 7)),
        (row(installments="100"), (Fault.NOT_A_NUMBER, 2, 8)),
        (row()[:-6], (Fault.CUT, 2, 7)),
        (row() + row().split(b"\n")[1] + b",more\n", (Fault.LINE_TOO_LONG, 3, 9)),
        (row().replace(b"gross", b"total"), (Fault.WRONG_VERSION, 1, 1)),
        (row().replace(b"fee", b"net"), (Fault.WRONG_VERSION, 1, 3)),
        (row(kind="x" * 30_000), (Fault.LINE_TOO_LONG, 2, 20_001)),
        (row(kind='"capture') + b"a,b\n" * 3, (Fault.CUT, 2, 0)),
        (row() + b'\n\n"capture,\n' + b"a,b\n" * 50_000, (Fault.CUT, 5, 0)),
        (row() + b'"capture,\n' + row(kind='"capture"').split(b"\n")[1], (Fault.CUT, 3, 0)),
    ],
)
def test_csv_is_refused_with_its_place(content: bytes, expected: tuple[Fault, int, int]) -> None:
    assert refusal("csv", content) == expected


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"colums": {}}, "no key 'colums'"),
        ({"columns": {"grosss": "x"}}, "columns has no 'grosss'"),
        ({"columns": []}, "columns must be an object"),
        ({"kinds": {"VENDA": "sale"}}, "kinds.VENDA 'sale'"),
        ({"delimiter": "§"}, "delimiter '§'"),
        ({"period": ["2026-03-01"]}, "period"),
        ({"period": ["2026-03-02", "2026-03-01"]}, "ends before it begins"),
        ({"currency": 986}, "currency must be a text"),
    ],
)
def test_bad_mapping_is_refused_by_its_key(mapping: dict[str, Any], words: str) -> None:
    with pytest.raises(ReportRefused, match="mapping: ") as refused:
        read("csv", row(), mapping)

    assert refused.value.fault is Fault.BAD_MAPPING
    assert words in str(refused.value)


def test_mapping_of_a_format_that_takes_none_is_refused() -> None:
    assert refusal("cielo-v15", sales(), {"delimiter": ";"}) == (Fault.BAD_MAPPING, 0, 0)


def test_unknown_format_is_refused() -> None:
    with pytest.raises(ReportRefused, match="format 'cielo' is unknown; there are adyen-settlement, ") as told:
        format_of("cielo")

    assert told.value.fault is Fault.UNKNOWN_FORMAT


@pytest.mark.parametrize("name", ["cielo-v15", "csv", "adyen-settlement"])
def test_file_streams(name: str) -> None:
    generated = acquirers_file(3_000).numbered()
    contents = {
        "cielo-v15": lambda: cielo_sales(generated, FIRST_DAY, LAST_DAY),
        "csv": lambda: plain_csv(generated),
        "adyen-settlement": lambda: adyen_settlement(generated),
    }
    content = contents[name]()
    stream = io.BytesIO(content)
    _, lines = read_report(format_of(name), stream)

    next(iter(lines))

    assert stream.tell() < len(content) // 4
