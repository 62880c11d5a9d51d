"""The ``unitMultiplier`` of an item in answers: shown without the library that reads requests, for the cold start."""

from settlement.domain.order.line_value import ONE


def multiplier_view(millionths: int) -> int | float:
    """Return a multiplier as the JSON number it is: an integer where it has no fraction."""
    return millionths // ONE if millionths % ONE == 0 else millionths / ONE
