"""A plan in the making: payments as planning sees them, and how their money follows each movement.

Amounts are minor units.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum

from settlement.domain.connectors.capabilities import IN_PARTS, Capabilities, Capability
from settlement.domain.connectors.connector import Mode
from settlement.domain.ledger.ledger import Counters, Movement, MovementKind, total


class RefundPriority(StrEnum):
    """Which settled payment gives back first (R15)."""

    LOWEST_SETTLED = "lowest-settled"
    CARD_FIRST = "card-first"


class Infeasible(Exception):
    """The payments cannot move what is asked; ``shortfall`` is the value that found no payment.

    ``settling`` tells that it was to be settled, and not to be given back or raised.
    """

    def __init__(self, reason: str, shortfall: int, *, settling: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.shortfall = shortfall
        self.settling = settling


@dataclass(frozen=True, slots=True)
class Position:
    """One payment as planning sees it: its fixed facts and its ledger, real or projected.

    ``assigned`` is the value the payment was created with, ``max_value`` the ceiling its connector lets it be
    raised to, ``sequence`` its place in the transaction.
    """

    payment_id: str
    sequence: int
    assigned: int
    group: str
    counters: Counters
    max_value: int | None = None
    capabilities: Capabilities = IN_PARTS

    def after(self, movement: Movement) -> "Position":
        """Return the position after a movement on this payment."""
        return replace(self, counters=self.counters.after(movement))


@dataclass(frozen=True, slots=True)
class Policy:
    """How a transaction's payments are drawn on.

    ``owed`` is what the order owes: no capture goes beyond it (R33), but for a payment that its connector captures only
    whole; what that takes too much has to be among ``reductions_to_come``, which wait in the queue and refund it.
    """

    mode: Mode
    refund_priority: RefundPriority
    owed: int
    reductions_to_come: int = 0


class Draft:
    """A plan in the making: positions that follow each movement, so that later choices see earlier ones."""

    def __init__(self, positions: Iterable[Position], policy: Policy | None = None) -> None:
        self._positions = {position.payment_id: position for position in positions}
        self._owed = policy.owed if policy is not None else 0
        self._reductions_to_come = policy.reductions_to_come if policy is not None else 0
        self.movements: list[Movement] = []

    @property
    def positions(self) -> tuple[Position, ...]:
        """The positions as they are after the movements so far."""
        return tuple(self._positions.values())

    @property
    def sum(self) -> Counters:
        """The ledger of all positions together."""
        return total(position.counters for position in self.positions)

    @property
    def owed(self) -> int:
        """What may still be captured: what the order owes, less what is paid or may be (R33)."""
        return max(0, self._owed - _paid_or_in_doubt(self.sum))

    def owed_of(self, position: Position) -> int:
        """What may still be captured of one payment, by what its connector captures at once."""
        only_whole = position.capabilities.settle is Capability.NONE
        return self.owed + self._reductions_to_come if only_whole and self.owed else self.owed

    def missing_of(self, requested: int) -> int:
        """What is not paid yet of ``requested``, as far as the order still owes it."""
        return min(self.owed, max(0, requested - _paid_or_in_doubt(self.sum)))

    @property
    def not_owed(self) -> int:
        """What is open, and captured in no case: no invoice to come asks for it."""
        return max(0, self.sum.available - self.owed)

    @property
    def overpaid(self) -> int:
        """What is captured beyond what the order owes."""
        return max(0, self.sum.paid - self._owed)

    def move(self, movement: Movement) -> None:
        """Record a movement and apply it."""
        self._positions[movement.payment_id] = self._positions[movement.payment_id].after(movement)
        self.movements.append(movement)

    def draw(self, kind: MovementKind, value: int, order: Sequence[Position], limit: Callable[[Position], int]) -> int:
        """Move up to ``value`` over ``order``, each payment up to its limit; return what found no payment."""
        for position in order:
            part = min(value, limit(position))
            if part > 0:
                self.move(Movement(kind, position.payment_id, part))
                value -= part
        return value

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Keep the movements made within only if none of them is ``Infeasible``."""
        positions, made = dict(self._positions), len(self.movements)
        try:
            yield
        except Infeasible:
            self._positions = positions
            del self.movements[made:]
            raise


def _paid_or_in_doubt(held: Counters) -> int:
    return held.paid + held.in_doubt


def lowest_assigned_first(positions: Iterable[Position]) -> list[Position]:
    """Return payments in the order in which they are drawn on, by what they were created with (R14)."""
    return sorted(positions, key=lambda position: (position.assigned, position.sequence))
