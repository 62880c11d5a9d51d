"""What people type into forms: amounts as their language writes them, quantities, days, texts."""

import re
from datetime import date
from decimal import Decimal

from settlement.console.visit import Visit
from settlement.domain.money import MAX_MINOR_UNITS, minor_digits

MAX_TYPED = 2000
"""Characters of one field."""

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class Mistyped(Exception):
    """A field of a form makes no sense; ``key`` is the text that says so, ``field`` is the field."""

    def __init__(self, key: str, field: str) -> None:
        super().__init__(f"{key}: {field}")
        self.key = key
        self.field = field


def text(visit: Visit, field: str, *, needed: bool = False) -> str:
    """Return a text; raises ``Mistyped`` if it is missing though needed, or far too long."""
    typed = visit.said(field)
    if needed and not typed:
        raise Mistyped("typed.missing", field)
    if len(typed) > MAX_TYPED:
        raise Mistyped("typed.too-long", field)
    return typed


def amount(visit: Visit, field: str, currency: str, *, needed: bool = False) -> int:
    """Return an amount in minor units, 0 for an empty field; raises ``Mistyped`` for what is none.

    It is read as the reader's language writes numbers: ``1.234,50`` or ``1,234.50``. Nothing is rounded.
    """
    typed = text(visit, field, needed=needed)
    if not typed:
        return 0
    value = _decimal(typed, visit.words.language)
    minor = None if value is None else value.scaleb(minor_digits(currency))
    if minor is None or minor != minor.to_integral_value() or not 0 <= minor <= MAX_MINOR_UNITS:
        raise Mistyped("typed.no-amount", field)
    return int(minor)


def _decimal(typed: str, language: str) -> Decimal | None:
    """Read a number; one with a comma or point that could be either is taken by the language, and only so."""
    from babel.numbers import NumberFormatError, parse_decimal

    try:
        return parse_decimal(typed.replace("\xa0", "").replace(" ", ""), locale=language.replace("-", "_"), strict=True)
    except NumberFormatError:
        return None


def quantity(visit: Visit, field: str, most: int) -> int:
    """Return a quantity from 0 to ``most``; raises ``Mistyped`` for anything else."""
    typed = text(visit, field) or "0"
    if not (typed.isascii() and typed.isdigit() and len(typed) < 8 and int(typed) <= most):
        raise Mistyped("typed.no-quantity", field)
    return int(typed)


def day(visit: Visit, field: str) -> str:
    """Return a day, ``2026-11-29``; raises ``Mistyped`` for anything else."""
    typed = text(visit, field, needed=True)
    try:
        if not _DAY.fullmatch(typed):
            raise ValueError
        return date.fromisoformat(typed).isoformat()
    except ValueError:
        raise Mistyped("typed.no-day", field) from None
