"""Planning: which payment moves by how much for one operation, decided by a pure function.

The same function answers the HTTP side's question "can this be done at all?", on the projection, and the
workflow's "what is to be done now?", on the ledger. Amounts are minor units. Rules: contract §3.6, §8.3, §8.4,
R11 to R15, R21, R28.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from settlement.domain.capabilities import IN_PARTS, Capabilities, Capability
from settlement.domain.connector import Mode
from settlement.domain.ledger import Counters, Movement, MovementKind, total


class RefundPriority(StrEnum):
    """Which settled payment gives back first (R15)."""

    LOWEST_SETTLED = "lowest-settled"
    CARD_FIRST = "card-first"


CARD_GROUPS = frozenset({"creditCard", "debitCard"})
RAISABLE_GROUPS = CARD_GROUPS | {"promissory", "cash", "customerCredit", "customPrivate"}
"""Payment groups whose value an order change may raise (§2.3)."""


class Infeasible(Exception):
    """The payments cannot move what is asked; ``shortfall`` is the value that found no payment."""

    def __init__(self, reason: str, shortfall: int) -> None:
        super().__init__(reason)
        self.reason = reason
        self.shortfall = shortfall


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
class Ask:
    """What one operation asks of the transaction's money.

    ``reduction`` gives back value (open money first), ``increase`` raises the authorised amount, ``request`` is a
    settlement request, ``requested_through`` the sum of all requests up to and including it, ``completes`` tells
    that requests now equal the payable total, ``refund`` is a return. ``cancel_all``, and ``auto_settle`` and
    ``expire`` (payment ids) stand alone.
    """

    reduction: int = 0
    increase: int = 0
    request: int = 0
    requested_through: int = 0
    completes: bool = False
    refund: int = 0
    cancel_all: bool = False
    auto_settle: tuple[str, ...] = ()
    expire: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Policy:
    """How a transaction's payments are drawn on."""

    mode: Mode
    refund_priority: RefundPriority


class Draft:
    """A plan in the making: positions that follow each movement, so that later choices see earlier ones."""

    def __init__(self, positions: Iterable[Position]) -> None:
        self._positions = {position.payment_id: position for position in positions}
        self.movements: list[Movement] = []

    @property
    def positions(self) -> tuple[Position, ...]:
        """The positions as they are after the movements so far."""
        return tuple(self._positions.values())

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


def plan(ask: Ask, positions: Sequence[Position], policy: Policy) -> tuple[Movement, ...]:
    """Return the movements that do what ``ask`` wants, in the order they are to be made.

    Raises ``Infeasible`` when the payments cannot do it. The movements balance on the given positions, and add up
    to what is asked, less what was captured before (R28) and what the mode keeps back (§3.6).
    """
    draft = Draft(positions)
    if ask.cancel_all:
        _cancel_all(draft, policy)
    elif ask.auto_settle:
        _settle_all(draft, [position for position in positions if position.payment_id in ask.auto_settle])
    elif ask.expire:
        _expire(draft, ask, policy)
    else:
        _raise(draft, ask.increase)
        _reduce(draft, ask.reduction, policy)
        _settle(draft, ask, policy)
        _refund(draft, ask.refund, policy.refund_priority, of_change=False)
    return tuple(draft.movements)


def project(positions: Sequence[Position], movements: Iterable[Movement]) -> tuple[Position, ...]:
    """Return the positions as they will be once ``movements`` are made."""
    draft = Draft(positions)
    for movement in movements:
        draft.move(movement)
    return draft.positions


def _lowest_assigned_first(positions: Iterable[Position]) -> list[Position]:
    return sorted(positions, key=lambda position: (position.assigned, position.sequence))


def _available(position: Position) -> int:
    return position.counters.available


def _raise(draft: Draft, value: int) -> None:
    raisable = [position for position in draft.positions if position.group in RAISABLE_GROUPS]
    shortfall = draft.draw(
        MovementKind.RAISE,
        value,
        _lowest_assigned_first(raisable),
        _headroom,
    )
    if shortfall:
        raise Infeasible("the payments cannot be raised that far", shortfall)


def _headroom(position: Position) -> int:
    """Return by how much a payment may be raised: not if what is added could not be captured."""
    room = (position.max_value or 0) - position.counters.authorised
    if room <= 0:
        return 0
    raised = replace(position.counters, authorised=position.counters.authorised + room)
    return room if position.capabilities.settleable(raised, raised.available) else 0


def _reduce(draft: Draft, value: int, policy: Policy) -> None:
    rest = _give_up(draft, value, draft.positions, policy)
    _refund(draft, rest, policy.refund_priority, of_change=True)


def _give_up(draft: Draft, value: int, positions: Iterable[Position], policy: Policy) -> int:
    """Cancel or withhold up to ``value`` of what is open; return what found no payment."""
    for position in _lowest_assigned_first(positions):
        part = min(value, _available(position))
        kind = _way_of_giving_up(position, part, policy) if part else None
        if kind is not None:
            draft.move(Movement(kind, position.payment_id, part))
            value -= part
    _cancel_whole_payments(draft)
    return value


def _way_of_giving_up(position: Position, part: int, policy: Policy) -> MovementKind | None:
    """Return whether the connector is told of a part; None if the payment can then not be captured any more."""
    tells = position.capabilities.tells_cancellation(position.counters)
    only_whole = position.capabilities.settle is Capability.NONE and part < _available(position)
    if tells and (policy.mode is Mode.PARTIAL or only_whole):
        return MovementKind.CANCEL
    return None if only_whole else MovementKind.WITHHOLD


def _cancel_whole_payments(draft: Draft) -> None:
    """Tell the connector of a payment that this plan withholds whole, in one call of its whole value (§8.4)."""
    withheld_now = {made.payment_id for made in draft.movements if made.kind is MovementKind.WITHHOLD}
    for position in draft.positions:
        counters = position.counters
        if position.payment_id in withheld_now and counters.withheld == counters.authorised:
            draft.move(
                Movement(MovementKind.CANCEL, position.payment_id, counters.withheld, from_withheld=counters.withheld)
            )


def _settle(draft: Draft, ask: Ask, policy: Policy) -> None:
    match policy.mode:
        case Mode.TOTAL:
            _require_held(draft, ask)
            if ask.request:
                _settle_all(draft, draft.positions)
        case Mode.HOLD:
            _require_held(draft, ask)
            if ask.completes:
                _settle_all(draft, draft.positions)
        case Mode.PARTIAL:
            held = total(position.counters for position in draft.positions)
            missing = ask.requested_through - held.net_captured - held.in_doubt
            value = max(0, min(ask.request, missing))
            for position in _lowest_assigned_first(draft.positions):
                value -= _settle_part(draft, position, value)
            if value:
                raise Infeasible("not enough is left open to settle the request", value)


def _require_held(draft: Draft, ask: Ask) -> None:
    """Check that the payments hold all that is requested, whenever it is settled."""
    held = total(position.counters for position in draft.positions)
    open_ = sum(_capturable(position) for position in draft.positions)
    shortfall = ask.requested_through - held.net_captured - held.in_doubt - open_
    if ask.request and shortfall > 0:
        raise Infeasible("not enough is held to settle the request", shortfall)


def _capturable(position: Position) -> int:
    return position.capabilities.settleable(position.counters, _available(position))


def _settle_part(draft: Draft, position: Position, value: int) -> int:
    """Settle up to ``value`` of a payment, as much as its connector captures in one more call; return how much."""
    part = position.capabilities.settleable(position.counters, value)
    if part:
        draft.move(Movement(MovementKind.SETTLE, position.payment_id, part))
    return part


def _settle_all(draft: Draft, positions: Iterable[Position]) -> None:
    for position in _lowest_assigned_first(positions):
        _settle_part(draft, position, _available(position))


def _refund(draft: Draft, value: int, priority: RefundPriority, *, of_change: bool) -> None:
    card_first = priority is RefundPriority.CARD_FIRST
    order = sorted(
        draft.positions,
        key=lambda position: (
            card_first and position.group not in CARD_GROUPS,
            position.counters.captured,
            position.sequence,
        ),
    )
    for position in order:
        part = position.capabilities.refundable(position.counters, value)
        if part:
            draft.move(Movement(MovementKind.REFUND, position.payment_id, part, of_change=of_change))
            value -= part
    if value:
        raise Infeasible("the settled payments cannot be refunded by this value", value)


def _expire(draft: Draft, ask: Ask, policy: Policy) -> None:
    """Cancel what is open before it lapses; what Hold retains was invoiced, and is settled instead."""

    def expiring() -> list[Position]:
        return [position for position in draft.positions if position.payment_id in ask.expire]

    if policy.mode is Mode.HOLD:
        held = total(position.counters for position in draft.positions)
        retained = max(0, ask.requested_through - held.net_captured - held.in_doubt)
        for position in _lowest_assigned_first(expiring()):
            retained = max(0, retained - _settle_retained(draft, position, retained))
    _cancel_open(draft, expiring(), policy)


def _settle_retained(draft: Draft, position: Position, value: int) -> int:
    """Settle what was invoiced; with a payment that is captured only whole, all of it."""
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
