"""Fields of a connector's answer, read one by one: each is what the protocol says it is, or None."""

import re
from decimal import Decimal

from settlement.connectors import exact_json
from settlement.domain.money import MAX_DIGITS, to_minor

Fields = dict[str, object]

MAX_IDENTIFIER_CHARACTERS = 255
MAX_TEXT_CHARACTERS = 1_000
MAX_DELAY_SECONDS = 2_592_000
"""30 days, the longest delay of the protocol (§4.2)."""


def read_object(body: bytes) -> Fields:
    """Parse the JSON object of an answer; raises ``ValueError``, saying what it is instead."""
    if not body.strip():
        raise ValueError("the answer is empty")
    try:
        fields = exact_json.read(body)
    except ValueError as failure:
        raise ValueError(f"the answer is not JSON that can be trusted: {failure}") from None
    if not isinstance(fields, dict):
        raise ValueError("the answer is not a JSON object")
    return fields


def text(value: object) -> str | None:
    """Read words for a person, cut to 1,000 characters; a number is taken as its digits."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    return str(value).encode("utf-8", "replace").decode()[:MAX_TEXT_CHARACTERS].strip() or None


def identifier(value: object) -> str | None:
    """Read an id, verbatim: not blank, at most 255 characters, storable as UTF-8."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        return None
    written = str(value)
    whole = written.strip() and len(written) <= MAX_IDENTIFIER_CHARACTERS and _is_utf8(written)
    return written if whole else None


def amount(value: object, currency: str) -> int | None:
    """Read decimal major units as minor units, exactly; too many decimals or digits are no amount."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    major = Decimal(value)
    digits = len(major.as_tuple().digits)
    if not major.is_finite() or digits > 2 * MAX_DIGITS or abs(major.adjusted()) > MAX_DIGITS:
        return None
    try:
        return to_minor(major, currency)
    except ValueError:
        return None


def seconds(value: object) -> int | None:
    """Read a delay of at most 30 days; whole numbers are taken as strings too."""
    if isinstance(value, str) and re.fullmatch("[0-9]{1,7}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return int(value) if 0 <= value <= MAX_DELAY_SECONDS and value == int(value) else None


def _is_utf8(written: str) -> bool:
    try:
        written.encode()
    except UnicodeEncodeError:
        return False
    return True
