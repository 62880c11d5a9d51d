"""Access keys of electronic fiscal documents: 44 characters, the last a check digit.

Layout 4.00 of the NF-e; letters of the issuer's CNPJ by Nota Técnica Conjunta 2025.001, in force since July 2026.
"""

import re

from settlement.values import dataclass

LENGTH = 44
_SHAPE = re.compile("[0-9]{6}[0-9A-Z]{12}[0-9]{26}")
_HIGHEST_WEIGHT = 9


class WrongCheckDigit(ValueError):
    """The text is a key but for its last digit."""


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A key by its form; use ``access_key`` to read one, and ``require_check_digit`` to check it."""

    text: str

    @property
    def right_digit(self) -> str:
        """The check digit that it should have."""
        return check_digit(self.text[:-1])

    def require_check_digit(self) -> None:
        """Raise ``WrongCheckDigit`` unless the last digit checks the others."""
        if self.right_digit != self.text[-1]:
            raise WrongCheckDigit(
                f"the last digit, which checks the others, must be {self.right_digit}; got {self.text}"
            )

    @property
    def month(self) -> str:
        """The month of issue, as ``YYMM``."""
        return self.text[2:6]

    @property
    def issuer(self) -> str:
        """The issuer's CNPJ; a person's CPF has three zeros before it."""
        return self.text[6:20]

    @property
    def model(self) -> str:
        """The model of the document: ``55`` is the NF-e, ``65`` the NFC-e."""
        return self.text[20:22]

    @property
    def series(self) -> int:
        """The series, from 0 to 999."""
        return int(self.text[22:25])

    @property
    def number(self) -> int:
        """The number of the document within its series."""
        return int(self.text[25:34])


def access_key(text: str) -> AccessKey:
    """Return the key that a text is by its form; blanks between its groups, as it is printed, do not count.

    Raises ``ValueError``, with what is wrong, for another length or other characters.
    """
    key = "".join(text.split())
    if len(key) != LENGTH:
        raise ValueError(f"must have {LENGTH} characters, it has {len(key)}: {key[:60]}")
    if not _SHAPE.fullmatch(key):
        raise ValueError(f"must be digits, with capitals in the first 12 characters of the CNPJ only; got {key}")
    return AccessKey(key)


def looks_like_a_key(text: str) -> bool:
    """True for an access key, and for one whose check digit is wrong."""
    try:
        access_key(text)
    except ValueError:
        return False
    return True


def check_digit(text: str) -> str:
    """Return the check digit of a key's first 43 characters.

    By modulo 11 with weights 2 to 9 from the right; a character counts as its ASCII code less that of ``0``.
    """
    span = _HIGHEST_WEIGHT - 1
    weighted = ((ord(character) - ord("0")) * (2 + at % span) for at, character in enumerate(reversed(text)))
    digit = 11 - sum(weighted) % 11
    return str(digit) if digit < 10 else "0"
