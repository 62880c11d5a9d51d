"""Remainders: what a connector left undone of a call, and whether it can do it at all (R36)."""

from collections.abc import Iterable

from settlement.domain.transaction.leg import Leg, LegState

_COARSER = (10, 100, 1_000)
"""Minor units of a currency whose last one, two or three decimals a connector does not have."""


def is_below_what_can_be_moved(leg: Leg, legs: Iterable[Leg]) -> bool:
    """Tell whether an unanswered remainder is what a connector with fewer decimals has cut off.

    So it is when the connector moved a round amount before, and less than the next round amount is left. It was asked
    for in one attempt; that it may be asked for all day would only hold up what waits behind it.
    """
    if not leg.remainders or leg.state is not LegState.UNKNOWN:
        return False
    before = f"{leg.number.partition('.')[0]}.{leg.remainders - 1}" if leg.remainders > 1 else f"{leg.index:04d}"
    moved = sum(other.posted_value for other in legs if other.number == before)
    return moved > 0 and any(moved % unit == 0 and leg.value < unit for unit in _COARSER)
