"""The ``unitMultiplier`` of an item in requests: a decimal outside, millionths inside, never rounded."""

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema

from settlement.api.shared.multiplier import multiplier_view
from settlement.api.shared.patterns import BLANKS
from settlement.domain.order.line_value import ONE

MAX_MULTIPLIER = 100_000
_DECIMAL = rf"{BLANKS}0*([0-9]{{1,5}}|100000)(?:\.([0-9]{{1,6}})0*)?{BLANKS}"
_ABOVE_ZERO = rf"(?!{BLANKS}[0.]+{BLANKS}$)(?!{BLANKS}0*100000\.0*[1-9])"


def _millionths(value: Any) -> int:
    """Read the decimal as it was written; a JSON number is read with the digits it was sent with."""
    text = str(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else ""
    if isinstance(value, float) and "e" in text:
        text = f"{value:.20f}".rstrip("0")
    found = re.fullmatch(_DECIMAL, text)
    millionths = int(found[1]) * ONE + int((found[2] or "").ljust(6, "0")) if found else 0
    if not 0 < millionths <= MAX_MULTIPLIER * ONE:
        raise ValueError(f"must be a number above 0, at most {MAX_MULTIPLIER}, with at most 6 decimals")
    return millionths


UnitMultiplier = Annotated[
    int,
    BeforeValidator(_millionths),
    PlainSerializer(multiplier_view),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "number", "exclusiveMinimum": 0, "maximum": MAX_MULTIPLIER},
                {"type": "string", "pattern": f"^{_ABOVE_ZERO}{_DECIMAL}$"},
            ],
            "description": "At most six decimals.",
        }
    ),
]
