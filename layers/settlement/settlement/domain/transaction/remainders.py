"""Remainders that a connector can never move (R36)."""

from collections.abc import Iterable

from settlement.domain.transaction.leg import Leg, LegState

_COARSER = (10, 100, 1_000)
"""Smallest value, in minor units, of a connector that lacks the currency's last one, two or three decimals."""


def is_below_what_can_be_moved(leg: Leg, legs: Iterable[Leg]) -> bool:
    """Return True if an unanswered remainder is the part that a connector with fewer decimals cut off.

    This is assumed if the connector moved a round amount before, and less than the next round amount is left. Such a
    remainder is tried in one attempt only, because more would delay the queue in vain.
    """
    if not leg.remainders or leg.state is not LegState.UNKNOWN:
        return False
    before = f"{leg.number.partition('.')[0]}.{leg.remainders - 1}" if leg.remainders > 1 else f"{leg.index:04d}"
    moved = sum(other.posted_value for other in legs if other.number == before)
    return moved > 0 and any(moved % unit == 0 and leg.value < unit for unit in _COARSER)
