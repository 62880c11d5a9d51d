"""CNPJs: the numbers of Brazilian companies, 12 digits or capitals and two check digits (letters since July 2026)."""

import re

_SHAPE = re.compile("[0-9A-Z]{12}[0-9]{2}")
_WEIGHTS = (6, 5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)


def is_cnpj(text: str) -> bool:
    """Return True for a CNPJ without punctuation whose check digits are right."""
    return (
        _SHAPE.fullmatch(text) is not None
        and len(set(text)) > 1
        and text[12] == _check_digit(text[:12])
        and text[13] == _check_digit(text[:13])
    )


def _check_digit(text: str) -> str:
    """Return the digit by modulo 11 of the weighted characters, each worth its ASCII code less that of ``0``."""
    weights = _WEIGHTS[-len(text) :]
    rest = sum((ord(character) - ord("0")) * weight for character, weight in zip(text, weights, strict=True)) % 11
    return "0" if rest < 2 else str(11 - rest)
