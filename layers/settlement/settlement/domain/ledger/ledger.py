"""The ledger: each payment's value authorised, captured, cancelled, withheld, in doubt and refunded.

Amounts are minor units. Every movement keeps the balance: no counter falls below zero, captured and cancelled value
stays within the authorised, refunded value within the captured (C§5.4).
"""

from collections.abc import Iterable
from dataclasses import replace
from enum import StrEnum
from typing import Self

from settlement.values import dataclass


class LedgerImbalance(Exception):
    """A movement would take a counter below zero: a fault of this service, not of its caller."""


class MovementKind(StrEnum):
    """The kinds of movements on a payment."""

    SETTLE = "settle"
    CANCEL = "cancel"
    REFUND = "refund"
    WITHHOLD = "withhold"
    RAISE = "raise"
    DOUBT_SETTLE = "doubt_settle"
    DOUBT_CANCEL = "doubt_cancel"
    DOUBT_REFUND = "doubt_refund"
    RELEASE_SETTLE = "release_settle"
    RELEASE_CANCEL = "release_cancel"
    RELEASE_REFUND = "release_refund"
    WRITE_OFF = "write_off"
    WRITE_OFF_REFUND = "write_off_refund"
    PAY_OTHERWISE = "pay_otherwise"
    LEAVE_BY_HAND = "leave_by_hand"
    COUNT_REFUND = "count_refund"


@dataclass(frozen=True, slots=True)
class Movement:
    """``value`` minor units moved on one payment.

    ``from_withheld``, ``from_doubt``, ``from_by_hand``, ``from_written_off`` and ``from_paid_otherwise`` are the parts
    that leave those counters. ``of_change`` marks a refund that an order change, or a cancelled invoice, caused, not a
    return; ``direct`` one that a direct request caused. ``counted`` is True if the ledger counts the refund as given
    back since it was in doubt or left to a person.
    """

    kind: MovementKind
    payment_id: str
    value: int
    from_withheld: int = 0
    from_doubt: int = 0
    from_written_off: int = 0
    from_paid_otherwise: int = 0
    from_by_hand: int = 0
    of_change: bool = False
    direct: bool = False
    counted: bool = False


_OF_ONE_COUNTER: dict[MovementKind, tuple[str, int]] = {
    MovementKind.WITHHOLD: ("withheld", 1),
    MovementKind.RAISE: ("authorised", 1),
    MovementKind.DOUBT_SETTLE: ("in_doubt", 1),
    MovementKind.DOUBT_CANCEL: ("cancel_in_doubt", 1),
    MovementKind.RELEASE_SETTLE: ("in_doubt", -1),
    MovementKind.RELEASE_CANCEL: ("cancel_in_doubt", -1),
    MovementKind.WRITE_OFF: ("written_off", 1),
    MovementKind.PAY_OTHERWISE: ("paid_otherwise", 1),
}
"""Movements that change one counter, up or down."""


_OF_REFUNDS = frozenset(
    {
        MovementKind.REFUND, MovementKind.DOUBT_REFUND, MovementKind.RELEASE_REFUND, MovementKind.WRITE_OFF_REFUND,
        MovementKind.LEAVE_BY_HAND,
    }
)  # fmt: skip
"""Refunds, and steps towards one or away from it."""


@dataclass(frozen=True, slots=True)
class Counters:
    """The ledger of one payment, or the sum of several.

    ``in_doubt``, ``cancel_in_doubt`` and ``refund_in_doubt`` may have been captured, cancelled or refunded, until the
    connector or an operator decides. ``written_off`` was requested and will never be captured; ``paid_otherwise`` was
    requested and paid by other means. ``refund_written_off`` will never be refunded, ``change_written_off`` is the part
    of it that order changes requested (R36). ``refund_by_hand`` is left to a person, who has not done it yet.

    Refunds that are made, in doubt or left to a person are given back: ``change_refunded`` is the part of these that
    changes and cancelled invoices caused, ``direct_refunded`` the part that direct requests caused and no cancelled
    invoice counts (R38).

    Of 100.00 authorised, 70.00 is captured and 15.00 cancelled:

    >>> settle = Movement(MovementKind.SETTLE, "P1", 7000)
    >>> cancel = Movement(MovementKind.CANCEL, "P1", 1500)
    >>> ledger = Counters(authorised=10000).after(settle).after(cancel)
    >>> ledger.available, ledger.refundable
    (1500, 7000)
    >>> ledger.after(settle)
    Traceback (most recent call last):
    settlement.domain.ledger.ledger.LedgerImbalance: ...
    """

    authorised: int = 0
    captured: int = 0
    cancelled: int = 0
    withheld: int = 0
    in_doubt: int = 0
    cancel_in_doubt: int = 0
    refunded: int = 0
    change_refunded: int = 0
    refund_in_doubt: int = 0
    written_off: int = 0
    paid_otherwise: int = 0
    refund_written_off: int = 0
    change_written_off: int = 0
    refund_by_hand: int = 0
    direct_refunded: int = 0

    def __post_init__(self) -> None:
        low = [name for name in self.__slots__ if getattr(self, name) < 0]
        given_back = self.refunded + self.refund_in_doubt + self.refund_by_hand
        counted = self.change_refunded + self.direct_refunded
        of_changes = counted > given_back or self.change_written_off > self.refund_written_off
        if low or self.available < 0 or self.refundable < 0 or of_changes:
            raise LedgerImbalance(f"ledger out of balance: {self}")

    @property
    def available(self) -> int:
        """The value that can still be captured or cancelled."""
        return self.open - self.in_doubt - self.cancel_in_doubt

    @property
    def refundable(self) -> int:
        """The value that can still be refunded."""
        return self.captured - self.refunded - self.refund_in_doubt - self.refund_by_hand

    @property
    def given_up(self) -> int:
        """The value that the gateway counts as cancelled: cancelled at the connector, or withheld (C§8.13)."""
        return self.cancelled + self.withheld

    @property
    def closed(self) -> int:
        """The authorised value that will never be captured: given up, written off, or paid by other means."""
        return self.given_up + self.written_off + self.paid_otherwise

    @property
    def open(self) -> int:
        """The value neither captured nor closed, shown as ``openValue`` (C§8.13)."""
        return self.authorised - self.captured - self.closed

    @property
    def net_captured(self) -> int:
        """The value that invoices account for: captured, less change refunds, given back or written off."""
        return self.captured - self.change_refunded - self.change_written_off

    @property
    def paid(self) -> int:
        """The value that the shopper has paid for invoices: net captured, and paid by other means."""
        return self.net_captured + self.paid_otherwise

    @property
    def held(self) -> int:
        """The value that the shopper will have paid once all open value is captured."""
        return self.open + self.paid

    def after(self, movement: Movement) -> Self:
        """Return the counters after a movement; raises ``LedgerImbalance`` if they would not balance."""
        value = movement.value
        if value < (0 if movement.from_by_hand else 1) or movement.from_withheld > value:
            raise LedgerImbalance(f"not a movement: {movement}")
        match movement.kind:
            case MovementKind.SETTLE:
                return replace(
                    self,
                    captured=self.captured + value,
                    in_doubt=self.in_doubt - movement.from_doubt,
                    written_off=self.written_off - movement.from_written_off,
                    paid_otherwise=self.paid_otherwise - movement.from_paid_otherwise,
                )
            case MovementKind.CANCEL:
                return replace(
                    self,
                    cancelled=self.cancelled + value,
                    withheld=self.withheld - movement.from_withheld,
                    cancel_in_doubt=self.cancel_in_doubt - movement.from_doubt,
                )
            case kind if kind in _OF_REFUNDS:
                return self._after_refund(movement)
            case MovementKind.COUNT_REFUND:
                return replace(
                    self,
                    direct_refunded=self.direct_refunded - value,
                    change_refunded=self.change_refunded + value,
                )
            case kind:
                counter, sign = _OF_ONE_COUNTER[kind]
                return replace(self, **{counter: getattr(self, counter) + sign * value})

    def _after_refund(self, movement: Movement) -> Self:
        """Return the counters after a refund, or after a step towards one, or away from it."""
        value = movement.value
        counted = movement.from_doubt + movement.from_by_hand if movement.counted else 0
        sums = {"refund_in_doubt": -movement.from_doubt, "refund_by_hand": -movement.from_by_hand}
        given_back = value - counted
        match movement.kind:
            case MovementKind.REFUND:
                sums["refunded"] = value
            case MovementKind.DOUBT_REFUND:
                sums["refund_in_doubt"] = value
            case MovementKind.LEAVE_BY_HAND:
                sums["refund_by_hand"] = value
            case MovementKind.RELEASE_REFUND:
                sums["refund_in_doubt"], given_back = -value, -value if movement.counted else 0
            case _:
                sums["refund_written_off"], given_back = value, -counted
        sums |= self._counted_after(movement, given_back)
        if movement.kind is MovementKind.WRITE_OFF_REFUND:
            of_cancelled = -sums.get("change_refunded", 0) if movement.direct else 0
            sums["change_written_off"] = value if movement.of_change else min(value, of_cancelled)
        return replace(self, **{name: getattr(self, name) + change for name, change in sums.items()})

    def _counted_after(self, movement: Movement, value: int) -> dict[str, int]:
        """Return by how much the counters of changes and direct requests differ once ``value`` more is given back.

        What is not given back after all leaves last what a cancelled invoice counts of a direct refund.
        """
        if movement.of_change:
            return {"change_refunded": value}
        if not movement.direct:
            return {}
        of_direct = max(value, -self.direct_refunded)
        return {"direct_refunded": of_direct, "change_refunded": value - of_direct}

    def deltas(self, movement: Movement) -> dict[str, int]:
        """Return a movement's change of each counter; over all events, these add up to the ledger."""
        return self.deltas_to(self.after(movement))

    def deltas_to(self, after: "Counters") -> dict[str, int]:
        """Return the change of each counter to those ``after``."""
        changes = {name: getattr(after, name) - getattr(self, name) for name in self.__slots__}
        return {name: change for name, change in changes.items() if change}

    @property
    def doubtful(self) -> int:
        """The sum of all value in doubt."""
        return self.in_doubt + self.cancel_in_doubt + self.refund_in_doubt

    def __add__(self, other: "Counters") -> "Counters":
        return Counters(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


def total(counters: Iterable[Counters]) -> Counters:
    """Add up the ledgers of several payments.

    >>> total([Counters(authorised=6000, captured=6000), Counters(authorised=4000)]).available
    4000
    """
    return sum(counters, start=Counters())
