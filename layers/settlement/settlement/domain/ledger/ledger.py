"""The ledger: what each payment has authorised, captured, cancelled, withheld, in doubt and refunded.

Amounts are minor units. Every movement keeps the balance: no counter below zero, nothing captured or cancelled
beyond what is authorised, nothing refunded beyond what is captured (C§5.4).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self


class LedgerImbalance(Exception):
    """A movement would take a counter below zero: a fault of this service, never of its caller."""


class MovementKind(StrEnum):
    """What a movement does to a payment."""

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


@dataclass(frozen=True, slots=True)
class Movement:
    """``value`` minor units moved on one payment.

    ``from_withheld`` is the part of a cancellation that was withheld before, ``from_doubt`` the part that was in
    doubt, ``from_written_off`` and ``from_paid_otherwise`` the part that a person had closed so; ``of_change`` marks a
    refund that an order change caused, as opposed to a return.
    """

    kind: MovementKind
    payment_id: str
    value: int
    from_withheld: int = 0
    from_doubt: int = 0
    from_written_off: int = 0
    from_paid_otherwise: int = 0
    of_change: bool = False


_OF_ONE_COUNTER: dict[MovementKind, tuple[str, int]] = {
    MovementKind.WITHHOLD: ("withheld", 1),
    MovementKind.RAISE: ("authorised", 1),
    MovementKind.DOUBT_SETTLE: ("in_doubt", 1),
    MovementKind.DOUBT_CANCEL: ("cancel_in_doubt", 1),
    MovementKind.DOUBT_REFUND: ("refund_in_doubt", 1),
    MovementKind.RELEASE_SETTLE: ("in_doubt", -1),
    MovementKind.RELEASE_CANCEL: ("cancel_in_doubt", -1),
    MovementKind.RELEASE_REFUND: ("refund_in_doubt", -1),
    MovementKind.WRITE_OFF: ("written_off", 1),
    MovementKind.PAY_OTHERWISE: ("paid_otherwise", 1),
}
"""Movements that change one counter, up or down."""


@dataclass(frozen=True, slots=True)
class Counters:
    """The ledger of one payment, or the sum of several.

    ``in_doubt`` is what may have been captured, ``cancel_in_doubt`` what may have been cancelled, ``refund_in_doubt``
    what may have been refunded: nobody knows until the connector or an operator tells. ``written_off`` was asked to be
    captured and never will be, ``paid_otherwise`` neither, since the shopper paid it by other means;
    ``refund_written_off`` was asked to be refunded and never will be, ``change_written_off`` the part of it that order
    changes asked for (R36).
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

    def __post_init__(self) -> None:
        low = [name for name in self.__slots__ if getattr(self, name) < 0]
        of_changes = self.change_refunded > self.refunded or self.change_written_off > self.refund_written_off
        if low or self.available < 0 or self.refundable < 0 or of_changes:
            raise LedgerImbalance(f"ledger out of balance: {self}")

    @property
    def available(self) -> int:
        """What can still be captured or cancelled."""
        return self.open - self.in_doubt - self.cancel_in_doubt

    @property
    def refundable(self) -> int:
        """What can still be refunded."""
        return self.captured - self.refunded - self.refund_in_doubt

    @property
    def given_up(self) -> int:
        """What the gateway counts as cancelled, whether its connector was told or not (C§8.13)."""
        return self.cancelled + self.withheld

    @property
    def closed(self) -> int:
        """What is authorised and will never be captured: given up, written off, or paid by other means."""
        return self.given_up + self.written_off + self.paid_otherwise

    @property
    def open(self) -> int:
        """What is neither captured nor closed: what ``openValue`` shows (C§8.13)."""
        return self.authorised - self.captured - self.closed

    @property
    def net_captured(self) -> int:
        """What invoices have to account for: captured, less what order changes gave back or had written off."""
        return self.captured - self.change_refunded - self.change_written_off

    @property
    def paid(self) -> int:
        """What the shopper has paid for invoices: net captured, and what came by other means."""
        return self.net_captured + self.paid_otherwise

    @property
    def held(self) -> int:
        """What the shopper will have paid once everything open is captured."""
        return self.open + self.paid

    def after(self, movement: Movement) -> Self:
        """Return the counters after ``movement``; raises ``LedgerImbalance`` if they would not balance."""
        value = movement.value
        if value <= 0 or movement.from_withheld > value:
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
            case MovementKind.REFUND:
                return replace(
                    self,
                    refunded=self.refunded + value,
                    change_refunded=self.change_refunded + (value if movement.of_change else 0),
                    refund_in_doubt=self.refund_in_doubt - movement.from_doubt,
                )
            case MovementKind.WRITE_OFF_REFUND:
                return replace(
                    self,
                    refund_written_off=self.refund_written_off + value,
                    change_written_off=self.change_written_off + (value if movement.of_change else 0),
                )
            case kind:
                counter, sign = _OF_ONE_COUNTER[kind]
                return replace(self, **{counter: getattr(self, counter) + sign * value})

    def deltas(self, movement: Movement) -> dict[str, int]:
        """Return by how much a movement changes each counter: folding these over the events gives the ledger."""
        after = self.after(movement)
        changes = {name: getattr(after, name) - getattr(self, name) for name in self.__slots__}
        return {name: change for name, change in changes.items() if change}

    @property
    def doubtful(self) -> int:
        """Everything that is in doubt."""
        return self.in_doubt + self.cancel_in_doubt + self.refund_in_doubt

    def __add__(self, other: "Counters") -> "Counters":
        return Counters(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


def total(counters: Iterable[Counters]) -> Counters:
    """Add up the ledgers of several payments."""
    return sum(counters, start=Counters())
