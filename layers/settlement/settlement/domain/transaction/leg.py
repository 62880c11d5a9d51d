"""A leg: one connector call of an operation, and its state (A§8.3). Amounts are minor units."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from settlement.domain.actor import Actor
from settlement.domain.ledger.ledger import Movement, MovementKind
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.transitions import require_transition
from settlement.values import dataclass


class LegKind(StrEnum):
    """The connector call of a leg; ``void`` cancels a payment with an undecided authorisation."""

    AUTHORISE = "authorise"
    VOID = "void"
    SETTLE = "settle"
    CANCEL = "cancel"
    REFUND = "refund"


class LegState(StrEnum):
    """The state of a leg. ``planned``, ``undecided`` and ``unknown`` are open: the call is made or repeated.

    ``parked`` waits for an operator, who has retried a ``replaced`` leg and ended a ``written_off`` or
    ``paid_otherwise`` one (R36).
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
        """True while the leg makes its operation fail: no operator has resolved, retried or ended it."""
        return self in (LegState.IN_DOUBT, LegState.PARKED, LegState.REFUSED)

    @property
    def is_open(self) -> bool:
        """True while the connector is still to be called."""
        return self in (LegState.PLANNED, LegState.UNDECIDED, LegState.UNKNOWN)


MOVEMENT_OF: dict[LegKind, MovementKind] = {
    LegKind.SETTLE: MovementKind.SETTLE,
    LegKind.CANCEL: MovementKind.CANCEL,
    LegKind.REFUND: MovementKind.REFUND,
}


_ASKED = frozenset({LegState.POSTED, LegState.UNDECIDED, LegState.UNKNOWN, LegState.REFUSED, LegState.MANUAL})
"""States after a connector call, with or without an answer."""

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
"""The legal state transitions of a leg (A§8.3)."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One connector call of an operation: ``value`` on one payment, under a ``request_id`` fixed before the first try.

    ``number`` orders the legs of an operation; the remainder of a partly done leg ``0003`` is ``0003.1``.
    ``attempts`` counts connector calls, ``tried_in`` is the operation's attempt of the last one. ``doubtful`` is True
    while its value is in doubt on the ledger; ``counted`` while the ledger counts its value as given back, as it is in
    doubt or left to a person. ``direct`` is True for a refund that a direct request caused. ``closed`` is the value
    booked when an operator ended it, ``resolved_by`` the person on whose word its outcome rests. ``alone`` is True if
    it was planned as the only leg and is stored with its operation.
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
    resolved_by: Actor | None = None
    alone: bool = False
    counted: bool | None = None
    direct: bool | None = None
    events: int = 0

    @property
    def key(self) -> str:
        """Its name in the transaction: operation and number, ``000003-0001``."""
        return f"{self.operation:06d}-{self.number}"

    def capture(self, invoice: str | None) -> Settlement | None:
        """Return the capture that it has made for an invoice, as it was before any refund; None if it has made none."""
        if self.kind is not LegKind.SETTLE or self.state is not LegState.POSTED:
            return None
        return Settlement(
            self.payment_id,
            self.key,
            self.reference or "",
            self.posted_value,
            settled_at=self.concluded_at,
            invoice=invoice or "",
        )

    @property
    def movement(self) -> Movement:
        """The movement if the connector does all of it; only for legs that move money."""
        return Movement(
            MOVEMENT_OF[self.kind],
            self.payment_id,
            self.value,
            from_withheld=self.from_withheld,
            from_doubt=self.value if self.doubtful else 0,
            from_written_off=min(self.value, self.closed) if self.state is LegState.WRITTEN_OFF else 0,
            from_paid_otherwise=min(self.value, self.closed) if self.state is LegState.PAID_OTHERWISE else 0,
            from_by_hand=self.value if self.counted and not self.doubtful else 0,
            of_change=self.of_change,
            direct=self.direct is True,
            counted=self.counted is True,
        )

    @property
    def is_in_doubt(self) -> bool:
        """True while it is unknown whether its value has moved; a retry repeats the same call."""
        return self.state is LegState.IN_DOUBT or (self.doubtful and self.state is LegState.PARKED)

    @property
    def stays_alone(self) -> bool:
        """True for a leg that is stored with its operation: untried, or wholly done. Others are items of their own."""
        is_whole = self.state is LegState.POSTED and self.posted_value == self.value
        return self.alone and (is_whole or self.state is LegState.PLANNED)

    @property
    def index(self) -> int:
        """Its place in the plan, from 1; a remainder has the place of its first leg."""
        return int(self.number.partition(".")[0])

    @property
    def remainders(self) -> int:
        """The number of partly done legs before this remainder."""
        return int(self.number.partition(".")[2] or 0)

    @property
    def next_number(self) -> str:
        """The number of this leg's remainder."""
        return f"{self.number.partition('.')[0]}.{self.remainders + 1}"

    def to(self, state: LegState) -> "Leg":
        """Return the leg in another state; raises ``IllegalTransition`` if the transition is not legal."""
        require_transition(FOLLOWING_STATES, self.state, state)
        return replace(self, state=state)
