"""What is wrong with a field, in words of the field: never the validator's, and never Python's."""

from collections.abc import Callable, Mapping
from typing import Any

Limits = Mapping[str, Any]
"""What the validator tells of the limit that was passed."""

_WORDS: dict[str, Callable[[Limits], str]] = {
    "missing": lambda limits: "is missing",
    "extra_forbidden": lambda limits: "is not taken here",
    "none_required": lambda limits: "is not taken here",
    "string_type": lambda limits: "must be a text",
    "string_unicode": lambda limits: "must be a text of Unicode",
    "bool_type": lambda limits: "must be true or false",
    "bool_parsing": lambda limits: "must be true or false",
    "list_type": lambda limits: "must be a list",
    "tuple_type": lambda limits: "must be a list",
    "dict_type": lambda limits: "must be an object",
    "model_type": lambda limits: "must be an object",
    "model_attributes_type": lambda limits: "must be an object",
    "enum": lambda limits: f"must be {limits['expected']}",
    "literal_error": lambda limits: f"must be {limits['expected']}",
    "string_too_long": lambda limits: f"must have at most {limits['max_length']} characters",
    "string_too_short": lambda limits: f"must have at least {_counted(limits['min_length'], 'character')}",
    "too_long": lambda limits: f"must have at most {limits['max_length']} {_parts(limits)}",
    "too_short": lambda limits: f"must have at least {_counted(limits['min_length'], 'item')}",
    "greater_than": lambda limits: f"must be above {limits['gt']}",
    "greater_than_equal": lambda limits: f"must be at least {limits['ge']}",
    "less_than": lambda limits: f"must be below {limits['lt']}",
    "less_than_equal": lambda limits: f"must be at most {limits['le']}",
    "decimal_max_digits": lambda limits: f"must have at most {limits['max_digits']} digits",
    "decimal_max_places": lambda limits: f"must have at most {limits['decimal_places']} decimals",
    "decimal_whole_digits": lambda limits: f"must have at most {limits['whole_digits']} digits before its decimals",
    "value_error": lambda limits: str(limits["error"]),
}
"""Every way in which a field of a body can be wrong, by the validator's name for it."""

_NUMBERS = ("int_", "float_", "decimal_", "finite_number")


def words_for(kind: str, limits: Limits) -> str:
    """Return what is wrong, for a validator's name of it and its limits."""
    if kind in _WORDS:
        return _WORDS[kind](limits)
    return "must be a number" if kind.startswith(_NUMBERS) else "cannot be read"


def _parts(limits: Limits) -> str:
    return "items" if limits["field_type"] in ("List", "Dictionary") else "characters"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
