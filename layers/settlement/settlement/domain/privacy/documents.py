"""Recognises Brazilian documents by their check digits: CPF, and CNPJ, which can have letters from July 2026 on.

A character's value is its ASCII code less 48, so digits keep their value (Receita Federal, IN RFB 2.229/2024).
"""

import re

_CPF_WEIGHTS, _CNPJ_WEIGHTS = tuple(range(10, 1, -1)), (5, 4, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)
_CNPJ_CHARACTERS = "[0-9A-Z]{12}[0-9]{2}"


def is_cpf(digits: str) -> bool:
    """Return True if eleven digits are a CPF."""
    return re.fullmatch("[0-9]{11}", digits) is not None and _checks(digits, _CPF_WEIGHTS)


def is_cnpj(characters: str) -> bool:
    """Return True if twelve digits or capital letters and two digits are a CNPJ."""
    return re.fullmatch(_CNPJ_CHARACTERS, characters) is not None and _checks(characters, _CNPJ_WEIGHTS)


def _checks(characters: str, weights: tuple[int, ...]) -> bool:
    """Return True if the last two characters are the check digits of the others."""
    values = [ord(character) - 48 for character in characters]
    first = len(weights)
    for length, used in ((first, weights), (first + 1, (weights[0] + 1, *weights))):
        rest = sum(value * weight for value, weight in zip(values, used, strict=False)) % 11
        if values[length] != (0 if rest < 2 else 11 - rest):
            return False
    return True
