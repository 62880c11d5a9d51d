"""Cielo's electronic statement ("EDI - Extrato Eletrônico"), version 15: CIELO03, CIELO04 and CIELO16.

Source: Cielo, "Extrato Eletrônico - Manual", versions 15.6 to 15.14, announced at developercielo.github.io; positions
as they are in the package cielo-edi 15.14.1, which the tests hold this module against. Records have fixed widths and
are in Latin-1; amounts are cents of BRL with the sign in a field of its own; positions count from 1.

| record | width | what it is | used fields |
| --- | --- | --- | --- |
| 0 | 250 | header | merchant 2-11, period 20-35, sequence 36-42, CIELO 43-47, file type 48-49, layout 71-73 |
| D | 400 | receivable unit: the payout of the E records behind it | state 70-71, key 152-251, paid 268-275 |
| E | 760 | sale, cancellation, chargeback, adjustment or fee | ``_E`` below |
| 8 | 400 | Pix | ``_PIX`` below |
| 9 | 250 | trailer | records 2-12, net 13-30, records E 31-41, gross 42-59 |

Records A, B, C and R tell of negotiated receivables and reserves, which are other files' or nobody's sale; they are
counted and not read. What Cielo keeps, the commission, is signed: gross and commission add up to the net.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, BinaryIO

from settlement.domain.money import MAX_MINOR_UNITS
from settlement.domain.reconciliation.expected import CentsOn
from settlement.domain.reconciliation.refusal import Fault, ReportRefused
from settlement.domain.reconciliation.report_head import Holds, ReportHead
from settlement.domain.reconciliation.report_line import LineKind, ReportLine, Stage
from settlement.reports.formats import Format
from settlement.reports.reading import day, shown, text_lines, whole_number

_WIDTHS = {"0": 250, "D": 400, "E": 760, "8": 400, "9": 250, "A": 400, "B": 400, "C": 400, "R": 400}
_NEEDED = {"0": 73, "D": 275, "E": 637, "8": 115, "9": 59}
"""How long records are without the blanks at their end, which some transfers take away."""
_LONGEST = max(_WIDTHS.values())
_SALES, _PAYOUTS, _PIX_FILE = "03", "04", "16"
_RECOVERED = "9999999"
"""The sequence of every file that is sent again: it tells none apart."""
_NO_DAYS = frozenset({"", "00000000", "01011001", "000000"})
_MOST = 10**17
_DIGITS_OF_SUMS = 17

_KINDS = {
    "01": LineKind.CAPTURE,
    "02": LineKind.CAPTURE,
    "03": LineKind.CAPTURE,
    "42": LineKind.CAPTURE,
    "06": LineKind.REFUND,
    "08": LineKind.CHARGEBACK,
    "09": LineKind.CHARGEBACK_REVERSED,
    "10": LineKind.FEE,
}
"""Kinds of entries, table II of the manual: debit, credit, instalments, voucher; all others are adjustments."""

_PAID = frozenset(
    ("04", "05", "10", "11", "31", "32", "98", "99", "0A", "0B", "0C", "0M", "0N", "0W", "0Z", "46", "47", "58")
)
"""States of a receivable unit that is paid, table V of the manual."""

_E = {
    "installment": (18, 19), "installments": (20, 21), "authorization": (22, 27), "kind": (28, 29), "unit": (30, 129),
    "nsu": (176, 181), "tid": (192, 211), "gross": (261, 274), "net": (275, 288), "commission": (289, 302),
    "captured": (574, 581), "entered": (582, 589), "due": (630, 637),
}  # fmt: skip
_PIX = {
    "kind": (12, 13), "on": (14, 19), "id": (26, 61), "nsu": (62, 67), "paid": (68, 73), "gross": (74, 87),
    "commission": (88, 101), "net": (102, 115), "captured": (145, 150), "tx": (240, 275),
}  # fmt: skip


@dataclass(slots=True)
class _Record:
    """One record, with its place; amounts and days are read with the words of their fields."""

    text: str
    number: int

    def at(self, first: int, last: int) -> str:
        """Return a field without the blanks around it."""
        return self.text[first - 1 : last].strip()

    def cents(self, place: tuple[int, int], name: str) -> int:
        """Return a signed amount: a sign, then digits."""
        sign, digits = self.text[place[0] - 1], self.text[place[0] : place[1]]
        if sign not in "+-":
            raise ReportRefused(Fault.NOT_A_NUMBER, f"the sign of {name} is {shown(sign)}", self.number, place[0])
        most = MAX_MINOR_UNITS if len(digits) < _DIGITS_OF_SUMS else _MOST
        value = whole_number(digits, most, self.number, place[0] + 1, name)
        return -value if sign == "-" else value

    def number_at(self, place: tuple[int, int], name: str) -> int:
        """Return a number."""
        return whole_number(self.at(*place), _MOST, self.number, place[0], name)

    def long_day(self, place: tuple[int, int], name: str) -> date | None:
        """Return a day written DDMMAAAA; None if the field has none."""
        text = self.at(*place)
        if text in _NO_DAYS:
            return None
        return day(text[4:], text[2:4], text[:2], self.number, place[0], name)

    def short_day(self, place: tuple[int, int], name: str) -> date | None:
        """Return a day written AAMMDD; None if the field has none."""
        text = self.at(*place)
        return None if text in _NO_DAYS else day(f"20{text[:2]}", text[2:4], text[4:], self.number, place[0], name)


@dataclass(slots=True)
class _Totals:
    """What the trailer has to say: the number of records, and the sums of one of their kinds."""

    records: int = 0
    details: int = 0
    sums: dict[str, tuple[int, int]] = field(default_factory=dict)

    def add(self, record: str, gross: int, net: int) -> None:
        """Add the amounts of a record."""
        before = self.sums.get(record, (0, 0))
        self.sums[record] = before[0] + gross, before[1] + net


def _read(stream: BinaryIO, mapping: Mapping[str, Any] | None) -> tuple[ReportHead, Iterator[ReportLine]]:
    records = _records(stream)
    first = next(records, None)
    if first is None or first.text[:1] != "0":
        raise ReportRefused(Fault.CUT, "the first record is no header (0)", 1, 1)
    type_, head = _head(first)
    return head, _lines(records, type_)


def _records(stream: BinaryIO) -> Iterator[_Record]:
    for number, text in enumerate(text_lines(stream, "latin-1", _LONGEST), 1):
        if not text.strip():
            continue
        width = _WIDTHS.get(text[0])
        if width is None:
            raise ReportRefused(Fault.UNKNOWN_RECORD, f"there is no record {shown(text[0])}", number, 1)
        if len(text) > width:
            raise ReportRefused(
                Fault.LINE_TOO_LONG, f"record {text[0]} has {len(text)} of {width} characters", number, width + 1
            )
        if len(text) < (needed := _NEEDED.get(text[0], 1)):
            message = f"record {text[0]} has {len(text)} characters; its fields end at {needed}"
            raise ReportRefused(Fault.LINE_TOO_SHORT, message, number, len(text) + 1)
        yield _Record(text.ljust(width), number)


def _head(record: _Record) -> tuple[str, ReportHead]:
    acquirer, type_, layout = record.at(43, 47), record.at(48, 49), record.at(71, 73)
    if acquirer != "CIELO":
        raise ReportRefused(Fault.WRONG_VERSION, f"the header is of {shown(acquirer)}, not of CIELO", 1, 43)
    if not (layout == "015" or layout[:2] == "15"):
        raise ReportRefused(Fault.WRONG_VERSION, f"the layout is {shown(layout)}; version 15 is read", 1, 71)
    if type_ not in (_SALES, _PAYOUTS, _PIX_FILE):
        raise ReportRefused(Fault.WRONG_VERSION, f"the file is CIELO{type_}; 03, 04 and 16 are read", 1, 48)
    since, until = (
        day(text[:4], text[4:6], text[6:], 1, column, "the period")
        for text, column in ((record.at(20, 27), 20), (record.at(28, 35), 28))
    )
    if since > until:
        raise ReportRefused(Fault.NOT_A_DATE, f"the period from {since} ends on {until}", 1, 28)
    sequence = record.at(36, 42)
    return type_, ReportHead(
        format=FORMAT.name,
        sender=f"{record.at(2, 11)}-{type_}",
        sequence="" if sequence == _RECOVERED else sequence,
        since=since,
        until=until,
        holds=Holds.PAYOUTS if type_ == _PAYOUTS else Holds.SALES,
        cents_on=CentsOn.FIRST,
        of_pix=type_ == _PIX_FILE,
    )


def _lines(records: Iterator[_Record], type_: str) -> Iterator[ReportLine]:
    totals, unit, paid_on = _Totals(), "", None
    for record in records:
        match record.text[0]:
            case "0":
                raise ReportRefused(Fault.UNKNOWN_RECORD, "there is a second header", record.number, 1)
            case "9":
                _check_trailer(record, totals)
                _refuse_more(records)
                return
            case "D":
                unit = record.at(152, 251)
                is_paid = type_ == _PAYOUTS and record.at(70, 71) in _PAID
                paid_on = record.long_day((268, 275), "the day of the payout") if is_paid else None
                totals.add("D", record.cents((72, 85), "the gross value"), record.cents((100, 113), "the net value"))
            case "E":
                line = _entry(record, paid_on if record.at(*_E["unit"]) == unit else None)
                totals.details += 1
                totals.add("E", line.gross, line.net)
                yield line
            case "8":
                line = _pix(record)
                totals.add("8", line.gross, line.net)
                yield line
        totals.records += 1
    raise ReportRefused(Fault.CUT, "the file ends without a trailer (9)", totals.records + 2)


def _entry(record: _Record, paid_on: date | None) -> ReportLine:
    told = record.at(*_E["kind"])
    kind = _KINDS.get(told, LineKind.ADJUSTMENT)
    day_field = "captured" if kind is LineKind.CAPTURE else "entered"
    return ReportLine(
        number=record.number,
        kind=kind,
        stage=Stage.PAID if paid_on is not None else Stage.REPORTED,
        currency="BRL",
        gross=record.cents(_E["gross"], "the gross value"),
        fee=-record.cents(_E["commission"], "the commission"),
        net=record.cents(_E["net"], "the net value"),
        tid=record.at(*_E["tid"]),
        nsu=record.at(*_E["nsu"]),
        authorization=record.at(*_E["authorization"]),
        installment=record.number_at(_E["installment"], "the instalment"),
        installments=record.number_at(_E["installments"], "the number of instalments"),
        sold_on=record.long_day(_E[day_field], "the day of the sale"),
        expected_on=record.long_day(_E["due"], "the day on which it is due"),
        paid_on=paid_on,
        told_as=told,
    )


def _pix(record: _Record) -> ReportLine:
    paid_on = record.short_day(_PIX["paid"], "the day of the payout")
    gross = record.cents(_PIX["gross"], "the gross value")
    return ReportLine(
        number=record.number,
        kind=LineKind.REFUND if gross < 0 else LineKind.CAPTURE,
        stage=Stage.PAID if paid_on is not None else Stage.REPORTED,
        currency="BRL",
        gross=gross,
        fee=-record.cents(_PIX["commission"], "the commission"),
        net=record.cents(_PIX["net"], "the net value"),
        reference=record.at(*_PIX["id"]),
        tid=record.at(*_PIX["tx"]) or record.at(*_PIX["id"]),
        nsu=record.at(*_PIX["nsu"]),
        sold_on=record.short_day(_PIX["on"], "the day of the sale"),
        expected_on=paid_on,
        paid_on=paid_on,
        told_as=record.at(*_PIX["kind"]),
    )


def _check_trailer(record: _Record, totals: _Totals) -> None:
    """Raise ``ReportRefused`` if the trailer counts or sums up something else than was read.

    Its sums are those of the E records, or of the D records, or of a file of Pix; they may be empty.
    """
    for told, found, column, what in (
        (record.number_at((2, 12), "the number of records"), totals.records, 2, "records"),
        (record.number_at((31, 41), "the number of records E"), totals.details, 31, "records E"),
    ):
        if told != found:
            raise ReportRefused(Fault.CUT, f"the trailer counts {told} {what}, there are {found}",
                                record.number, column)  # fmt: skip
    if not record.at(13, 30) and not record.at(42, 59):
        return
    told_sums = record.cents((42, 59), "the gross sum"), record.cents((13, 30), "the net sum")
    if told_sums not in (*totals.sums.values(), (0, 0)):
        found_sums = "; ".join(f"{name}: {gross} and {net}" for name, (gross, net) in totals.sums.items())
        message = f"the trailer sums up {told_sums[0]} gross and {told_sums[1]} net; there are {found_sums or 'none'}"
        raise ReportRefused(Fault.WRONG_TOTAL, message, record.number, 13)


def _refuse_more(records: Iterator[_Record]) -> None:
    for record in records:
        raise ReportRefused(Fault.UNKNOWN_RECORD, "there is a record behind the trailer", record.number, 1)


FORMAT = Format(
    name="cielo-v15",
    title="Cielo EDI, CIELO03, CIELO04 and CIELO16",
    version="15",
    source="Cielo, Extrato Eletrônico - Manual, versions 15.6 to 15.14",
    read=_read,
)
