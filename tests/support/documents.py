"""Documents, articles and cards with the check digits that the real ones have, drawn at random."""

import random

_LETTERS_AND_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def a_cpf(draw: random.Random) -> str:
    """A CPF, without punctuation."""
    return _with_remainders("".join(draw.choices("0123456789", k=9)), 11)


def a_cnpj(draw: random.Random, *, letters: bool = False) -> str:
    """A CNPJ, without punctuation; with ``letters``, as they are given out from July 2026 on."""
    return _with_remainders("".join(draw.choices(_LETTERS_AND_DIGITS if letters else "0123456789", k=12)), 9)


def a_gtin(draw: random.Random, length: int) -> str:
    """An article's number of so many digits (GS1)."""
    body = "".join(draw.choices("0123456789", k=length - 1))
    weighted = sum(int(digit) * (3 if index % 2 == 0 else 1) for index, digit in enumerate(reversed(body)))
    return body + str(-weighted % 10)


def with_luhn(body: str) -> str:
    """Digits, with the check digit of cards after them (ISO/IEC 7812-1)."""
    total = 0
    for index, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if index % 2 == 0 else 1)
        total += value // 10 + value % 10
    return body + str(-total % 10)


def _with_remainders(body: str, highest: int) -> str:
    """Append two check digits by remainders of 11; weights go backwards from 2 up to ``highest``, and again from 2."""
    for _ in range(2):
        weights = [2 + index % (highest - 1) for index in range(len(body))]
        rest = sum((ord(each) - 48) * weight for each, weight in zip(reversed(body), weights, strict=True)) % 11
        body += str(0 if rest < 2 else 11 - rest)
    return body
