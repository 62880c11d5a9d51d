"""Reads single fields of a connector's response: the value if the protocol allows it, else None."""

import codecs
import re
from collections.abc import Callable, Iterable
from decimal import Decimal

from settlement.connectors import exact_json

Fields = dict[str, object]

MAX_IDENTIFIER_CHARACTERS = 255
MAX_TEXT_CHARACTERS = 1_000
MAX_DELAY_SECONDS = 2_592_000
"""30 days, the longest delay of the protocol (C§4.2)."""

MAX_SHOWN_CHARACTERS = 100

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def read_object(body: bytes) -> Fields:
    """Parse a JSON object strictly; raises ``ValueError``, which describes the text."""
    return _object(body, exact_json.read)


def read_answer(body: bytes) -> Fields:
    """Parse the JSON object of a response, in which unused fields can be faulty; raises ``ValueError``.

    Faulty values are ``Ambiguous`` or ``Unreadable``.
    """
    return _object(body, lambda found: exact_json.read_forgiving(decoded(found)))


def decoded(body: bytes) -> str:
    """Return the text of a response: UTF-8 with or without byte order mark, UTF-16 with one, else ISO 8859-1."""
    if body.startswith(_UTF_16):
        return body.decode("utf-16", "replace")
    return body.decode("utf-8-sig") if is_utf8(body) else body.decode("iso-8859-1")


def is_zero(value: object) -> bool:
    """Return True for no value, and for zero as a number or as a text."""
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return value == 0
    return is_blank(value) or (isinstance(value, str) and _ZERO.fullmatch(value.strip()) is not None)


_ZERO = re.compile(r"[+-]?(?=[.,]?0)0*(?:[.,]0*)?(?:[eE][+-]?[0-9]+)?")
"""Zero with either separator, a sign, or an exponent."""


def is_utf8(body: bytes) -> bool:
    """Return True if the bytes are UTF-8, which JSON requires (RFC 8259)."""
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def text(value: object) -> str | None:
    """Read a text for people, cut to 1,000 characters; a number becomes its digits."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    return str(value).encode("utf-8", "replace").decode()[:MAX_TEXT_CHARACTERS].strip() or None


def identifier(value: object) -> str | None:
    """Read an id, unchanged: not blank, at most 255 characters, storable as UTF-8."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    written = str(value)
    whole = written.strip() and len(written) <= MAX_IDENTIFIER_CHARACTERS and is_storable(written)
    return written if whole else None


def seconds(value: object, most: int = MAX_DELAY_SECONDS) -> int | None:
    """Read a delay of at most 30 days by default; whole numbers are accepted as strings too."""
    if isinstance(value, str) and re.fullmatch("[0-9]{1,7}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return int(value) if 0 <= value <= most and value == int(value) else None


def ambiguous(fields: Fields, names: Iterable[str]) -> str | None:
    """Return the first field of ``names`` that occurs more than once with different values, None if none does."""
    twice = next((name for name in names if isinstance(fields.get(name), exact_json.Ambiguous)), None)
    return None if twice is None else f"the key {twice!r} is there twice, with different values"


def is_blank(value: object) -> bool:
    """Return True if a field is null, empty or only white space."""
    return value is None or (isinstance(value, str) and not value.strip())


def described(value: object) -> str:
    """Describe a field's value: the digits of a number, a text itself, the type of anything else."""
    match value:
        case None:
            return "null"
        case bool():
            return f"the boolean {str(value).lower()}"
        case int() | Decimal():
            return str(value)[:MAX_SHOWN_CHARACTERS]
        case str():
            return f'the text "{value[:MAX_SHOWN_CHARACTERS].encode("utf-8", "replace").decode()}"'
        case exact_json.Unreadable():
            return f"the number {value.written[:MAX_SHOWN_CHARACTERS]}"
        case list():
            return "a list"
        case _:
            return "an object"


def _object(body: bytes, read: Callable[[bytes], object]) -> Fields:
    if not body.strip():
        raise ValueError("the answer is empty")
    try:
        fields = read(body)
    except ValueError as failure:
        raise ValueError(f"the answer is not JSON that can be trusted: {failure}") from None
    if not isinstance(fields, dict):
        raise ValueError("the answer is not a JSON object")
    return fields


def is_storable(written: str) -> bool:
    try:
        written.encode()
    except UnicodeEncodeError:
        return False
    return True
