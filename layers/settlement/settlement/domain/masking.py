"""Personal data and secrets in free text, found by their form and masked: for logs, and for words of connectors."""

import re

MASK = "***"

_FORMS = (
    r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+",
    r"(?<![0-9A-Za-z-])[0-9]{3}\.[0-9]{3}\.[0-9]{3}-[0-9]{2}(?![0-9A-Za-z])",
    r"(?<![0-9A-Za-z-])[0-9]{2}\.[0-9]{3}\.[0-9]{3}/[0-9]{4}-[0-9]{2}(?![0-9A-Za-z])",
    r"(?<=X-VTEX-signature=)[A-Za-z0-9]+",
)
_DIGITS = r"(?<![0-9A-Za-z.-])[0-9]{11,19}(?![0-9A-Za-z-])"
"""Compiled, and kept, when they are first used."""

_CPF_WEIGHTS, _CNPJ_WEIGHTS = tuple(range(10, 1, -1)), (5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)


def masked(text: str) -> str:
    """Return the text without e-mail addresses, documents (CPF, CNPJ), card numbers and callback signatures.

    Bare digits are masked if their check digits make them one of these. Ids of orders and transactions stay: they have
    letters or dashes beside their digits.
    """
    for form in _FORMS:
        text = re.sub(form, MASK, text)
    return re.sub(_DIGITS, lambda found: MASK if _is_personal(found[0]) else found[0], text)


def passes_luhn(digits: str) -> bool:
    """Tell whether the last digit is the check digit of the others (ISO/IEC 7812-1)."""
    doubled = [int(digit) * (2 if index % 2 else 1) for index, digit in enumerate(reversed(digits))]
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def _is_personal(digits: str) -> bool:
    if len(digits) == 11:
        return _checks(digits, _CPF_WEIGHTS)
    if len(digits) == 14 and _checks(digits, _CNPJ_WEIGHTS):
        return True
    return len(digits) >= 14 and passes_luhn(digits)


def _checks(digits: str, weights: tuple[int, ...]) -> bool:
    """Tell whether the last two digits are the check digits of a Brazilian document."""
    first = len(weights)
    for length, used in ((first, weights), (first + 1, (weights[0] + 1, *weights))):
        rest = sum(int(digit) * weight for digit, weight in zip(digits, used, strict=False)) % 11
        if int(digits[length]) != (0 if rest < 2 else 11 - rest):
            return False
    return True
