"""Texts of strangers in files that people open in a spreadsheet."""

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


def cell(text: str) -> str:
    """Return a text that no spreadsheet calculates: with an apostrophe before it, if it would.

    >>> cell("N1"), cell("=1+1")
    ('N1', "'=1+1")
    """
    return f"'{text}" if text.startswith(_FORMULA) else text
