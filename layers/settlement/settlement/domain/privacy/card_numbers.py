"""Recognises payment card numbers by issuer prefix, length and Luhn check (D28).

The Luhn check alone is not enough: one in ten numbers of any kind passes it.
"""

from collections.abc import Mapping

_ISSUERS: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("4", (13, 16, 19)),  # Visa, Elo
    ("51-55", (16,)),  # Mastercard
    ("2221-2720", (16,)),  # Mastercard
    ("34", (15,)),  # American Express
    ("37", (15,)),  # American Express
    ("300-305", (14, 15, 16, 17, 18, 19)),  # Diners
    ("3095", (14, 15, 16, 17, 18, 19)),  # Diners
    ("36", (14, 15, 16, 17, 18, 19)),  # Diners
    ("38-39", (14, 15, 16, 17, 18, 19)),  # Diners
    ("3841", (13, 16, 19)),  # Hipercard
    ("606282", (13, 16, 19)),  # Hipercard
    ("6011", (16, 17, 18, 19)),  # Discover
    ("644-659", (16, 17, 18, 19)),  # Discover, Elo, RuPay, Troy
    ("3528-3589", (16, 17, 18, 19)),  # JCB
    ("1800", (15,)),  # JCB
    ("2131", (15,)),  # JCB
    ("62", (16, 17, 18, 19)),  # UnionPay, Elo, Cabal
    ("8100-8171", (16, 17, 18, 19)),  # UnionPay
    ("81-82", (16,)),  # RuPay
    ("2200-2204", (16, 17, 18, 19)),  # Mir
    ("9792", (16,)),  # Troy
    ("50", (16, 18, 19)),  # Elo, Aura, Verve, RuPay, Maestro
    ("60", (16,)),  # RuPay, Cabal
    ("63", (16,)),  # Elo, Maestro
    ("5895-5896", (16,)),  # Naranja, Cabal
    ("2869", (16,)),  # Carnet
    ("5018", (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    ("5020", (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    ("5038", (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    ("5893", (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    ("6304", (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    ("6759", (13, 14, 15, 16, 17, 18, 19)),  # Maestro
    ("6761-6763", (13, 14, 15, 16, 17, 18, 19)),  # Maestro
)
"""Prefixes and numbers of digits of each brand, as issuers use them."""

_RESERVED: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("4", tuple(range(13, 20))),
    ("50", tuple(range(12, 20))),
    ("56-69", tuple(range(12, 20))),
)
"""Further prefixes reserved to Visa, Maestro and their neighbours, in use or not."""

Ranges = Mapping[int, tuple[tuple[str, str], ...]]


def passes_luhn(digits: str) -> bool:
    """Return True if the last digit is the check digit of the others (ISO/IEC 7812-1)."""
    doubled = [int(digit) * (2 if index % 2 else 1) for index, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def is_issued(digits: str) -> bool:
    """Return True if the digits are a card number in use by a brand."""
    return _within(_ISSUED_RANGES, digits) and passes_luhn(digits)


def may_be_issued(digits: str) -> bool:
    """Return True if the digits are a card number in use by a brand or reserved to one."""
    return (_within(_ISSUED_RANGES, digits) or _within(_RESERVED_RANGES, digits)) and passes_luhn(digits)


def is_article_number(digits: str) -> bool:
    """Return True if the digits are a GTIN-13 (EAN-13, ISBN-13) or GTIN-14 with its check digit (GS1)."""
    if len(digits) not in (13, 14):
        return False
    weighted = sum(int(digit) * (3 if index % 2 else 1) for index, digit in enumerate(reversed(digits)))
    return weighted % 10 == 0


def _by_length(issuers: tuple[tuple[str, tuple[int, ...]], ...]) -> Ranges:
    ranges: dict[int, tuple[tuple[str, str], ...]] = {}
    for begin, lengths in issuers:
        first, _, last = begin.partition("-")
        for length in lengths:
            ranges[length] = (*ranges.get(length, ()), (first, last or first))
    return ranges


_ISSUED_RANGES, _RESERVED_RANGES = _by_length(_ISSUERS), _by_length(_RESERVED)


def _within(ranges: Ranges, digits: str) -> bool:
    return any(first <= digits[: len(first)] <= last for first, last in ranges.get(len(digits), ()))
