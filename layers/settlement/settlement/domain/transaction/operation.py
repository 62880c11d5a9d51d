"""An operation: what was asked of a transaction, and how far it is (A§8.2). Amounts are minor units."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from settlement.domain.planning.planning import Ask
from settlement.domain.transaction.transitions import require_transition

MAX_CALLBACKS = 100
"""How often word of news has one authorisation asked again; beyond that its own schedule asks."""

START_GRACE = timedelta(minutes=2)
"""How long a ready operation has to be started by its event before the due-work sweep starts it."""


class OperationKind(StrEnum):
    """What is asked of a transaction."""

    AUTHORISE = "authorise"
    SETTLE = "settle"
    REDUCE = "reduce"
    REFUND = "refund"
    CANCEL = "cancel"
    RAISE = "raise"
    AUTO_SETTLE = "auto_settle"
    EXPIRE = "expire"


class OperationState(StrEnum):
    """Where an operation stands: ``waiting`` has a next attempt, ``failed`` needs an operator, ``manual`` the word of
    a person that a connector left a call to.
    """

    QUEUED = "queued"
    READY = "ready"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    MANUAL = "manual"

    @property
    def is_trouble(self) -> bool:
        """Whether somebody has to put something right (R35)."""
        return self in (OperationState.FAILED, OperationState.MANUAL)


FOLLOWING_STATES: Mapping[OperationState, frozenset[OperationState]] = {
    OperationState.QUEUED: frozenset({OperationState.READY, OperationState.DONE}),
    OperationState.READY: frozenset(
        {
            OperationState.READY,
            OperationState.WAITING,
            OperationState.DONE,
            OperationState.FAILED,
            OperationState.MANUAL,
        }
    ),
    OperationState.WAITING: frozenset({OperationState.READY, OperationState.DONE}),
    OperationState.FAILED: frozenset({OperationState.FAILED, OperationState.MANUAL, OperationState.DONE}),
    OperationState.MANUAL: frozenset({OperationState.MANUAL, OperationState.FAILED, OperationState.DONE}),
    OperationState.DONE: frozenset({OperationState.DONE}),
}
"""Which state of an operation may follow which (A§8.2)."""


@dataclass(frozen=True, slots=True)
class Operation:
    """What was asked of the transaction, and how far it is.

    ``origin`` names the invoice, change or timer it comes from; ``giving_up`` and ``refunding`` are the values it
    cancels (or withholds) and refunds, as planned last, ``unplanned`` what it was to give back or raise and no payment
    could, ``unsettled`` what it was to settle and no payment held; ``settling`` tells that the order's settlement waits
    for it. ``due_at`` is when the due-work sweep starts it if nothing else has, ``legs`` how many its plan has,
    ``callbacks`` how often connectors said that there is news, and ``callbacks_seen`` that when this attempt began.
    """

    sequence: int
    kind: OperationKind
    origin: str
    ask: Ask
    accepted_at: datetime
    state: OperationState
    settling: bool = False
    due_at: datetime | None = None
    giving_up: int = 0
    refunding: int = 0
    unplanned: int = 0
    unsettled: int = 0
    attempts: int = 0
    planned: bool = False
    legs: int = 0
    first_attempt_at: datetime | None = None
    callbacks: int = 0
    callbacks_seen: int = 0
    concluded_at: datetime | None = None
    execution: str | None = None
    lease_until: datetime | None = None
    failure: str | None = None
    retry_of: int | None = None
    events: int = 0
    version: int = 0

    @property
    def takes_news(self) -> bool:
        """Whether one more word that there is news has it asked again: words that are repeated do not without end."""
        return self.callbacks < MAX_CALLBACKS

    def hears_of_news(self) -> "Operation":
        """Return it with one more word that there is news."""
        return replace(self, callbacks=self.callbacks + 1)

    @property
    def has_news(self) -> bool:
        """Whether a connector called back since this attempt began, and may have been asked too early."""
        return self.callbacks > self.callbacks_seen

    @property
    def is_concluded(self) -> bool:
        """Whether nothing more happens to it by itself."""
        return self.state is OperationState.DONE or self.state.is_trouble

    def to(self, state: OperationState) -> "Operation":
        """Return it in another state; raises ``IllegalTransition`` for one that cannot follow."""
        require_transition(FOLLOWING_STATES, self.state, state)
        return replace(self, state=state)
