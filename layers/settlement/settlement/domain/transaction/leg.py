"""A leg: one connector call of an operation, and where it stands (A§8.3). Amounts are minor units."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from settlement.domain.ledger.ledger import Movement, MovementKind
from settlement.domain.transaction.transitions import require_transition


class LegKind(StrEnum):
    """Which connector call a leg makes; ``void`` cancels a payment whose authorisation is not decided."""

    AUTHORISE = "authorise"
    VOID = "void"
    SETTLE = "settle"
    CANCEL = "cancel"
    REFUND = "refund"


class LegState(StrEnum):
    """Where a leg stands: ``planned``, ``undecided`` and ``unknown`` are asked again, ``parked`` waits for an operator,
    who has retried what is ``replaced``, and ended what is ``written_off`` or ``paid_otherwise`` (R36).
    """

    PLANNED = "planned"
    UNDECIDED = "undecided"
    UNKNOWN = "unknown"
    POSTED = "posted"
    REFUSED = "refused"
    MANUAL = "manual"
    IN_DOUBT = "in_doubt"
    PARKED = "parked"
    REPLACED = "replaced"
    WRITTEN_OFF = "written_off"
    PAID_OTHERWISE = "paid_otherwise"

    @property
    def is_missing(self) -> bool:
        """Whether its operation has failed by it: nobody has put it right."""
        return self in (LegState.IN_DOUBT, LegState.PARKED, LegState.REFUSED)

    @property
    def is_open(self) -> bool:
        """Whether the connector is still to be asked."""
        return self in (LegState.PLANNED, LegState.UNDECIDED, LegState.UNKNOWN)


MOVEMENT_OF: dict[LegKind, MovementKind] = {
    LegKind.SETTLE: MovementKind.SETTLE,
    LegKind.CANCEL: MovementKind.CANCEL,
    LegKind.REFUND: MovementKind.REFUND,
}


_ASKED = frozenset({LegState.POSTED, LegState.UNDECIDED, LegState.UNKNOWN, LegState.REFUSED, LegState.MANUAL})
"""What an answer of its connector, or none, can make of a leg."""

_ENDED = frozenset({LegState.WRITTEN_OFF, LegState.PAID_OTHERWISE})

FOLLOWING_STATES: Mapping[LegState, frozenset[LegState]] = {
    LegState.PLANNED: _ASKED | {LegState.PARKED},
    LegState.UNDECIDED: _ASKED - {LegState.MANUAL},
    LegState.UNKNOWN: _ASKED | {LegState.IN_DOUBT},
    LegState.IN_DOUBT: frozenset({LegState.POSTED, LegState.REFUSED, LegState.REPLACED}),
    LegState.PARKED: frozenset({LegState.POSTED, LegState.REFUSED, LegState.REPLACED, *_ENDED}),
    LegState.REFUSED: frozenset({LegState.REFUSED, LegState.POSTED, LegState.REPLACED, *_ENDED}),
    LegState.MANUAL: frozenset({LegState.POSTED, LegState.WRITTEN_OFF}),
    LegState.WRITTEN_OFF: frozenset({LegState.POSTED}),
    LegState.PAID_OTHERWISE: frozenset({LegState.POSTED}),
    LegState.POSTED: frozenset(),
    LegState.REPLACED: frozenset(),
}
"""Which state of a leg may follow which (A§8.3)."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One connector call of an operation: ``value`` on one payment, under a ``request_id`` fixed before the first try.

    ``number`` orders the legs of an operation; the remainder of a partly done leg ``0003`` is ``0003.1``.
    ``attempts`` counts connector calls, ``tried_in`` is the operation's attempt that made the last one, ``doubtful``
    tells that its value stands in doubt in the ledger, ``closed`` is what was booked when a person ended it.
    """

    operation: int
    number: str
    kind: LegKind
    payment_id: str
    value: int
    request_id: str
    state: LegState = LegState.PLANNED
    from_withheld: int = 0
    of_change: bool = False
    settlement: str | None = None
    settle_id: str | None = None
    attempts: int = 0
    tried_in: int = 0
    doubtful: bool = False
    posted_value: int = 0
    closed: int = 0
    reference: str | None = None
    code: str | None = None
    message: str | None = None
    concluded_at: datetime | None = None
    events: int = 0

    @property
    def movement(self) -> Movement:
        """What it moves if the connector does all of it; only for legs that move money."""
        return Movement(
            MOVEMENT_OF[self.kind],
            self.payment_id,
            self.value,
            from_withheld=self.from_withheld,
            from_doubt=self.value if self.doubtful else 0,
            from_written_off=min(self.value, self.closed) if self.state is LegState.WRITTEN_OFF else 0,
            from_paid_otherwise=min(self.value, self.closed) if self.state is LegState.PAID_OTHERWISE else 0,
            of_change=self.of_change,
        )

    @property
    def is_in_doubt(self) -> bool:
        """Whether nobody knows if its value has moved: it is only ever asked again as it was."""
        return self.state is LegState.IN_DOUBT or (self.doubtful and self.state is LegState.PARKED)

    @property
    def index(self) -> int:
        """Its place in the plan, from 1; a remainder has the place of the leg it is left from."""
        return int(self.number.partition(".")[0])

    @property
    def remainders(self) -> int:
        """How many times the connector did only a part before this leg."""
        return int(self.number.partition(".")[2] or 0)

    @property
    def next_number(self) -> str:
        """The number of the leg for what this one leaves undone."""
        return f"{self.number.partition('.')[0]}.{self.remainders + 1}"

    def to(self, state: LegState) -> "Leg":
        """Return it in another state; raises ``IllegalTransition`` for one that cannot follow."""
        require_transition(FOLLOWING_STATES, self.state, state)
        return replace(self, state=state)
