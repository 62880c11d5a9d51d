"""The transaction: its queue of operations, and the sums of its payments.

Amounts are minor units. One operation of a transaction runs at a time, first in, first out. ``head`` is the sequence of
the operation that runs or is next, ``tail`` the sequence of the next new one.
"""

from collections.abc import Sequence
from dataclasses import field, replace
from datetime import datetime

from settlement.domain.connectors.connector import Mode
from settlement.domain.errors import TimelineFull, TooManyWaiting
from settlement.domain.ledger.ledger import Counters
from settlement.domain.planning.drafting import Position
from settlement.domain.planning.planning import Ask
from settlement.domain.transaction.checkout import Checkout
from settlement.domain.transaction.deeds import Deeds, deeds_of
from settlement.domain.transaction.leg import Leg
from settlement.domain.transaction.operation import START_GRACE, Operation, OperationKind, OperationState
from settlement.domain.transaction.payment import Authorisation
from settlement.values import dataclass

MAX_WAITING = 100
"""Most waiting operations of a transaction; one more is refused with 409."""

MAX_OPERATIONS = 2_000
"""Operations of a transaction above which it refuses direct requests and retries; invoices are always accepted."""

MAX_TIMELINE = 100_000
"""Events of a transaction above which it refuses requests that move no money."""


@dataclass(frozen=True, slots=True)
class Transaction:
    """A transaction head.

    ``value`` is the amount its payments were created with, ``payable`` what the shopper is to have paid in the end,
    ``requested`` the sum of settlement requests (D), ``ledger`` the sum of its payments' counters when the last attempt
    ended, ``projection`` the payments' positions after every queued operation has run. ``last_settling`` is the newest
    operation that the order's settlement depends on. ``troubled`` counts operations in state failed or manual,
    ``unsettled`` those of them with a missing settlement. ``taken_off`` is the value taken off ``payable`` because no
    payment will ever bring it. ``status_since`` is since when the order has its status, None if an earlier version
    wrote that on the order head. ``invoiced`` is the order's, None if an earlier version wrote the head, and
    ``order_version`` the version of its order head. ``checkout`` is the data of its start at the gateway, if there was
    one. ``deeds`` are those of the operations behind the head of the queue, None if it was written first by a version
    that did not keep them. ``mismatched`` is True while the audit finds books that disagree, else None.
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
    invoiced: int | None = None
    authorisation: Authorisation = Authorisation.PENDING
    authorised_at: datetime | None = None
    cancelled_at: datetime | None = None
    finished_at: datetime | None = None
    status_since: datetime | None = None
    ledger: Counters = field(default_factory=Counters)
    projection: tuple[Position, ...] = ()
    order_version: int = 0
    checkout: Checkout | None = None
    deeds: Deeds | None = None
    mismatched: bool | None = None
    events: int = 0
    version: int = 0

    @property
    def is_started(self) -> bool:
        """True if it waits for its payments and has no operation yet."""
        return self.tail == 1

    @property
    def is_idle(self) -> bool:
        """True if no operation runs or waits."""
        return self.head == self.tail

    @property
    def settlement_pending(self) -> bool:
        """True if an operation that the order's settlement depends on is not done."""
        return self.last_settling >= self.head or self.unsettled > 0

    @property
    def owed(self) -> int:
        """The value that the shopper is to have paid in the end (R33); 0 for a cancelled order."""
        return 0 if self.cancelled_at is not None else self.payable

    @property
    def is_in_error(self) -> bool:
        """True if an operator has to act on an operation (R35)."""
        return self.troubled > 0 or self.unsettled > 0

    @property
    def needs_a_person(self) -> bool:
        """True if somebody has to put something right: an operation, or books that disagree."""
        return self.is_in_error or self.mismatched is True

    def past(self, operation: Operation, legs: Sequence[Leg]) -> "Transaction":
        """Return the transaction with the operation at its head, which is over, behind it."""
        deeds = None if self.deeds is None else self.deeds.plus(deeds_of(operation, legs))
        return replace(self, head=self.head + 1, deeds=deeds)

    def require_direct_request(self) -> None:
        """Raise ``TooManyWaiting`` if there is no room for an operation that no invoice or change requests."""
        if self.tail > MAX_OPERATIONS:
            raise TooManyWaiting(
                f"transaction {self.transaction_id} has had {self.tail - 1} operations; from {MAX_OPERATIONS} on it "
                "takes those of invoices and changes only"
            )

    def require_room_for_remarks(self) -> None:
        """Raise ``TimelineFull`` if the timeline has no room for events that move no money."""
        if self.events >= MAX_TIMELINE:
            raise TimelineFull(
                f"the timeline of transaction {self.transaction_id} has {self.events} events; "
                f"the limit is {MAX_TIMELINE}"
            )

    def enqueue(
        self, kind: OperationKind, ask: Ask, origin: str, at: datetime, *, settling: bool
    ) -> tuple["Transaction", "Operation"]:
        """Append an operation to the queue; it is ready at once if the queue was empty.

        Raises ``TooManyWaiting`` if the queue is full.
        """
        if self.tail - self.head >= MAX_WAITING:
            raise TooManyWaiting(f"{MAX_WAITING} operations wait on transaction {self.transaction_id}; try again later")
        state = OperationState.READY if self.is_idle else OperationState.QUEUED
        due_at = at + START_GRACE if self.is_idle else None
        operation = Operation(self.tail, kind, origin, ask, at, state, settling=settling, due_at=due_at)
        last_settling = self.tail if settling else self.last_settling
        return replace(self, tail=self.tail + 1, last_settling=last_settling), operation
