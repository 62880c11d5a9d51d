"""Planning: a pure function that decides the movements of one operation over the payments.

A request applies it to the projection, to learn whether the operation is possible; the workflow applies it to the
ledger, to learn what to do now. Amounts are minor units. Rules: C§3.6, C§8.3, C§8.4, R11 to R15, R21, R28, R33, R34.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from settlement.domain.connectors.capabilities import Capability
from settlement.domain.connectors.connector import Mode
from settlement.domain.ledger.ledger import Movement, MovementKind
from settlement.domain.money import display
from settlement.domain.planning.drafting import (
    Draft,
    Infeasible,
    Policy,
    Position,
    RefundPriority,
    lowest_assigned_first,
)
from settlement.values import dataclass

CARD_GROUPS = frozenset({"creditCard", "debitCard"})
RAISABLE_GROUPS = CARD_GROUPS | {"promissory", "cash", "customerCredit", "customPrivate"}
"""Payment groups whose value an order change can raise (C§2.3)."""


@dataclass(frozen=True, slots=True)
class Untold:
    """``value`` minor units withheld on a payment, because its connector refused the cancellation or never got it."""

    payment_id: str
    value: int


@dataclass(frozen=True, slots=True)
class Ask:
    """The amounts that one operation asks for.

    ``reduction`` gives value back (open value first), ``increase`` raises the authorised value, ``request`` is a
    settlement request, ``requested_through`` the sum of all requests including it. ``completes`` is True if requests
    now equal the payable total. ``refund`` is a return, or ``direct``; ``unrequest`` is the part of a reduction that
    a return takes off earlier requests, since it is not captured yet (R46). ``withdrawn`` takes the request of a
    cancelled invoice back: what is paid for it is refunded, but for what ``request`` needs of it (R38). ``unheld`` is
    the part of a change's discount that no payment held any more. ``cancel_all``, ``auto_settle`` and ``expire``
    (payment ids) are not combined with others.

    A retry (``again``) asks for the missing value of an earlier operation, and gets the part that the current ledger
    still requires (R34): ``catch_up`` is its unsettled part of the requests, ``untold`` its withheld value.
    """

    reduction: int = 0
    increase: int = 0
    request: int = 0
    requested_through: int = 0
    completes: bool = False
    refund: int = 0
    unrequest: int = 0
    withdrawn: int = 0
    unheld: int = 0
    cancel_all: bool = False
    auto_settle: tuple[str, ...] = ()
    expire: tuple[str, ...] = ()
    again: bool = False
    catch_up: int = 0
    untold: tuple[Untold, ...] = ()
    direct: bool | None = None

    @property
    def can_refund(self) -> bool:
        """True if its plan can have refunds of one payment rather than another, by the account's priority."""
        return self.reduction > 0 or self.refund > 0 or self.withdrawn > 0

    @property
    def net_withdrawn(self) -> int:
        """The value by which it lowers the sum of all requests."""
        return 0 if self.again else max(0, self.withdrawn - self.request)


@dataclass(frozen=True, slots=True)
class Plan:
    """The movements of an operation, in the order of their execution, and the parts that no payment can do."""

    movements: tuple[Movement, ...]
    shortfalls: tuple[Infeasible, ...] = ()

    @property
    def unplanned(self) -> int:
        """The value that is not given back or raised, since no payment can do all of it."""
        return sum(infeasible.undone for infeasible in self.shortfalls if not infeasible.settling)

    @property
    def unsettled(self) -> int:
        """The value that is not settled, since no payment can do all of it."""
        return sum(infeasible.undone for infeasible in self.shortfalls if infeasible.settling)

    def failure(self, currency: str) -> str | None:
        """Return the reason, for people, why the payments cannot do all of it; None if they can."""
        reasons = [f"{short.reason} (short by {display(short.shortfall, currency)})" for short in self.shortfalls]
        return "; ".join(reasons) or None


def plan(ask: Ask, positions: Sequence[Position], policy: Policy) -> tuple[Movement, ...]:
    """Return the movements of ``ask``, in the order of their execution.

    They balance on the given positions and add up to the ask, less value captured before (R28) or kept back by the mode
    (C§3.6). Raises ``Infeasible`` if the payments cannot do it.

    An invoice of 70.00 on two payments draws on the lowest first (R14):

    >>> from settlement.domain.ledger.ledger import Counters
    >>> low = Position("P1", 1, 4000, "giftCard", Counters(authorised=4000))
    >>> high = Position("P2", 2, 6000, "creditCard", Counters(authorised=6000))
    >>> policy = Policy(Mode.PARTIAL, RefundPriority.LOWEST_SETTLED, owed=10000)
    >>> for movement in plan(Ask(request=7000, requested_through=7000), [high, low], policy):
    ...     print(movement.kind.value, movement.payment_id, movement.value)
    settle P1 4000
    settle P2 3000
    """
    made = plan_as_far_as_possible(ask, positions, policy)
    if made.shortfalls:
        raise made.shortfalls[0]
    return made.movements


def plan_as_far_as_possible(ask: Ask, positions: Sequence[Position], policy: Policy) -> Plan:
    """Return the possible part of ``ask``: each of its amounts whole or not at all.

    A reduction is the exception: it gives up all open value even if the rest cannot be refunded (R33).
    """
    draft = Draft(positions, policy)
    if ask.cancel_all:
        _cancel_all(draft, policy)
        _tell(draft, ask.untold)
    elif ask.auto_settle:
        _settle_all(draft, [position for position in positions if position.payment_id in ask.auto_settle])
    elif ask.expire:
        _expire(draft, ask, policy)
    else:
        parts: tuple[Callable[[], None], ...] = (
            lambda: _raise(draft, ask.increase),
            lambda: _tell(draft, ask.untold),
            lambda: _reduce(draft, ask, policy),
            lambda: _give_up_held_after_all(draft, ask, policy),
            lambda: _withdraw(draft, ask, policy),
            lambda: _settle(draft, ask, policy),
            lambda: _refund(draft, _still_to_refund(draft, ask), policy.refund_priority, direct=ask.direct is True),
        )
        return Plan(*_as_far_as_possible(draft, parts))
    return Plan(tuple(draft.movements))


def _as_far_as_possible(
    draft: "Draft", parts: Iterable[Callable[[], None]]
) -> tuple[tuple[Movement, ...], tuple[Infeasible, ...]]:
    shortfalls = []
    for part in parts:
        try:
            part()
        except Infeasible as infeasible:
            shortfalls.append(infeasible)
    return tuple(draft.movements), tuple(shortfalls)


def project(positions: Sequence[Position], movements: Iterable[Movement]) -> tuple[Position, ...]:
    """Return the positions after ``movements``."""
    draft = Draft(positions)
    for movement in movements:
        draft.move(movement)
    return draft.positions


def _available(position: Position) -> int:
    return position.counters.available


def _raise(draft: Draft, value: int) -> None:
    raisable = [position for position in draft.positions if position.group in RAISABLE_GROUPS]
    with draft.whole():
        shortfall = draft.draw(MovementKind.RAISE, value, lowest_assigned_first(raisable), _headroom)
        if shortfall:
            raise Infeasible("the payments cannot be raised by this value", shortfall, undone=value)


def _headroom(position: Position) -> int:
    """Return the value by which a payment can be raised: 0 if the raised value could not be captured."""
    room = (position.max_value or 0) - position.counters.authorised
    if room <= 0:
        return 0
    raised = replace(position.counters, authorised=position.counters.authorised + room)
    return room if position.capabilities.settleable(raised, raised.available) else 0


def _reduce(draft: Draft, ask: Ask, policy: Policy) -> None:
    open_part = min(ask.reduction, draft.not_owed) if ask.again else ask.reduction
    rest = ask.reduction - open_part + _give_up(draft, open_part, draft.positions, policy)
    if ask.again:
        rest = min(rest, draft.overpaid)
    _refund(draft, rest, policy.refund_priority, of_change=True)


def _give_up_held_after_all(draft: Draft, ask: Ask, policy: Policy) -> None:
    """Give up value that nobody was to hold any more, but that was not refunded with its invoice after all."""
    value = min(ask.unheld, max(0, draft.not_owed - policy.reductions_to_come))
    _give_up(draft, value, draft.positions, policy)


def _tell(draft: Draft, untold: Iterable[Untold]) -> None:
    """Cancel at the connectors the value that is still withheld from them."""
    for part in untold:
        [position] = [held for held in draft.positions if held.payment_id == part.payment_id]
        value = min(part.value, position.counters.withheld)
        if value:
            draft.move(Movement(MovementKind.CANCEL, part.payment_id, value, from_withheld=value))


def _still_to_refund(draft: Draft, ask: Ask) -> int:
    """Return the value to refund; for a retry, at most the refundable value (R34)."""
    return min(ask.refund, draft.sum.refundable) if ask.again else ask.refund


def _give_up(draft: Draft, value: int, positions: Iterable[Position], policy: Policy) -> int:
    """Cancel or withhold up to ``value`` of the open value; return the rest."""
    for position in lowest_assigned_first(positions):
        part = min(value, _available(position))
        kind = _way_of_giving_up(position, part, policy) if part else None
        if kind is not None:
            draft.move(Movement(kind, position.payment_id, part))
            value -= part
    _cancel_whole_payments(draft)
    return value


def _way_of_giving_up(position: Position, part: int, policy: Policy) -> MovementKind | None:
    """Return cancel or withhold for a part; None if the payment could then not be captured any more."""
    tells = position.capabilities.tells_cancellation(position.counters)
    only_whole = position.capabilities.settle is Capability.NONE and part < _available(position)
    if tells and (policy.mode is Mode.PARTIAL or only_whole):
        return MovementKind.CANCEL
    return None if only_whole else MovementKind.WITHHOLD


def _cancel_whole_payments(draft: Draft) -> None:
    """Cancel a payment that this plan withholds whole in one call of its whole value (C§8.4)."""
    withheld_now = {made.payment_id for made in draft.movements if made.kind is MovementKind.WITHHOLD}
    for position in draft.positions:
        counters = position.counters
        if position.payment_id in withheld_now and counters.withheld == counters.authorised:
            draft.move(
                Movement(MovementKind.CANCEL, position.payment_id, counters.withheld, from_withheld=counters.withheld)
            )


def _standing(ask: Ask, policy: Policy) -> int:
    """Return the sum of all requests, without those that an operation behind it takes back (R38)."""
    return max(0, ask.requested_through - policy.withdrawals_to_come)


def _settle(draft: Draft, ask: Ask, policy: Policy) -> None:
    requested = _standing(ask, policy)
    match policy.mode:
        case Mode.TOTAL:
            _require_held(draft, ask, requested)
            if requested and (ask.request or ask.catch_up):
                _settle_all(draft, draft.positions)
        case Mode.HOLD:
            _require_held(draft, ask, requested)
            if ask.completes and not policy.withdrawals_to_come:
                _settle_all(draft, draft.positions)
        case Mode.PARTIAL:
            whole = left = min(ask.request or ask.catch_up, draft.missing_of(requested))
            with draft.whole():
                for position in lowest_assigned_first(draft.positions):
                    left -= _settle_part(draft, position, left)
                if left:
                    text = "the open authorised value does not cover the settlement"
                    raise Infeasible(text, left, undone=whole, settling=True)


def _require_held(draft: Draft, ask: Ask, requested: int) -> None:
    """Raise ``Infeasible`` unless the payments hold the requested value, settled now or later."""
    open_ = sum(_capturable(position) for position in draft.positions)
    shortfall = draft.missing_of(requested) - open_
    if (ask.request or ask.catch_up) and shortfall > 0:
        raise Infeasible("the payments do not cover the settlement", shortfall, settling=True)


def _capturable(position: Position) -> int:
    return position.capabilities.settleable(position.counters, _available(position))


def _settle_part(draft: Draft, position: Position, value: int) -> int:
    """Settle up to ``value`` of a payment, as far as one more call can; return the settled value."""
    part = position.capabilities.settleable(position.counters, min(value, draft.owed_of(position)))
    if part:
        draft.move(Movement(MovementKind.SETTLE, position.payment_id, part))
    return part


def _settle_all(draft: Draft, positions: Iterable[Position]) -> None:
    for position in lowest_assigned_first(positions):
        _settle_part(draft, position, _available(position))


def _refund(
    draft: Draft, value: int, priority: RefundPriority, *, of_change: bool = False, direct: bool = False
) -> None:
    card_first = priority is RefundPriority.CARD_FIRST
    order = sorted(
        draft.positions,
        key=lambda position: (
            card_first and position.group not in CARD_GROUPS,
            position.counters.captured,
            position.sequence,
        ),
    )
    left = value
    with draft.whole():
        for position in order:
            part = position.capabilities.refundable(position.counters, left)
            if part:
                draft.move(Movement(MovementKind.REFUND, position.payment_id, part, of_change=of_change, direct=direct))
                left -= part
        if left:
            raise Infeasible("the settled payments cannot be refunded by this value", left, undone=value)


def _withdraw(draft: Draft, ask: Ask, policy: Policy) -> None:
    """Refund what is paid for a request that is taken back, up to what is paid beyond the requests that stand.

    What may have been captured for it, nobody knows yet, is refunded once that is known. What a correction captures
    itself is not refunded with it. What direct requests have refunded counts first, as refunded for it.
    """
    if not ask.withdrawn:
        return
    value, beyond = max(0, ask.withdrawn - ask.request), draft.sum.paid - _standing(ask, policy)
    paid = min(value, max(0, beyond))
    unknown = min(value, max(0, beyond + draft.sum.in_doubt)) - paid
    paid = draft.draw(
        MovementKind.COUNT_REFUND, paid, draft.positions, lambda position: position.counters.direct_refunded
    )
    _refund(draft, paid, policy.refund_priority, of_change=True)
    if unknown:
        raise Infeasible("it is not known what was settled", unknown)


def _expire(draft: Draft, ask: Ask, policy: Policy) -> None:
    """Cancel open value before it lapses; settle the invoiced value that Hold retains."""

    def expiring() -> list[Position]:
        return [position for position in draft.positions if position.payment_id in ask.expire]

    if policy.mode is Mode.HOLD:
        retained = draft.missing_of(_standing(ask, policy))
        for position in lowest_assigned_first(expiring()):
            retained = max(0, retained - _settle_retained(draft, position, retained))
    _cancel_open(draft, expiring(), policy)


def _settle_retained(draft: Draft, position: Position, value: int) -> int:
    """Settle the invoiced value, or the whole payment if it is captured only whole; return the settled value."""
    if not value:
        return 0
    return _settle_part(draft, position, value) or _settle_part(draft, position, _available(position))


def _cancel_open(draft: Draft, positions: Iterable[Position], policy: Policy) -> None:
    _give_up(draft, sum(_available(position) for position in positions), positions, policy)


def _cancel_all(draft: Draft, policy: Policy) -> None:
    _cancel_open(draft, draft.positions, policy)
    for position in draft.positions:
        refundable = position.counters.refundable
        draft.draw(MovementKind.REFUND, refundable, [position], lambda held: held.counters.refundable)
