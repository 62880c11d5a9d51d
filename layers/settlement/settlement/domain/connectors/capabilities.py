"""Which partial movements a connector can do, and until when (C§7.28).

==========  =============================  ==========================================  =======================
of a kind   settle                         cancel                                      refund
==========  =============================  ==========================================  =======================
none        once, all that is authorised   once, a whole payment that is not captured  only all that is left
single      once, a part or all            one part; more is withheld                  one part, then the rest
multiple    any part, any number of times  the same                                    the same
==========  =============================  ==========================================  =======================

Amounts are minor units.
"""

from datetime import timedelta
from enum import StrEnum

from settlement.domain.ledger.ledger import Counters
from settlement.values import dataclass


class Capability(StrEnum):
    """How often a connector moves a part of one payment."""

    NONE = "none"
    SINGLE = "single"
    MULTIPLE = "multiple"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """A connector's capability for each kind of movement.

    A connector that captures a payment once, and only whole, does not take the first invoice of 70.00:

    >>> whole = Capabilities(settle=Capability.NONE)
    >>> open_payment = Counters(authorised=10000)
    >>> whole.settleable(open_payment, 7000), whole.settleable(open_payment, 10000)
    (0, 10000)
    """

    settle: Capability = Capability.MULTIPLE
    cancel: Capability = Capability.MULTIPLE
    refund: Capability = Capability.MULTIPLE

    def settleable(self, counters: Counters, value: int) -> int:
        """Return the part of ``value`` that one more call can capture of a payment, 0 if no call is possible."""
        part = min(value, counters.available)
        if self.settle is Capability.MULTIPLE:
            return part
        if counters.captured or counters.in_doubt:
            return 0
        is_whole = part == counters.authorised - counters.cancelled
        return part if self.settle is Capability.SINGLE or is_whole else 0

    def tells_cancellation(self, counters: Counters) -> bool:
        """Return True if the connector accepts one more partial cancellation."""
        if self.cancel is Capability.SINGLE:
            return not counters.cancelled and not counters.cancel_in_doubt
        return self.cancel is Capability.MULTIPLE

    def refundable(self, counters: Counters, value: int) -> int:
        """Return the part of ``value`` that the connector can refund of a payment, 0 if none."""
        part = min(value, counters.refundable)
        if self.refund is Capability.MULTIPLE or part == counters.refundable:
            return part
        is_first = not (counters.refunded or counters.refund_in_doubt or counters.refund_by_hand)
        return part if self.refund is Capability.SINGLE and is_first else 0


IN_PARTS = Capabilities()
"""Every movement in parts, any number of times."""


@dataclass(frozen=True, slots=True)
class Windows:
    """How long a connector accepts calls: settle and cancel from the authorisation, refund from the capture.

    None means without limit.
    """

    settle: timedelta | None = None
    cancel: timedelta | None = None
    refund: timedelta | None = None


ALWAYS_OPEN = Windows()
