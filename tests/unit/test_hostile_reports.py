"""Files that are no report, or not whole, are refused in every format: with a name, a line and a column."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from settlement.domain.reconciliation.refusal import Fault, ReportRefused
from settlement.domain.reconciliation.report_line import LineKind, ReportLine, Stage
from settlement.storage.report_workspace import ReportWorkspace
from settlement.use_cases.reconciliation import reconcile_file
from settlement.use_cases.reconciliation.reconcile_file import take_lines
from testkit.acquirer import FIRST_DAY, LAST_DAY, acquirers_file
from testkit.report_files import adyen_settlement, camt_statement, cielo_sales, plain_csv
from tests.support.reports import read, refusal

LINES = acquirers_file(10).numbered()
FILES = {
    "cielo-v15": cielo_sales(LINES, FIRST_DAY, LAST_DAY),
    "csv": plain_csv(LINES),
    "adyen-settlement": adyen_settlement(LINES),
    "camt.053": camt_statement(LINES),
}
OTHER = {"cielo-v15": "csv", "csv": "adyen-settlement", "adyen-settlement": "camt.053", "camt.053": "cielo-v15"}
Refusal = tuple[Fault, int, int]
Spoil = Callable[[bytes], bytes]


def of_lines(change: Callable[[list[bytes]], list[bytes]]) -> Spoil:
    """Spoil a file's lines."""
    return lambda file: b"\n".join(change(file.split(b"\n")))


def zipped(file: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        archive.writestr("report", file)
    return held.getvalue()


def put_in(line: int, column: int, text: bytes) -> Spoil:
    """Put other bytes over those at a place, both counted from 1."""

    def change(lines: list[bytes]) -> list[bytes]:
        held = lines[line - 1]
        lines[line - 1] = held[: column - 1] + text + held[column - 1 + len(text) :]
        return lines

    return of_lines(change)


ALIKE: list[tuple[str, Spoil, Refusal]] = [
    ("empty", lambda file: b"", (Fault.EMPTY, 1, 0)),
    ("blank", lambda file: b" \r\n\n\t\n", (Fault.EMPTY, 1, 0)),
    ("zip", zipped, (Fault.COMPRESSED, 1, 0)),
    ("gzip", gzip.compress, (Fault.COMPRESSED, 1, 0)),
    ("bzip2", bz2.compress, (Fault.COMPRESSED, 1, 0)),
    ("xz", lzma.compress, (Fault.COMPRESSED, 1, 0)),
    ("zstd", lambda file: b"\x28\xb5\x2f\xfd" + file, (Fault.COMPRESSED, 1, 0)),
    ("RAR", lambda file: b"Rar!\x1a\x07\0" + file, (Fault.COMPRESSED, 1, 0)),
]


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(("spoil", "expected"), [case[1:] for case in ALIKE], ids=[case[0] for case in ALIKE])
def test_what_is_no_text_is_refused_alike(name: str, spoil: Spoil, expected: Refusal) -> None:
    assert refusal(name, spoil(FILES[name])) == expected


NOT_WHOLE: list[tuple[str, Spoil, dict[str, Refusal]]] = [
    (
        "header alone", of_lines(lambda lines: [lines[0], b""]),
        {"cielo-v15": (Fault.CUT, 2, 0), "csv": (Fault.EMPTY, 2, 0), "adyen-settlement": (Fault.EMPTY, 2, 0),
         "camt.053": (Fault.CUT, 2, 1)},
    ),
    (
        "two headers", of_lines(lambda lines: [lines[0], *lines]),
        {"cielo-v15": (Fault.UNKNOWN_RECORD, 2, 1), "csv": (Fault.NOT_A_KIND, 2, 1),
         "adyen-settlement": (Fault.NOT_A_CURRENCY, 2, 14), "camt.053": (Fault.NOT_TEXT, 2, 1)},
    ),
    (
        "twice in one", lambda file: file + file,
        {"cielo-v15": (Fault.UNKNOWN_RECORD, 13, 1), "csv": (Fault.NOT_A_KIND, 12, 1),
         "adyen-settlement": (Fault.NOT_A_CURRENCY, 12, 14), "camt.053": (Fault.NOT_TEXT, 19, 1)},
    ),
    (
        "last line cut", of_lines(lambda lines: [*lines[:-2], lines[-2][:20]]),
        {"cielo-v15": (Fault.LINE_TOO_SHORT, 12, 21), "csv": (Fault.CUT, 11, 4), "adyen-settlement": (Fault.CUT, 11, 4),
         "camt.053": (Fault.CUT, 18, 17)},
    ),
    (
        "a line cut", of_lines(lambda lines: [*lines[:2], lines[2][:30], *lines[3:]]),
        {"cielo-v15": (Fault.LINE_TOO_SHORT, 3, 31), "csv": (Fault.CUT, 3, 6), "adyen-settlement": (Fault.CUT, 3, 4),
         "camt.053": (Fault.NOT_TEXT, 4, 1)},
    ),
    (
        "NUL in a line", put_in(3, 10, b"\0"),
        {"cielo-v15": (Fault.NOT_TEXT, 3, 10), "csv": (Fault.NOT_TEXT, 3, 10),
         "adyen-settlement": (Fault.NOT_TEXT, 3, 10), "camt.053": (Fault.NOT_TEXT, 3, 10)},
    ),
    (
        "UTF-16", lambda file: file.decode("latin-1").encode("utf-16"),
        {"cielo-v15": (Fault.NOT_TEXT, 1, 4), "csv": (Fault.NOT_TEXT, 1, 1), "adyen-settlement": (Fault.NOT_TEXT, 1, 1),
         "camt.053": (Fault.NOT_TEXT, 1, 32)},
    ),
    (
        "of another format", lambda file: FILES[OTHER[next(name for name, held in FILES.items() if held == file)]],
        {"cielo-v15": (Fault.UNKNOWN_RECORD, 1, 1), "csv": (Fault.WRONG_VERSION, 1, 1),
         "adyen-settlement": (Fault.WRONG_VERSION, 1, 1), "camt.053": (Fault.NOT_TEXT, 1, 1)},
    ),
]  # fmt: skip


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(("spoil", "expected"), [case[1:] for case in NOT_WHOLE], ids=[case[0] for case in NOT_WHOLE])
def test_what_is_not_whole_is_refused_where_it_is_not(name: str, spoil: Spoil, expected: dict[str, Refusal]) -> None:
    assert refusal(name, spoil(FILES[name])) == expected[name]


@pytest.mark.parametrize("name", ["cielo-v15", "csv", "adyen-settlement"])
def test_carriage_return_that_ends_no_line_is_refused(name: str) -> None:
    assert refusal(name, put_in(2, 9, b"\r")(FILES[name])) == (Fault.NOT_TEXT, 2, 9)
    only_returns = FILES[name].replace(b"\r\n", b"\n").replace(b"\n", b"\r")
    assert refusal(name, only_returns)[:2] in ((Fault.NOT_TEXT, 1), (Fault.LINE_TOO_LONG, 1))


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize(
    "rewrite",
    [
        lambda file: file.replace(b"\n", b"\r\n"),
        lambda file: file,
        lambda file: file.rstrip(b"\n"),
        lambda file: file.replace(b"\n", b"\n\n"),
    ],
    ids=["CRLF", "LF", "no last end", "blank lines"],
)
def test_ends_of_lines_are_written_as_one_likes(name: str, rewrite: Spoil) -> None:
    plain = FILES[name].replace(b"\r\n", b"\n")
    _, expected = read(name, FILES[name])

    _, found = read(name, rewrite(plain))

    assert [replace(line, number=0) for line in found] == [replace(line, number=0) for line in expected]


@pytest.mark.parametrize("name", ["csv", "adyen-settlement"])
@pytest.mark.parametrize("blank", [b"   ", b'"",' + b"," * 10, b"\t,,"], ids=["blanks", "empty fields", "a tab"])
def test_row_without_a_text_is_none(name: str, blank: bytes) -> None:
    lines = FILES[name].split(b"\n")
    _, expected = read(name, FILES[name])

    _, found = read(name, b"\n".join([*lines[:3], blank, *lines[3:-1], blank]))

    assert [replace(line, number=0) for line in found] == [replace(line, number=0) for line in expected]


@pytest.mark.parametrize("name", ["csv", "adyen-settlement", "camt.053"])
def test_byte_order_mark_of_utf_8_is_no_part_of_the_text(name: str) -> None:
    assert read(name, b"\xef\xbb\xbf" + FILES[name]) == read(name, FILES[name])


def test_byte_order_mark_is_no_record_of_cielo() -> None:
    assert refusal("cielo-v15", b"\xef\xbb\xbf" + FILES["cielo-v15"]) == (Fault.UNKNOWN_RECORD, 1, 1)


def row(gross: str = "1.00", currency: str = "BRL", sold_on: str = "2026-03-06", kind: str = "capture") -> bytes:
    return f'kind,gross,currency,soldOn\n{kind},"{gross}",{currency},{sold_on}\n'.encode()


@pytest.mark.parametrize(
    "day",
    [
        "2026-02-30", "2026-13-01", "2026-00-10", "2026-04-31", "2027-02-29", "0000-01-01", "0001-01-01", "26-03-06",
        "20_26-03-06", "2026-+3-06", "2026- 3-06", "9999-12-31", "1999-12-31", "99999-01-01", "\uff12026-03-06",
        "2026-03",
    ],
)  # fmt: skip
def test_day_out_of_the_calendar_is_refused(day: str) -> None:
    assert refusal("csv", row(sold_on=day)) == (Fault.NOT_A_DATE, 2, 4)


@pytest.mark.parametrize(
    "text",
    ["", "1,5", "1e3", "+-1", "--1", "\u0661", "1.005", "\u221e", "0x1", "1_0", "1.", ".5", "1 000.00", "1" * 13],
)
def test_text_in_a_number_is_refused(text: str) -> None:
    assert refusal("csv", row(gross=text)) == (Fault.NOT_A_NUMBER, 2, 2)


@pytest.mark.parametrize("text", ["1.23", "1.2.3,4", "1,234.56", "1.2345", "12.34,5", ".1,5", "1.23,4", "1234.567,8"])
def test_point_that_groups_no_thousands_is_not_left_out_of_a_number_with_a_comma(text: str) -> None:
    """1.23 is no 123."""
    assert refusal("csv", row(gross=text), {"decimalSeparator": ","}) == (Fault.NOT_A_NUMBER, 2, 2)


@pytest.mark.parametrize(
    ("text", "value"),
    [("1.234,56", 123_456), ("1.234.567,8", 123_456_780), ("-1.234,5", -123_450), ("1234,5", 123_450), ("7", 700)],
)
def test_number_with_a_comma(text: str, value: int) -> None:
    _, (line,) = read("csv", row(gross=text), {"decimalSeparator": ","})

    assert line.gross == value


@pytest.mark.parametrize("code", ["", "brl", "986", "R$", "REAL", "BR", "B L", "X" * 5_000])
def test_what_is_no_code_of_a_currency_is_refused(code: str) -> None:
    assert refusal("csv", row(currency=code)) == (Fault.NOT_A_CURRENCY, 2, 3)


def test_code_that_no_currency_has_is_a_line_that_is_rejected() -> None:
    _, (line,) = read("csv", row(currency="XQX"))

    assert line.fault == "currency 'XQX' is no currency of ISO 4217"


def test_currencies_of_the_other_formats_are_codes_too() -> None:
    spoilt = FILES["adyen-settlement"].replace(b",BRL,", b",R$,", 1)
    assert refusal("adyen-settlement", spoilt)[:2] == (Fault.NOT_A_CURRENCY, 2)
    assert refusal("camt.053", FILES["camt.053"].replace(b'Ccy="BRL"', b'Ccy="R$"', 1))[0] is Fault.NOT_A_CURRENCY


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"currency": "nope"}, "currency 'nope' is no currency"),
        ({"stage": None}, "stage 'None' is none of 'reported', 'paid'"),
        ({"period": ["0001-01-01", "9999-12-31"]}, "must be two days"),
        ({"period": [1, 2, 3]}, "must be two days"),
        ({"period": "ab"}, "must be two days"),
        ({"delimiter": ["x"]}, "delimiter"),
    ],
)
def test_mapping_with_a_wrong_value_is_refused(mapping: dict[str, object], words: str) -> None:
    with pytest.raises(ReportRefused, match=words) as refused:
        read("csv", row(), mapping)

    assert refused.value.fault is Fault.BAD_MAPPING


def taken(tmp_path: Path, lines: list[ReportLine]) -> ReportRefused:
    workspace = ReportWorkspace(tmp_path / "workspace.sqlite")
    try:
        with pytest.raises(ReportRefused) as refused:
            take_lines(workspace, lines)
    finally:
        workspace.close()
    return refused.value


LINE = ReportLine(2, LineKind.CAPTURE, Stage.REPORTED, "BRL", 10, 1, 9)


def test_amounts_that_no_file_can_have_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Signs do not hide them: the sum of an outcome may have one of them alone."""
    monkeypatch.setattr(reconcile_file, "MAX_MOVED", 59)

    refused = taken(tmp_path, [LINE, replace(LINE, number=3, gross=-10, net=-11), replace(LINE, number=4)])

    assert (refused.fault, refused.line) == (Fault.NOT_A_NUMBER, 4)


def test_more_currencies_than_there_are_are_refused(tmp_path: Path) -> None:
    codes = [f"X{chr(65 + number // 26)}{chr(65 + number % 26)}" for number in range(201)]
    lines = [replace(LINE, number=at, currency=code, net_currency=code) for at, code in enumerate(codes, 2)]

    refused = taken(tmp_path, lines)

    assert (refused.fault, refused.line) == (Fault.NOT_A_CURRENCY, 202)
