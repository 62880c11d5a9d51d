"""Ends the missing value of a failed operation: written off, or paid by other means (R36). Amounts are minor units.

Ended value has counters of its own on the ledger. A written-off settlement is no longer requested or payable; one paid
by other means counts as paid. A written-off refund stays captured, and its return no longer counts. The value of a
cancellation is withheld already and stays so. A timer's request is not owed, so nothing is booked for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from settlement.domain.ledger.ledger import Counters, Movement, MovementKind, total
from settlement.domain.planning.drafting import Position, lowest_assigned_first
from settlement.domain.transaction.leg import Leg, LegKind, LegState
from settlement.domain.transaction.operation import Operation, OperationKind
from settlement.domain.transaction.transaction import Transaction
from settlement.domain.transaction.trouble import missing_legs


class Ending(StrEnum):
    """How an operator ends missing value."""

    WRITTEN_OFF = "written-off"
    PAID_OTHERWISE = "paid-otherwise"


_LEG_STATE = {Ending.WRITTEN_OFF: LegState.WRITTEN_OFF, Ending.PAID_OTHERWISE: LegState.PAID_OTHERWISE}
_SETTLED_BY = {Ending.WRITTEN_OFF: MovementKind.WRITE_OFF, Ending.PAID_OTHERWISE: MovementKind.PAY_OTHERWISE}
_ASKED_BY_NOBODY = frozenset({OperationKind.AUTO_SETTLE, OperationKind.EXPIRE})


@dataclass(slots=True)
class Closing:
    """The bookings that end an operation, in the making; positions change with each movement.

    ``taken_off`` is the value no longer requested and payable, ``unreturned`` the value of a return that is never
    refunded.
    """

    transaction: Transaction
    ending: Ending
    positions: dict[str, Position]
    movements: list[Movement] = field(default_factory=list)
    legs: list[Leg] = field(default_factory=list)
    taken_off: int = 0
    raised_in_vain: int = 0
    unreturned: int = 0

    @property
    def ledger(self) -> Counters:
        """The ledger after the queue and this closing."""
        return total(position.counters for position in self.positions.values())

    @property
    def missing(self) -> int:
        """The requested value neither paid nor in doubt after the queue has run."""
        held = self.ledger
        requested = self.transaction.requested - self.taken_off
        return max(0, min(requested, self.transaction.owed - self.taken_off) - held.paid - held.in_doubt)

    def surplus(self, operation: Operation, kept: int = 0) -> int:
        """The value captured beyond what an operation may leave: what the order owes, or what it still asks for.

        ``kept`` counted as given back, and is not.
        """
        left = self.transaction.requested - self.taken_off if operation.ask.withdrawn else self.transaction.owed
        return max(0, self.ledger.paid + kept - left)

    @property
    def not_owed(self) -> int:
        """The available value that will never be requested."""
        held = self.ledger
        return max(0, held.available - max(0, self.transaction.owed - held.paid - held.in_doubt))

    def move(self, kind: MovementKind, payment_id: str, value: int, *, of_change: bool = False) -> None:
        """Book a movement of a value above zero."""
        if value > 0:
            self._book(Movement(kind, payment_id, value, of_change=of_change))

    def write_off_refund(self, operation: Operation, leg: Leg) -> int:
        """End a refund that was not made; return the booked value.

        One of a change, or of a cancelled invoice, that was left to a person counted as given back until now.
        """
        movement = replace(leg.movement, kind=MovementKind.WRITE_OFF_REFUND, from_doubt=0)
        if leg.of_change:
            surplus = self.surplus(operation, kept=movement.from_by_hand)
            movement = replace(movement, value=min(leg.value, surplus))
        if movement.value or movement.from_by_hand:
            self._book(movement)
        return movement.value

    def _book(self, movement: Movement) -> None:
        self.positions[movement.payment_id] = self.positions[movement.payment_id].after(movement)
        self.movements.append(movement)

    def settle(self, payment_id: str, value: int) -> int:
        """End a settlement on one payment, up to its missing and available value; return the booked value."""
        value = min(value, self.missing, self.positions[payment_id].counters.available)
        if value > 0:
            self.move(_SETTLED_BY[self.ending], payment_id, value)
            self.taken_off += value if self.ending is Ending.WRITTEN_OFF else 0
        return max(0, value)


def close(operation: Operation, legs: Sequence[Leg], transaction: Transaction, ending: Ending) -> Closing:
    """Return the bookings that end all missing value of an operation, on the projected ledger.

    Paying by other means ends settlements only; other missing value stays.
    """
    closing = Closing(transaction, ending, {position.payment_id: position for position in transaction.projection})
    missing = missing_legs(operation, legs)
    by_hand = [leg for leg in legs if leg.state is LegState.MANUAL and leg.kind is not LegKind.VOID]
    for leg in (*missing, *by_hand):
        if leg.kind is LegKind.SETTLE or ending is Ending.WRITTEN_OFF:
            closing.legs.append(_closed(closing, operation, leg))
    _settle_unplanned(closing, operation.unsettled)
    if ending is Ending.WRITTEN_OFF:
        _write_off_unplanned(closing, operation)
    return closing


def _closed(closing: Closing, operation: Operation, leg: Leg) -> Leg:
    booked = 0
    if operation.kind in _ASKED_BY_NOBODY:
        pass
    elif leg.kind is LegKind.SETTLE:
        booked = closing.settle(leg.payment_id, leg.value)
    elif leg.kind is LegKind.REFUND:
        booked = closing.write_off_refund(operation, leg)
        closing.unreturned += 0 if leg.of_change else leg.value
    return replace(leg.to(_LEG_STATE[closing.ending]), closed=booked, doubtful=False, counted=None)


def _settle_unplanned(closing: Closing, value: int) -> None:
    """End a settlement that no payment could do: on available value, and the rest on no payment."""
    for position in lowest_assigned_first(closing.positions.values()):
        value -= closing.settle(position.payment_id, value)
    closing.taken_off += min(value, closing.missing)


def _write_off_unplanned(closing: Closing, operation: Operation) -> None:
    """Write off the value that no payment could give back or raise."""
    left = operation.unplanned
    if operation.ask.withdrawn:
        _write_off_refunds(closing, operation, left)
        return
    match operation.kind:
        case OperationKind.RAISE:
            transaction = closing.transaction
            not_held = max(0, transaction.payable - transaction.requested - closing.ledger.available)
            closing.raised_in_vain = min(left, not_held)
        case OperationKind.REFUND:
            closing.unreturned += left
            for position in lowest_assigned_first(closing.positions.values()):
                part = min(left, position.counters.refundable)
                closing.move(MovementKind.WRITE_OFF_REFUND, position.payment_id, part)
                left -= part
        case OperationKind.REDUCE:
            for position in lowest_assigned_first(closing.positions.values()):
                part = min(left, position.counters.available, closing.not_owed)
                closing.move(MovementKind.WITHHOLD, position.payment_id, part)
                left -= max(0, part)
            _write_off_refunds(closing, operation, left)
        case _:
            pass


def _write_off_refunds(closing: Closing, operation: Operation, value: int) -> None:
    """Write off refunds of what is paid beyond what the operation leaves."""
    for position in lowest_assigned_first(closing.positions.values()):
        part = min(value, position.counters.refundable, closing.surplus(operation))
        closing.move(MovementKind.WRITE_OFF_REFUND, position.payment_id, part, of_change=True)
        value -= max(0, part)
