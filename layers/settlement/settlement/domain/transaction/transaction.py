"""The transaction: its payments, its queue of operations, and the legs that carry them out.

Amounts are minor units. One operation runs per transaction at a time, first in, first out; ``head`` is the sequence
of the operation that runs or is next, ``tail`` the sequence the next one gets.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from settlement.domain.connectors.capabilities import IN_PARTS, Capabilities
from settlement.domain.connectors.connector import Mode, VaultedCard
from settlement.domain.errors import TimelineFull, TooManyWaiting
from settlement.domain.ledger.ledger import Counters, Movement, MovementKind
from settlement.domain.planning.drafting import Position
from settlement.domain.planning.planning import Ask
from settlement.domain.transaction.checkout import Checkout

MAX_PAYMENTS = 10
MAX_WAITING = 100
"""Operations a transaction lets wait; one more is refused with 409."""

MAX_OPERATIONS = 2_000
"""Operations of a transaction, above which it takes no direct requests and retries: invoices always find room."""

MAX_CALLBACKS = 100
"""How often word of news has one authorisation asked again; beyond that its own schedule asks."""

MAX_TIMELINE = 100_000
"""Events of a transaction, above which no more are taken that move no money."""

START_GRACE = timedelta(minutes=2)
"""How long a ready operation has to be started by its event before the due-work sweep starts it."""


class Authorisation(StrEnum):
    """What is known of an authorisation."""

    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"


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


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment: what it was created with, what its connector answered, and its ledger.

    ``signature`` is what its connector's callbacks have to carry (C§4.2). ``auto_settle_at`` is when its open value is
    settled without an invoice, ``cancel_at`` until when it may stay undecided and, once it is approved, when its
    authorisation lapses, ``expiry_watch_at`` when the account is told that it will. ``next_call_at`` is when its
    connector may be called about it again. ``paid_at`` is when the merchant told that the money has come, ``offline``
    that this word is all there is: its connector knows of no money, and is asked for none. Settlements up to
    ``refunded_through`` have nothing left, so refunds need not read them.
    """

    payment_id: str
    sequence: int
    connector: str
    is_ppp: bool
    payment_system: str
    payment_system_name: str
    group: str
    assigned: int
    installments: int
    signature: str
    capabilities: Capabilities = IN_PARTS
    authorisation: Authorisation = Authorisation.PENDING
    card: VaultedCard | None = None
    reference_value: int | None = None
    interest_rate: str | None = None
    authorization_id: str | None = None
    tid: str | None = None
    nsu: str | None = None
    return_code: str | None = None
    return_message: str | None = None
    payment_url: str | None = None
    max_value: int | None = None
    blocked: bool = False
    authorised_at: datetime | None = None
    auto_settle_at: datetime | None = None
    cancel_at: datetime | None = None
    expiry_watch_at: datetime | None = None
    paid_at: datetime | None = None
    offline: bool = False
    refunded_through: str | None = None
    next_call_at: datetime | None = None
    counters: Counters = field(default_factory=Counters)

    @property
    def due_at(self) -> datetime | None:
        """When the sweep has to look at it; None if no timer runs."""
        return min((at for at in (self.auto_settle_at, self.expiry_watch_at) if at is not None), default=None)

    @property
    def position(self) -> Position:
        """The payment as planning sees it."""
        return Position(
            self.payment_id,
            self.sequence,
            self.assigned,
            self.group,
            self.counters,
            self.max_value,
            self.capabilities,
        )


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction head.

    ``value`` is the amount its payments were created with, ``payable`` what the customer is to have paid in the end,
    ``requested`` the sum of settlement requests (D), ``ledger`` the sum of its payments' counters when the last
    attempt ended, ``projection`` the payments as they will be once every queued operation has run.
    ``last_settling`` is the newest operation that the order's settlement waits for. ``troubled`` counts the operations
    that failed or wait for a person and that nobody has put right, ``unsettled`` those of them that miss a settlement.
    ``taken_off`` is what was asked for and is taken off ``payable``, since no payment will ever bring it.
    ``order_version`` is that of the order head it goes with. ``checkout`` is how it was started at the gateway, if so.
    """

    account: str
    transaction_id: str
    order_id: str
    currency: str
    mode: Mode
    value: int
    payable: int
    created_at: datetime
    head: int = 1
    tail: int = 1
    last_settling: int = 0
    unsettled: int = 0
    troubled: int = 0
    taken_off: int = 0
    requested: int = 0
    authorisation: Authorisation = Authorisation.PENDING
    authorised_at: datetime | None = None
    cancelled_at: datetime | None = None
    finished_at: datetime | None = None
    ledger: Counters = field(default_factory=Counters)
    projection: tuple[Position, ...] = ()
    order_version: int = 0
    checkout: Checkout | None = None
    events: int = 0
    version: int = 0

    @property
    def is_started(self) -> bool:
        """Whether it waits for its payments: nothing was ever asked of it."""
        return self.tail == 1

    @property
    def is_idle(self) -> bool:
        """Whether no operation runs or waits."""
        return self.head == self.tail

    @property
    def settlement_pending(self) -> bool:
        """Whether an operation that the order's settlement depends on is not done."""
        return self.last_settling >= self.head or self.unsettled > 0

    @property
    def owed(self) -> int:
        """What the shopper is to have paid in the end (R33); a cancelled order owes nothing."""
        return 0 if self.cancelled_at is not None else self.payable

    @property
    def is_in_error(self) -> bool:
        """Whether somebody has to put something right (R35)."""
        return self.troubled > 0 or self.unsettled > 0

    def require_direct_request(self) -> None:
        """Check that there is room for an operation that no invoice or change asks for."""
        if self.tail > MAX_OPERATIONS:
            raise TooManyWaiting(
                f"transaction {self.transaction_id} has had {self.tail - 1} operations; from {MAX_OPERATIONS} on it "
                "takes those of invoices and changes only"
            )

    def require_room_for_remarks(self) -> None:
        """Check that the timeline takes an event that moves no money."""
        if self.events >= MAX_TIMELINE:
            raise TimelineFull(
                f"the timeline of transaction {self.transaction_id} has {self.events} events; "
                f"the limit is {MAX_TIMELINE}"
            )

    def enqueue(
        self, kind: OperationKind, ask: Ask, origin: str, at: datetime, *, settling: bool
    ) -> tuple["Transaction", "Operation"]:
        """Put an operation at the end of the queue; it is ready at once if the queue is empty.

        Raises ``TooManyWaiting`` at the queue's limit.
        """
        if self.tail - self.head >= MAX_WAITING:
            raise TooManyWaiting(f"{MAX_WAITING} operations wait on transaction {self.transaction_id}; try again later")
        state = OperationState.READY if self.is_idle else OperationState.QUEUED
        due_at = at + START_GRACE if self.is_idle else None
        operation = Operation(self.tail, kind, origin, ask, at, state, settling=settling, due_at=due_at)
        last_settling = self.tail if settling else self.last_settling
        return replace(self, tail=self.tail + 1, last_settling=last_settling), operation


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
