"""Reads files that strangers send, line by line: bounded in length, and refused as a whole for a named reason.

A format says where a fault is by line and column, both from 1. A column is a character of a record of fixed width, and
a field of a CSV file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from settlement.domain.money import MAX_DIGITS, MAX_MINOR_UNITS, is_currency, is_withdrawn, minor_digits
from settlement.domain.reconciliation.refusal import Fault, ReportRefused

_COMPRESSED = {
    b"PK\x03\x04": "zip", b"\x1f\x8b": "gzip", b"BZh": "bzip2", b"7z\xbc\xaf": "7-Zip", b"\xfd7zXZ": "xz",
    b"\x28\xb5\x2f\xfd": "zstd", b"Rar!": "RAR", b"\x1f\x9d": "compress", b"\x04\x22\x4d\x18": "LZ4",
}  # fmt: skip


def refuse_unreadable(beginning: bytes) -> None:
    """Raise ``ReportRefused`` if a file begins as none of the formats does: it is empty, or compressed."""
    if not beginning.strip():
        raise ReportRefused(Fault.EMPTY, "the file is empty", 1)
    for magic, name in _COMPRESSED.items():
        if beginning.startswith(magic):
            raise ReportRefused(Fault.COMPRESSED, f"the file is compressed ({name}); send what is in it", 1)


def text_lines(stream: BinaryIO, encoding: str, longest: int) -> Iterator[str]:
    """Yield the lines of a file without their ends; none is read beyond ``longest`` characters.

    Raises ``ReportRefused`` for a longer line, for bytes that the encoding does not have, and for characters that no
    line has: a zero byte, and a carriage return that ends none.
    """
    number = 0
    while line := stream.readline(4 * longest + 2):
        number += 1
        try:
            text = line.decode(encoding).rstrip("\r\n")
        except UnicodeDecodeError as error:
            column = error.start + 1
            name = encoding.removesuffix("-sig")
            raise ReportRefused(Fault.NOT_TEXT, f"byte {column} is no {name}", number, column) from None
        if len(text) > longest:
            raise ReportRefused(Fault.LINE_TOO_LONG, f"it has more than {longest} characters", number, longest + 1)
        if found := _NO_TEXT.search(text):
            column = found.start() + 1
            raise ReportRefused(Fault.NOT_TEXT, f"{found[0]!r} is no character of a text", number, column)
        yield text


_NO_TEXT = re.compile(r"[\0\r]")
_DECIMAL = re.compile(r"([+-]?)([0-9]{1,15})(?:\.([0-9]{1,6}))?")
_DECIMALS_OF_UNKNOWN = 2
_LONGEST_NUMBER = 20


def decimals_of(currency: str) -> int:
    """Return the decimals of a currency; 2 for one that nobody knows, so that its lines can be added up."""
    return minor_digits(currency) if is_currency(currency) or is_withdrawn(currency) else _DECIMALS_OF_UNKNOWN


def minor_units(text: str, currency: str, line: int, column: int, name: str) -> int:
    """Return an amount with a decimal point as minor units; nothing, as some files write zero, is 0.

    Raises ``ReportRefused`` for text, for more decimals than the currency has, and for more than 12 digits.
    """
    if not text:
        return 0
    found = _DECIMAL.fullmatch(text)
    if found is None:
        raise ReportRefused(Fault.NOT_A_NUMBER, f"{name} {shown(text)} is no number", line, column)
    sign, whole, part = found.group(1), found.group(2), (found.group(3) or "").rstrip("0")
    decimals = decimals_of(currency)
    if len(part) > decimals:
        message = f"{name} {text} has more than the {decimals} decimals of {currency}"
        raise ReportRefused(Fault.NOT_A_NUMBER, message, line, column)
    value = int(whole + part.ljust(decimals, "0"))
    if value > MAX_MINOR_UNITS:
        raise ReportRefused(Fault.NOT_A_NUMBER, f"{name} {text} has more than {MAX_DIGITS} digits", line, column)
    return -value if sign == "-" else value


def whole_number(text: str, most: int, line: int, column: int, name: str) -> int:
    """Return a number of digits alone, 0 for nothing; raises ``ReportRefused`` for any other, or above ``most``."""
    if not text:
        return 0
    if not (text.isascii() and text.isdigit()) or len(text) > _LONGEST_NUMBER or int(text) > most:
        message = f"{name} {shown(text)} is no number from 0 to {most}"
        raise ReportRefused(Fault.NOT_A_NUMBER, message, line, column)
    return int(text)


def currency_code(text: str, line: int, column: int, name: str) -> str:
    """Return a code of three capital letters, be it a currency's or not; raises ``ReportRefused`` for any other."""
    if _CODE.fullmatch(text) is None:
        raise ReportRefused(Fault.NOT_A_CURRENCY, f"{name} {shown(text)} is no code of a currency", line, column)
    return text


def day(year: str, month: str, of_month: str, line: int, column: int, name: str) -> date:
    """Return a day of the calendar; raises ``ReportRefused`` if there is none, or not in a year from 2000 to 2099."""
    written = f"{year}-{month}-{of_month}"
    try:
        if _DAY.fullmatch(written) is None:
            raise ValueError
        return date(int(year), int(month), int(of_month))
    except ValueError:
        message = f"{name} {shown(written)} is no day of the calendar from 2000 to 2099"
        raise ReportRefused(Fault.NOT_A_DATE, message, line, column) from None


_CODE = re.compile("[A-Z]{3}")
_DAY = re.compile("20[0-9]{2}-[0-9]{1,2}-[0-9]{1,2}")


_SHOWN = 40


def shown(text: str) -> str:
    """Return what a file has, short enough for a message."""
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
