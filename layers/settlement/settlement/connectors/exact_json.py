"""JSON with exact numbers: decimals are ``Decimal`` in both directions, and ambiguous texts are refused.

The Payment Provider Protocol has amounts in decimal major units (R29), so neither direction may use a binary float.
"""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal, DecimalException

from settlement.values import dataclass

Members = list[tuple[str, object]]


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """The value of a key that occurs more than once with different values."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The value of a number that cannot be represented: ``NaN``, or thousands of digits."""

    written: str


def read(text: bytes | str) -> object:
    """Parse JSON with decimals as ``Decimal`` and whole numbers as ``int``.

    Raises ``ValueError`` if the text is not JSON (RFC 8259), is not UTF-8, has a key twice in one object, or is nested
    too deeply.
    """
    return _parsed(text, _refuse_number, _unique_keys)


def read_forgiving(text: bytes | str) -> object:
    """Parse JSON like ``read``, but accept faults in values that may not be needed.

    A key that occurs twice is accepted if its values are equal, else its value is ``Ambiguous``; a number that cannot
    be represented is ``Unreadable``.
    """
    return _parsed(text, Unreadable, _merged_keys)


def write(value: object) -> str:
    """Return ``value`` as JSON on one line; decimals keep their digits.

    Raises ``TypeError`` for a float, because an amount is never one.
    """
    match value:
        case Decimal():
            if not value.is_finite():
                raise ValueError(f"{value} has no form in JSON")
            return str(value)
        case Mapping():
            return "{" + ",".join(f"{json.dumps(key)}:{write(member)}" for key, member in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(write(member) for member in value) + "]"
        case None | bool() | int() | str():
            return json.dumps(value)
        case _:
            raise TypeError(f"{type(value).__name__} is not written as JSON")


def _parsed(
    text: bytes | str, odd_number: Callable[[str], object], object_of: Callable[[Members], dict[str, object]]
) -> object:
    def number(kind: type[int] | type[Decimal]) -> Callable[[str], object]:
        def parse(written: str) -> object:
            try:
                return kind(written)
            except (ValueError, DecimalException):
                return odd_number(written)

        return parse

    try:
        return json.loads(
            text.decode("utf-8-sig") if isinstance(text, bytes) else text,
            parse_int=number(int),
            parse_float=number(Decimal),
            parse_constant=odd_number,
            object_pairs_hook=object_of,
        )
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _refuse_number(written: str) -> object:
    raise ValueError(f"{written[:100]} is no number of JSON that can be held")


def _unique_keys(pairs: Members) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice[:100]!r} is there twice")
    return members


def _merged_keys(pairs: Members) -> dict[str, object]:
    members: dict[str, object] = {}
    for name, value in pairs:
        members[name] = value if name not in members or _are_equal(members[name], value) else Ambiguous()
    return members


def _are_equal(one: object, other: object) -> bool:
    """Return True if two values mean the same: 70 and 70.00 do, true and 1 do not."""
    return one == other and isinstance(one, bool) == isinstance(other, bool)
