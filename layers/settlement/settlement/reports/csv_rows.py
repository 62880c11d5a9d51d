"""Rows of a CSV file by the names of its columns (RFC 4180), with the place of each for refusals."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO, Protocol

from settlement.domain.reconciliation.refusal import Fault, ReportRefused
from settlement.reports.reading import currency_code, day, minor_units, shown, text_lines, whole_number

LONGEST_LINE = 20_000

_GROUPED = re.compile(r"[+-]?(?:[0-9]+|[0-9]{1,3}(?:\.[0-9]{3})+)(?:,[0-9]+)?")
"""A number with a decimal comma; points stand between thousands only, or a decimal point would be lost."""


class _Reader(Protocol):
    """The reader of ``csv``, whose class has no name."""

    line_num: int

    def __iter__(self) -> Iterator[list[str]]: ...


@dataclass(slots=True)
class Row:
    """A row: its fields by place, the places by name, and the line on which it ends."""

    fields: list[str]
    places: dict[str, int]
    number: int

    def text(self, name: str) -> str:
        """Return a field without blanks; nothing if the file does not have the column."""
        place = self.places.get(name)
        return "" if place is None else self.fields[place].strip()

    def column(self, name: str) -> int:
        """Return the number of a column, from 1."""
        return self.places.get(name, -1) + 1

    def amount(self, name: str, currency: str, separator: str = ".") -> int:
        """Return an amount in minor units."""
        text = self.text(name)
        if separator != "." and text:
            if _GROUPED.fullmatch(text) is None:
                message = f"{name} {shown(text)} is no number with a decimal comma"
                raise ReportRefused(Fault.NOT_A_NUMBER, message, self.number, self.column(name))
            text = text.replace(".", "").replace(separator, ".")
        return minor_units(text, currency, self.number, self.column(name), name)

    def currency(self, name: str) -> str:
        """Return the code of a currency."""
        return currency_code(self.text(name), self.number, self.column(name), name)

    def whole(self, name: str, most: int) -> int:
        """Return a number without decimals."""
        return whole_number(self.text(name), most, self.number, self.column(name), name)

    def day(self, name: str, order: str = "YMD") -> date | None:
        """Return a day, as ISO 8601 or in another order of its parts; a time behind it is not read."""
        text = self.text(name)
        if not text:
            return None
        parts = text.split("T")[0].split(" ")[0].replace("/", "-").replace(".", "-").split("-")
        if len(parts) != len(order):
            raise ReportRefused(Fault.NOT_A_DATE, f"{name} {shown(text)} is no day", self.number, self.column(name))
        by_name = dict(zip(order, parts, strict=True))
        return day(by_name["Y"], by_name["M"], by_name["D"], self.number, self.column(name), name)


def rows(stream: BinaryIO, needed: Sequence[str], delimiter: str = ",", encoding: str = "utf-8-sig") -> Iterator[Row]:
    """Yield the rows behind the header line, which has to have the needed columns.

    A row without a text is none. One with fewer fields than the header is cut; one with more is not of this file.
    Raises ``ReportRefused``.
    """
    reader = csv.reader(text_lines(stream, encoding, LONGEST_LINE), delimiter=delimiter, strict=True)
    filled = _filled(reader)
    header = [name.strip() for name in next(filled, [])]
    top = reader.line_num
    places = {name: place for place, name in enumerate(header)}
    if missing := [name for name in needed if name not in places]:
        message = f"the header has no column {', '.join(shown(name) for name in missing)}"
        raise ReportRefused(Fault.WRONG_VERSION, message, top, 1)
    if len(places) < len(header):
        twice = next(name for name in header if header.count(name) > 1)
        raise ReportRefused(Fault.WRONG_VERSION, f"the header has {shown(twice)} twice", top, header.index(twice) + 1)
    for fields in filled:
        if len(fields) != len(header):
            fault = Fault.CUT if len(fields) < len(header) else Fault.LINE_TOO_LONG
            message = f"it has {len(fields)} fields, the header has {len(header)}"
            raise ReportRefused(fault, message, reader.line_num, min(len(fields), len(header)) + 1)
        yield Row(fields, places, reader.line_num)


def _filled(reader: _Reader) -> Iterator[list[str]]:
    """Yield the rows that have a text; raises ``ReportRefused`` on the line on which a row begins that is none."""
    begun = 1
    try:
        for fields in reader:
            begun = reader.line_num + 1
            if any(map(str.strip, fields)):
                yield fields
    except csv.Error as error:
        raise ReportRefused(Fault.CUT, f"it is no CSV: {error}", begun) from None


def with_rows(found: Iterator[Row]) -> Iterator[Row]:
    """Yield rows, of which there has to be one; raises ``ReportRefused`` for a header alone."""
    first = next(found, None)
    if first is None:
        raise ReportRefused(Fault.EMPTY, "the file has a header and no row", 2)
    yield first
    yield from found
