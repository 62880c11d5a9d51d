"""JSON whose numbers stay exact: decimals are ``Decimal`` both ways, and what is ambiguous is refused.

Money crosses the Payment Provider Protocol as decimal major units (R29), so neither direction may pass
through a binary float.
"""

import json
from collections.abc import Mapping
from decimal import Decimal


def read(text: bytes | str) -> object:
    """Parse JSON with decimals as ``Decimal`` and whole numbers as ``int``.

    Raises ``ValueError`` for what is not JSON (RFC 8259), is not UTF-8, names a key twice in one object, or
    is nested too deeply to be read.
    """
    try:
        return json.loads(
            text.decode("utf-8-sig") if isinstance(text, bytes) else text,
            parse_float=Decimal,
            parse_constant=_refuse_constant,
            object_pairs_hook=_unique_keys,
        )
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def write(value: object) -> str:
    """Write ``value`` as JSON on one line, decimals with the digits they have.

    Raises ``TypeError`` for a float: an amount is never one.
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


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _unique_keys(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice[:100]!r} is there twice")
    return members
