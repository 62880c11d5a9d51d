"""The deeds of operations: the sums of their requests and connector calls that a transaction's views need.

The transaction head keeps those of all operations behind the head of its queue, so that a view reads no operation that
is over. Amounts are minor units.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from settlement.domain.transaction.leg import Leg, LegKind, LegState
from settlement.domain.transaction.operation import Operation, OperationKind
from settlement.values import dataclass

_OF_ORDERS = frozenset({OperationKind.REDUCE, OperationKind.CANCEL})
"""Operations that take value off the order."""


@dataclass(frozen=True, slots=True)
class Actions:
    """The values that connectors moved of one payment, by what was posted of their answers."""

    payment_id: str
    settled: int = 0
    cancelled: int = 0
    refunded: int = 0

    def plus(self, other: "Actions", sign: int = 1) -> "Actions":
        """Return the sum of both, or their difference for sign -1."""
        return replace(
            self,
            settled=self.settled + sign * other.settled,
            cancelled=self.cancelled + sign * other.cancelled,
            refunded=self.refunded + sign * other.refunded,
        )


@dataclass(frozen=True, slots=True)
class Deeds:
    """What operations asked for, and what became of it.

    ``giving_up`` and ``refunding`` are the values that they cancel and refund by their last plans, ``by_hand`` what
    was left to a person. Of reductions, withdrawals and cancellations: ``to_refund`` is what is still to be refunded
    and does not count as given back, ``to_plan`` the value whose plan is still to be made, ``to_cancel`` the number of
    operations that cancel all and have no plan yet. ``withdrawn`` is what is refunded for cancelled invoices, or was
    before by direct requests, ``unheld`` what changes took off that nobody held.
    """

    giving_up: int = 0
    refunding: int = 0
    by_hand: int = 0
    to_refund: int = 0
    to_plan: int = 0
    to_cancel: int = 0
    withdrawn: int = 0
    unheld: int = 0
    actions: tuple[Actions, ...] = ()

    def plus(self, other: "Deeds", sign: int = 1) -> "Deeds":
        """Return the sum of both, or their difference for sign -1."""
        return Deeds(
            self.giving_up + sign * other.giving_up,
            self.refunding + sign * other.refunding,
            self.by_hand + sign * other.by_hand,
            self.to_refund + sign * other.to_refund,
            self.to_plan + sign * other.to_plan,
            self.to_cancel + sign * other.to_cancel,
            self.withdrawn + sign * other.withdrawn,
            self.unheld + sign * other.unheld,
            _added(self.actions, other.actions, sign),
        )

    def of(self, payment_id: str) -> Actions:
        """Return the actions of one payment."""
        return next((held for held in self.actions if held.payment_id == payment_id), Actions(payment_id))

    @property
    def uncovered(self) -> int:
        """The payable value that no payment holds since it was refunded with a cancelled invoice (R38)."""
        return max(0, self.withdrawn - self.unheld)

    @property
    def settled(self) -> int:
        """The value that connectors settled of all payments."""
        return sum(held.settled for held in self.actions)


def deeds_of(operation: Operation, legs: Iterable[Leg]) -> Deeds:
    """Return the deeds of one operation with its ``legs``."""
    legs = list(legs)
    ask = operation.ask
    of_order = operation.kind in _OF_ORDERS or ask.withdrawn > 0
    is_to_plan = of_order and not operation.planned and not operation.is_concluded
    return Deeds(
        giving_up=operation.giving_up + _cancelled_with_authorisation(operation, legs),
        refunding=operation.refunding,
        by_hand=sum(leg.value for leg in legs if leg.state is LegState.MANUAL and leg.kind is not LegKind.VOID),
        to_refund=_to_refund(legs) + operation.unplanned if of_order else 0,
        to_plan=ask.reduction + max(0, ask.withdrawn - ask.request) if is_to_plan and not ask.cancel_all else 0,
        to_cancel=int(is_to_plan and ask.cancel_all),
        withdrawn=operation.refunding + (operation.refunded_before or 0) if ask.withdrawn else 0,
        unheld=ask.unheld,
        actions=_posted(legs),
    )


def deeds_of_all(operations: Sequence[Operation], legs: Sequence[Leg]) -> Deeds:
    """Return the deeds of several operations with all of their ``legs``."""
    by_operation: dict[int, list[Leg]] = defaultdict(list)
    for leg in legs:
        by_operation[leg.operation].append(leg)
    deeds = sum_of(deeds_of(operation, by_operation[operation.sequence]) for operation in operations)
    return replace(deeds, actions=_posted(legs))


def sum_of(deeds: Iterable[Deeds]) -> Deeds:
    """Add up deeds."""
    total = Deeds()
    for more in deeds:
        total = total.plus(more)
    return total


def _to_refund(legs: Iterable[Leg]) -> int:
    return sum(
        leg.value
        for leg in legs
        if leg.kind is LegKind.REFUND
        and (leg.state.is_open or leg.state.is_missing or leg.state is LegState.MANUAL)
        and not leg.counted
    )


def _cancelled_with_authorisation(operation: Operation, legs: Iterable[Leg]) -> int:
    """Return the value that an authorisation cancelled on approved payments because another one was denied."""
    if operation.kind is not OperationKind.AUTHORISE:
        return 0
    return sum(leg.value for leg in legs if leg.kind is LegKind.CANCEL)


_ACTIONS = {LegKind.SETTLE: "settled", LegKind.CANCEL: "cancelled", LegKind.REFUND: "refunded"}


def _posted(legs: Iterable[Leg]) -> tuple[Actions, ...]:
    posted = [leg for leg in legs if leg.state is LegState.POSTED and leg.kind in _ACTIONS]
    return _added((), [Actions(leg.payment_id, **{_ACTIONS[leg.kind]: leg.posted_value}) for leg in posted])


def _added(some: Sequence[Actions], more: Iterable[Actions], sign: int = 1) -> tuple[Actions, ...]:
    by_payment = {held.payment_id: held for held in some}
    for held in more:
        before = by_payment.get(held.payment_id, Actions(held.payment_id))
        by_payment[held.payment_id] = before.plus(held, sign)
    return tuple(held for _, held in sorted(by_payment.items()) if held != Actions(held.payment_id))
