"""What a rehearsal of an action showed: the facts of which its preview and its warnings are made."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from settlement.domain.events import Event
from settlement.domain.transaction.leg import Leg
from settlement.domain.transaction.operation import Operation
from settlement.domain.transaction.payment import Payment
from settlement.use_cases.previews.obliging_connector import PlannedMovement
from settlement.use_cases.shared.heads import Heads
from settlement.use_cases.shared.ports import Commit
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """An action and its operations, rehearsed on the state ``before``.

    ``taken`` are the commits of the action itself, ``plan`` the movements of its operations, ``own`` these operations
    with their legs, concluded; ``payments`` are those after them.
    """

    at: datetime
    before: Heads
    after: Heads
    taken: Sequence[Commit]
    plan: Sequence[PlannedMovement]
    own: Sequence[tuple[Operation, Sequence[Leg]]]
    payments: Sequence[Payment]

    @property
    def currency(self) -> str:
        """The currency of all values."""
        return self.before.transaction.currency

    @property
    def events(self) -> Iterator[Event]:
        """The events of the action itself."""
        return (event for commit in self.taken for event in commit.events)

    @property
    def legs(self) -> Iterator[Leg]:
        """The legs of its operations."""
        return (leg for _, legs in self.own for leg in legs)

    @property
    def waiting_before(self) -> int:
        """How many operations are carried out before its own."""
        first = min((operation.sequence for operation, _ in self.own), default=self.before.transaction.head)
        return first - self.before.transaction.head
