"""Converts text, integers, booleans, None, bytes, lists and maps to DynamoDB's attribute values and back."""

from collections.abc import Mapping
from typing import Any

_DIGITS = 38
_LARGEST = 10**_DIGITS
"""DynamoDB's numbers have at most 38 digits."""


def to_attribute(value: Any) -> dict[str, Any]:
    """Return a plain value as an attribute value.

    Raises ``TypeError`` for any other type, such as float, and ``ValueError`` for a number of more than 38 digits.
    """
    if isinstance(value, str):
        return {"S": value}
    if value is None:
        return {"NULL": True}
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, int):
        if abs(value) >= _LARGEST:
            raise ValueError(f"a number has at most {_DIGITS} digits; got {len(str(abs(value)))}")
        return {"N": str(value)}
    if isinstance(value, Mapping):
        return {"M": {name: to_attribute(held) for name, held in value.items()}}
    if isinstance(value, list | tuple):
        return {"L": [to_attribute(held) for held in value]}
    if isinstance(value, bytes | bytearray):
        return {"B": value}
    raise TypeError(f"an item cannot hold a {type(value).__name__}")


def from_attribute(attribute: Mapping[str, Any]) -> Any:
    """Return an attribute value as a plain value; numbers become integers."""
    [(kind, held)] = attribute.items()
    match kind:
        case "S" | "BOOL" | "B":
            return held
        case "N":
            return int(held)
        case "M":
            return {name: from_attribute(inner) for name, inner in held.items()}
        case "L":
            return [from_attribute(inner) for inner in held]
        case "NULL":
            return None
        case _:
            raise TypeError(f"nothing reads attributes of the type {kind}")
