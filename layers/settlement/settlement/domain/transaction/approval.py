"""A movement that waits for the word of a second key (R37). Amounts are minor units."""

from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from settlement.domain.actor import Actor
from settlement.domain.errors import ApprovalNotFound, Forbidden, WrongStatus
from settlement.domain.events import Event, EventType, Journal, Json, approval_writer
from settlement.domain.transitions import require_transition
from settlement.values import dataclass

_ID_SEPARATOR = "."


class ApprovalKind(StrEnum):
    """The kinds of movements that can need a second key."""

    REFUND = "refund"
    CANCELLATION = "cancellation"
    RESOLUTION = "resolution"


class ApprovalAction(StrEnum):
    """What is asked for."""

    REFUND = "refunding-request"
    CANCELLATION = "cancellation-request"
    CANCEL_ORDER = "cancel-order"
    CHANGE_ORDER = "change-order"
    RETURN_INVOICE = "return-invoice"
    MODIFY_ORDER = "modify-order"
    CANCEL_INVOICE = "cancel-invoice"
    REPLACE_INVOICE = "replace-invoice"
    RESOLVE_CALL = "resolve-call"
    CONFIRM_CALL = "confirm-call"
    WRITE_OFF = "write-off"
    PAID_OTHERWISE = "paid-otherwise"


class ApprovalState(StrEnum):
    """What became of it; all but the first are final."""

    PENDING = "pending"
    EXECUTED = "executed"
    FAILED = "failed"
    REFUSED = "refused"
    EXPIRED = "expired"


_FINAL = frozenset(ApprovalState) - {ApprovalState.PENDING}

FOLLOWING_STATES: Mapping[ApprovalState, frozenset[ApprovalState]] = {
    ApprovalState.PENDING: _FINAL,
    **dict.fromkeys(_FINAL, frozenset()),
}
"""The legal state transitions of an approval."""


@dataclass(frozen=True, slots=True)
class Approval:
    """A request above its account's limit, as it was asked for, and what a second key made of it.

    ``name`` is unique within its transaction: the identity of the request, and how often that was asked for before.
    ``request`` is what the action needs, in plain values. ``moves`` is all that it would move, by kind, of which
    ``value`` is the first above its limit; items of earlier versions have only that. ``decided_because`` is the reason
    of a refusal, or why the request was no longer possible, with its ``code``. ``operation`` is what the execution has
    queued, if anything.
    """

    name: str
    transaction_id: str
    order_id: str
    kind: ApprovalKind
    action: ApprovalAction
    request: Mapping[str, Any]
    value: int
    currency: str
    asked_by: Actor
    asked_at: datetime
    expires_at: datetime
    reason: str | None = None
    state: ApprovalState = ApprovalState.PENDING
    decided_by: Actor | None = None
    decided_at: datetime | None = None
    decided_because: str | None = None
    code: str | None = None
    operation: int | None = None
    events: int = 0
    version: int = 0
    moves: Mapping[str, Any] = field(default_factory=dict)

    @property
    def moved(self) -> dict[ApprovalKind, int]:
        """What it would move, by kind, when it was asked for."""
        return {ApprovalKind(kind): value for kind, value in self.moves.items()} or {self.kind: self.value}

    @property
    def id(self) -> str:
        """Its id, unique in the account."""
        return f"{self.transaction_id}{_ID_SEPARATOR}{self.name}"

    @property
    def is_pending(self) -> bool:
        """True while it waits for a word."""
        return self.state is ApprovalState.PENDING

    @property
    def due_at(self) -> datetime | None:
        """When it expires; None once it is decided."""
        return self.expires_at if self.is_pending else None

    def is_open(self, now: datetime) -> bool:
        """True while somebody can still decide."""
        return self.is_pending and now < self.expires_at

    def require_open(self, now: datetime) -> None:
        """Raise ``WrongStatus`` if it is decided, or its time is over."""
        if not self.is_open(now):
            state = ApprovalState.EXPIRED if self.is_pending else self.state
            raise WrongStatus(f"Approval {self.id} is {state.value}: send the request again to ask anew")

    def require_other_key(self, actor: Actor) -> None:
        """Raise ``Forbidden`` for the app key that asked."""
        if actor.app_key == self.asked_by.app_key:
            raise Forbidden(f"Access denied: app key {actor.app_key} has asked for this; another one has to approve it")

    def to(self, state: ApprovalState) -> "Approval":
        """Return it in another state; raises ``IllegalTransition`` if the transition is not legal."""
        require_transition(FOLLOWING_STATES, self.state, state)
        return replace(self, state=state)

    def _journal(self, at: datetime) -> Journal:
        return Journal(
            writer=approval_writer(self.name),
            written=self.events,
            order_id=self.order_id,
            transaction_id=self.transaction_id,
            at=at,
        )

    def asked(self) -> tuple["Approval", list[Event]]:
        """Return it as it is first written, with the event of that."""
        journal = self._journal(self.asked_at)
        journal.record(EventType.APPROVAL_REQUESTED, expiresAt=self.expires_at.isoformat(), **_facts(self))
        return replace(self, events=journal.written), journal.events

    def decided(self, decision: "Decision") -> tuple["Approval", list[Event]]:
        """Return it decided, with the event of that."""
        journal = self._journal(decision.at)
        journal.record(
            EventType.APPROVAL_DECIDED,
            state=decision.state.value,
            because=decision.because,
            code=decision.code,
            operation=decision.operation,
            **_facts(self),
        )
        after = replace(
            self.to(decision.state),
            decided_by=decision.by,
            decided_at=decision.at,
            decided_because=decision.because,
            code=decision.code,
            operation=decision.operation,
            events=journal.written,
        )
        return after, journal.events


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of an approval, by whom and when; the rest is as in ``Approval``."""

    state: ApprovalState
    by: Actor
    at: datetime
    because: str | None = None
    code: str | None = None
    operation: int | None = None


def _facts(approval: Approval) -> dict[str, Json]:
    return {
        "approval": approval.id,
        "kind": approval.kind.value,
        "action": approval.action.value,
        "value": approval.value,
        "askedBy": approval.asked_by.facts,
        "reason": approval.reason,
    }


def name_of(id_: str) -> tuple[str, str]:
    """Return the transaction of an approval's id and its name there; raises ``ApprovalNotFound`` for what is none."""
    transaction_id, _, name = id_.rpartition(_ID_SEPARATOR)
    if not transaction_id or not name:
        raise ApprovalNotFound(id_)
    return transaction_id, name


@dataclass(frozen=True, slots=True)
class ApprovalLimit:
    """Above this ``value`` of a currency, movements of a kind need a second key."""

    kind: ApprovalKind
    currency: str
    value: int


@dataclass(frozen=True, slots=True)
class Exceeded:
    """A movement above its limit."""

    kind: ApprovalKind
    value: int


def exceeding(
    limits: tuple[ApprovalLimit, ...],
    currency: str,
    values: Mapping[ApprovalKind, int],
    asked: Mapping[ApprovalKind, int] | None = None,
) -> Exceeded | None:
    """Return the first of an action's movements that is above its limit, and above what was ``asked`` for if it was.

    None if it needs no second key.
    """
    asked = asked or {}
    limit = {held.kind: max(held.value, asked.get(held.kind, 0)) for held in limits if held.currency == currency}
    above = [Exceeded(kind, value) for kind, value in values.items() if kind in limit and value > limit[kind]]
    return above[0] if above else None
