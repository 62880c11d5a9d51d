"""An operation: a request to a transaction, and its state (A§8.2). Amounts are minor units."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from settlement.domain.ledger.settlement import Settlement
from settlement.domain.planning.planning import Ask
from settlement.domain.transaction.leg import Leg
from settlement.domain.transaction.listed_work import Work
from settlement.domain.transitions import require_transition
from settlement.values import dataclass

MAX_CALLBACKS = 100
"""Most callbacks that make one authorisation be asked again; after them, only its schedule does."""

INVOICE = "invoice/"
"""Beginning of the origin of an operation that an invoice has asked for."""

INVOICE_CANCEL = "invoice-cancel/"
"""Beginning of the origin of an operation that the cancellation of an invoice has asked for."""

START_GRACE = timedelta(minutes=2)
"""How long a ready operation waits for its event before the due-work sweep starts it."""


class OperationKind(StrEnum):
    """The kinds of operations."""

    AUTHORISE = "authorise"
    SETTLE = "settle"
    REDUCE = "reduce"
    REFUND = "refund"
    WITHDRAW = "withdraw"
    CANCEL = "cancel"
    RAISE = "raise"
    AUTO_SETTLE = "auto_settle"
    EXPIRE = "expire"


class OperationState(StrEnum):
    """The state of an operation: ``waiting`` has a next attempt, ``failed`` needs an operator, ``manual`` has a call
    that the connector left to a person.
    """

    QUEUED = "queued"
    READY = "ready"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"
    MANUAL = "manual"

    @property
    def is_trouble(self) -> bool:
        """True if an operator has to act (R35)."""
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
"""The legal state transitions of an operation (A§8.2)."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A request to the transaction, and its progress.

    ``origin`` names the invoice, change or timer that it comes from. ``giving_up`` and ``refunding`` are the values
    that it cancels (or withholds) and refunds by its last plan; ``unplanned`` is the value to give back or raise, and
    ``unsettled`` the value to settle, that no payment could. ``settling`` is True if the order's settlement depends on
    it. ``due_at`` is when the due-work sweep starts it, ``legs`` the number of legs in its plan. ``callbacks`` counts
    callbacks and notices, ``callbacks_seen`` those before the current attempt. ``missing`` is the value that the last
    attempt left undone, if any, ``remark`` why; with ``awaits_decision`` its connectors answered, but have not
    decided. ``taken_off`` is the part of its request that an operator wrote off for good, if any. It ``withdraws`` the
    request of an earlier operation, whose invoice is cancelled, and ``completion_withdrawn`` minor units of
    ``withdraws_completion``, a change that had completed the order; ``refunded_before`` is what direct requests had
    refunded, and counts as refunded for the invoice. ``reason`` is why it was asked for, in the words
    of who asked. ``only_leg`` is its leg while that is alone in its plan and untried or done; other legs are stored by
    themselves. ``listed`` is the work that the operation asked for when it was read; like ``version``, a write renews
    it.
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
    reason: str | None = None
    retry_of: int | None = None
    withdraws: int | None = None
    withdraws_completion: int | None = None
    completion_withdrawn: int | None = None
    refunded_before: int | None = None
    taken_off: int | None = None
    missing: int | None = None
    remark: str | None = None
    awaits_decision: bool = False
    only_leg: Leg | None = None
    events: int = 0
    version: int = 0
    listed: Work | None = None

    @property
    def is_of_invoice(self) -> bool:
        """True if an invoice has asked for it."""
        return self.origin.startswith(INVOICE)

    @property
    def invoice(self) -> str | None:
        """The number of the invoice that asked for it, or whose cancellation did, also for a retry; None if none."""
        named = next((begin for begin in (INVOICE, INVOICE_CANCEL) if self.origin.startswith(begin)), None)
        return None if named is None else self.origin.removeprefix(named).removesuffix(f"/retry-{self.retry_of}")

    @property
    def withdrawn_requests(self) -> dict[int, int]:
        """The values that it takes back of earlier operations' requests, by their sequences."""
        of_completion = self.completion_withdrawn or 0
        parts = ((self.withdraws, self.ask.withdrawn - of_completion), (self.withdraws_completion, of_completion))
        return {sequence: value for sequence, value in parts if sequence is not None}

    @property
    def asks_by_completing(self) -> bool:
        """True for a change that completed the order and so requested all that was left, unless it was taken back."""
        is_taken_back = self.state is OperationState.DONE and not self.planned
        return self.kind is OperationKind.REDUCE and self.ask.request > 0 and not is_taken_back

    @property
    def capture(self) -> Settlement | None:
        """The capture that its only leg has made, as it was before any refund; None if it has made none."""
        return None if self.only_leg is None else self.only_leg.capture(self.invoice)

    @property
    def takes_news(self) -> bool:
        """True if one more callback makes it be asked again; their number is limited."""
        return self.callbacks < MAX_CALLBACKS

    def hears_of_news(self) -> "Operation":
        """Return the operation with one more callback."""
        return replace(self, callbacks=self.callbacks + 1)

    @property
    def has_news(self) -> bool:
        """True if a callback came since this attempt began, so its call may have been too early."""
        return self.callbacks > self.callbacks_seen

    @property
    def is_concluded(self) -> bool:
        """True if it changes no more without an operator or a late answer."""
        return self.state is OperationState.DONE or self.state.is_trouble

    def taken_back(self, at: datetime) -> "Operation":
        """Return the operation done, without having done anything."""
        ask = replace(self.ask, unheld=0)
        done = self.to(OperationState.DONE)
        return replace(done, ask=ask, concluded_at=at, due_at=None, failure=None, giving_up=0)

    def to(self, state: OperationState) -> "Operation":
        """Return the operation in another state; raises ``IllegalTransition`` if the transition is not legal."""
        require_transition(FOLLOWING_STATES, self.state, state)
        return replace(self, state=state)
