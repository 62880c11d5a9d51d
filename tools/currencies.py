"""Writes the service's table of currencies from the package `iso4217`, which contains the published list.

A currency that is no longer in use is kept as withdrawn, because orders in it may be stored.
"""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from textwrap import fill

import iso4217

from settlement.domain import currencies

TARGET = Path(currencies.__file__)

_HEAD = '''"""Currencies of ISO 4217 by their decimals, as published on {published}; written by `make currencies`."""

'''
_DICTS = {
    "IN_USE": "Currencies that orders are placed in.",
    "WITHDRAWN": "Currencies of earlier lists: stored orders of them go on, new ones are refused.",
}


def published() -> dict[str, int]:
    """Return the decimals of every currency of the published list; metals and test codes have none and are left out."""
    found = {code: str(row["CcyMnrUnts"]) for code, row in iso4217.raw_table.items() if code and row["CcyNbr"]}
    return {code: int(digits) for code, digits in found.items() if digits.isdigit()}


def module(in_use: Mapping[str, int], withdrawn: Mapping[str, int], day: str) -> str:
    """Return the module's text."""
    tables = dict(zip(_DICTS, (in_use, withdrawn), strict=True))
    parts = [f'{name}: dict[int, str] = {_table(table)}\n"""{_DICTS[name]}"""\n' for name, table in tables.items()]
    return _HEAD.format(published=day) + "\n".join(parts)


def renewed() -> str:
    """Return the module's text for the package's current list."""
    in_use = published()
    known = {code: digits for table in (currencies.IN_USE, currencies.WITHDRAWN) for code, digits in _read(table)}
    withdrawn = {code: digits for code, digits in known.items() if code not in in_use}
    return module(in_use, withdrawn, iso4217.__published__.isoformat())


def _read(table: Mapping[int, str]) -> list[tuple[str, int]]:
    return [(code, digits) for digits, codes in table.items() for code in codes.split()]


def _table(digits_of: Mapping[str, int]) -> str:
    codes: dict[int, list[str]] = defaultdict(list)
    for code, digits in sorted(digits_of.items()):
        codes[digits].append(code)
    lines = "".join(f"    {digits}: {_text(' '.join(codes[digits]))},\n" for digits in sorted(codes))
    return f"{{\n{lines}}}"


def _text(codes: str) -> str:
    if len(codes) <= 100:
        return f'"{codes}"'
    rows = fill(codes, 106).split("\n")
    return "(\n" + "".join(f'        "{row}{" " if row is not rows[-1] else ""}"\n' for row in rows) + "    )"


if __name__ == "__main__":
    TARGET.write_text(renewed())
