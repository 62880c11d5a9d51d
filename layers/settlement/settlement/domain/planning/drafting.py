"""A plan in the making: positions of payments, and their change by each movement. Amounts are minor units."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum

from settlement.domain.connectors.capabilities import IN_PARTS, Capabilities, Capability
from settlement.domain.connectors.connector import Mode
from settlement.domain.ledger.ledger import Counters, Movement, MovementKind, total
from settlement.values import dataclass


class RefundPriority(StrEnum):
    """Which settled payment is refunded first (R15)."""

    LOWEST_SETTLED = "lowest-settled"
    CARD_FIRST = "card-first"


class Infeasible(Exception):
    """The payments cannot move the value; ``shortfall`` is the part that no payment can move.

    ``undone`` is the value that is not moved because of that, which is more if it moves whole or not at all.
    ``settling`` is True for a settlement, False for a reduction, refund or raise.
    """

    def __init__(self, reason: str, shortfall: int, *, undone: int | None = None, settling: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.shortfall = shortfall
        self.undone = shortfall if undone is None else undone
        self.settling = settling


@dataclass(frozen=True, slots=True)
class Position:
    """One payment for planning: its fixed facts and its ledger, current or projected.

    ``assigned`` is the value that the payment was created with, ``max_value`` the limit to which it can be raised,
    ``sequence`` its place in the transaction.
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
    """The rules for the order and the limits in which payments are used.

    ``owed`` is the value that the order owes; no capture goes beyond it (R33). The exception is a payment that is
    captured only whole, if the reductions waiting in the queue, ``reductions_to_come``, refund the excess.
    ``withdrawals_to_come`` is by how much operations waiting in the queue lower the sum of requests (R38).
    """

    mode: Mode
    refund_priority: RefundPriority
    owed: int
    reductions_to_come: int = 0
    withdrawals_to_come: int = 0


class Draft:
    """A plan in the making; its positions change with each movement, so that later choices see earlier ones."""

    def __init__(self, positions: Iterable[Position], policy: Policy | None = None) -> None:
        self._positions = {position.payment_id: position for position in positions}
        self._owed = policy.owed if policy is not None else 0
        self._reductions_to_come = policy.reductions_to_come if policy is not None else 0
        self.movements: list[Movement] = []

    @property
    def positions(self) -> tuple[Position, ...]:
        """The positions after all movements so far."""
        return tuple(self._positions.values())

    @property
    def sum(self) -> Counters:
        """The sum of the ledgers of all positions."""
        return total(position.counters for position in self.positions)

    @property
    def owed(self) -> int:
        """The value that may still be captured: owed by the order, less paid and in doubt (R33)."""
        return max(0, self._owed - _paid_or_in_doubt(self.sum))

    def owed_of(self, position: Position) -> int:
        """Return the value that may still be captured of one payment; more if it is captured only whole."""
        only_whole = position.capabilities.settle is Capability.NONE
        return self.owed + self._reductions_to_come if only_whole and self.owed else self.owed

    def missing_of(self, requested: int) -> int:
        """Return the part of ``requested`` that is not paid yet and still owed."""
        return min(self.owed, max(0, requested - _paid_or_in_doubt(self.sum)))

    @property
    def not_owed(self) -> int:
        """The available value that will never be captured, because the order does not owe it."""
        return max(0, self.sum.available - self.owed)

    @property
    def overpaid(self) -> int:
        """The value captured beyond what the order owes."""
        return max(0, self.sum.paid - self._owed)

    def move(self, movement: Movement) -> None:
        """Record a movement and apply it."""
        self._positions[movement.payment_id] = self._positions[movement.payment_id].after(movement)
        self.movements.append(movement)

    def draw(self, kind: MovementKind, value: int, order: Sequence[Position], limit: Callable[[Position], int]) -> int:
        """Move up to ``value`` over the payments in ``order``, each up to its limit; return the rest."""
        for position in order:
            part = min(value, limit(position))
            if part > 0:
                self.move(Movement(kind, position.payment_id, part))
                value -= part
        return value

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Undo the movements made within if ``Infeasible`` is raised."""
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
    """Return payments in the order in which they are settled: lowest assigned value first (R14)."""
    return sorted(positions, key=lambda position: (position.assigned, position.sequence))
