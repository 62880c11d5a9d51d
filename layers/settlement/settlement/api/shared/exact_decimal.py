"""Decimal numbers of requests, read exactly."""

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from settlement.api.shared.patterns import BLANKS

_DECIMAL = rf"{BLANKS}0*[0-9]{{1,9}}(?:\.[0-9]{{1,6}})?{BLANKS}"


def _exact(value: Any) -> Any:
    """A JSON number, or a text of one, as the decimal that was written."""
    if isinstance(value, str) and re.fullmatch(_DECIMAL, value):
        return value.strip()
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("must be a number, with a point before its decimals")
    return str(value)


ExactDecimal = Annotated[
    Decimal,
    BeforeValidator(_exact),
    Field(ge=0, max_digits=15, decimal_places=6),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "minimum": 0, "exclusiveMaximum": 10**9},
                {"type": "string", "pattern": f"^{_DECIMAL}$"},
            ],
            "description": "At most six decimals.",
        }
    ),
]
