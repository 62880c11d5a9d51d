"""Posts one outcome of a connector call: the changes of leg, payment, capture, remainder and timeline (A§3.8).

Amounts are minor units. ``post`` is pure: it returns the changes, which the caller writes at once.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import assert_never

from settlement.domain.connectors.connector import Connector
from settlement.domain.connectors.connector_calls import (
    Approved,
    Denied,
    Done,
    Manual,
    PaidOffline,
    Refused,
    Undecided,
    Unknown,
)
from settlement.domain.connectors.exchange import Exchange
from settlement.domain.events import EventType, Journal, Json
from settlement.domain.ledger.ledger import LedgerImbalance, Movement, MovementKind
from settlement.domain.ledger.refund_made import RefundMade
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.transaction.answers import ANSWERED, refund_made
from settlement.domain.transaction.connector_schedule import authorisation_lapses_at, auto_settle_at
from settlement.domain.transaction.leg import Leg, LegKind, LegState
from settlement.domain.transaction.movement_facts import movement_facts
from settlement.domain.transaction.operation import OperationKind
from settlement.domain.transaction.payment import Authorisation, Payment
from settlement.domain.transaction.request_ids import request_id
from settlement.domain.transaction.retries import DEFAULT_DELAY_TO_CANCEL, expiry_watch
from settlement.domain.transaction.transaction import Transaction
from settlement.domain.transaction.withholding import takes_value_off, withheld
from settlement.values import dataclass

Outcome = Approved | PaidOffline | Denied | Undecided | Done | Refused | Manual | Unknown


@dataclass(frozen=True, slots=True)
class LegContext:
    """A leg before its call, with its operation, payment, connector and transaction.

    ``noted_at`` is when the invoice was notified whose value it settles; None if it is of none,
    or a person had it retried. ``invoice`` is the number of the invoice that asked for the call, or whose
    cancellation did.
    """

    transaction: Transaction
    kind: OperationKind
    attempt: int
    leg: Leg
    payment: Payment
    connector: Connector
    noted_at: datetime | None = None
    invoice: str | None = None


@dataclass(frozen=True, slots=True)
class Posting:
    """The changes by an outcome: ``leg`` in its new state, and everything to be written with it.

    ``payment`` is None if it is unchanged. ``remainder`` is the leg for the part left undone, ``capture`` the new
    settlement, ``refund`` the refund that was made. On the settlement that the leg refunds, ``refunded`` is the value
    booked, ``released`` the value no longer in doubt.
    """

    leg: Leg
    payment: Payment | None = None
    remainder: Leg | None = None
    capture: Settlement | None = None
    refund: RefundMade | None = None
    refunded: int = 0
    released: int = 0

    @property
    def changes_its_capture(self) -> bool:
        """True if the settlement that the leg refunds changes too."""
        return bool(self.refunded or self.released) and self.leg.settlement is not None

    def capture_after(self, before: Settlement, leg: Leg) -> Settlement:
        """Return the settlement that ``leg`` refunds after this posting.

        Raises ``LedgerImbalance`` if more would be refunded than was captured.
        """
        after = replace(
            before,
            refunded=before.refunded + self.refunded,
            refund_in_doubt=before.refund_in_doubt - self.released - (self.refunded if leg.doubtful else 0),
        )
        if after.refundable < 0:
            raise LedgerImbalance(f"refunded more than settlement {before.settle_id} has: {after}")
        return after


def post(context: LegContext, leg: Leg, outcome: Outcome, journal: Journal) -> Posting:
    """Return an outcome's changes of a leg, as stored now, and record them; ``journal.at`` is the answer's time."""
    posting = _outcome_posted(_Case(context, leg, journal), outcome)
    if outcome.exchange.said_by is not None:
        posting = replace(posting, leg=replace(posting.leg, resolved_by=outcome.exchange.said_by))
    before = posting.payment or context.payment
    after = _answered(before.after(outcome.exchange), posting.leg)
    return posting if after is before else replace(posting, payment=after)


def _answered(payment: Payment, leg: Leg) -> Payment:
    """Return the payment with the call that was answered last, so that a view finds it without its calls."""
    if leg.state not in ANSWERED:
        return payment
    match leg.kind:
        case LegKind.SETTLE:
            return replace(payment, last_settlement=leg.key)
        case LegKind.REFUND if leg.state is LegState.POSTED:
            return replace(payment, last_refund=leg.key, refunded_at=leg.concluded_at)
        case LegKind.REFUND:
            return replace(payment, last_refund=leg.key)
        case _:
            return payment


def _outcome_posted(posting: "_Case", outcome: Outcome) -> Posting:
    match outcome:
        case Approved():
            return posting.approve(outcome)
        case PaidOffline():
            return posting.accept_word(outcome)
        case Denied():
            return posting.deny(outcome)
        case Undecided():
            return posting.wait(outcome)
        case Done():
            return posting.void(outcome) if posting.leg.kind is LegKind.VOID else posting.move(outcome)
        case Refused():
            return posting.refuse(outcome)
        case Manual():
            return posting.hand_over(outcome)
        case Unknown():
            return posting.doubt(outcome)
        case _:
            assert_never(outcome)


@dataclass(frozen=True, slots=True)
class _Case:
    context: LegContext
    leg: Leg
    journal: Journal

    @property
    def at(self) -> datetime:
        return self.journal.at

    @property
    def payment(self) -> Payment:
        return self.context.payment

    def approve(self, outcome: Approved) -> Posting:
        payment, connector, value = self.payment, self.context.connector, self.leg.value
        cancel_at = authorisation_lapses_at(connector, self.at)
        authorised = replace(
            payment,
            authorisation=Authorisation.APPROVED,
            authorization_id=outcome.authorization_id or payment.authorization_id,
            tid=outcome.tid or payment.tid,
            nsu=outcome.nsu or payment.nsu,
            return_code=outcome.code,
            return_message=outcome.message,
            max_value=outcome.max_value,
            authorised_at=self.at,
            auto_settle_at=auto_settle_at(connector, outcome.delay_to_auto_settle_seconds, self.at),
            cancel_at=cancel_at,
            expiry_watch_at=expiry_watch(self.at, cancel_at) if cancel_at is not None else None,
            counters=payment.counters.after(Movement(MovementKind.RAISE, payment.payment_id, value)),
        )
        self._record(EventType.PAYMENT_AUTHORISED, outcome.exchange, value=value, deltas={"authorised": value})
        return Posting(self._posted(value, outcome.authorization_id, outcome.code, outcome.message), authorised)

    def accept_word(self, outcome: PaidOffline) -> Posting:
        """Post a payment received by the merchant: it does not lapse, and no connector is called to move it."""
        payment, value = self.payment, self.leg.value
        received = replace(
            payment,
            authorisation=Authorisation.APPROVED,
            offline=True,
            tid=outcome.tid or payment.tid,
            authorised_at=self.at,
            cancel_at=None,
            counters=payment.counters.after(Movement(MovementKind.RAISE, payment.payment_id, value)),
        )
        self._record(EventType.PAYMENT_AUTHORISED, outcome.exchange, value=value, deltas={"authorised": value})
        return Posting(self._posted(value, None, None, "received by the merchant"), received)

    def deny(self, outcome: Denied | Refused) -> Posting:
        denied = replace(
            self.payment,
            authorisation=Authorisation.DENIED,
            return_code=outcome.code,
            return_message=outcome.message,
        )
        self._record(EventType.PAYMENT_DENIED, outcome.exchange, code=outcome.code)
        return Posting(self._concluded(self.leg, LegState.REFUSED, outcome.code, outcome.message), denied)

    def wait(self, outcome: Undecided) -> Posting:
        delay = outcome.delay_to_cancel_seconds
        first = self.payment.cancel_at or self.context.transaction.created_at + (
            DEFAULT_DELAY_TO_CANCEL if delay is None else timedelta(seconds=delay)
        )
        waiting = replace(
            self.payment,
            tid=outcome.tid or self.payment.tid,
            return_code=outcome.code,
            return_message=outcome.message,
            cancel_at=first,
            undecided_at=self.payment.undecided_at or self.at,
        )
        self._record(EventType.AUTHORISATION_UNDECIDED, outcome.exchange, code=outcome.code)
        return Posting(
            replace(self.leg.to(LegState.UNDECIDED), code=outcome.code, message=outcome.message),
            waiting,
        )

    def doubt(self, outcome: Unknown) -> Posting:
        self._record(EventType.CONNECTOR_CALL_UNRESOLVED, outcome.exchange, reason=outcome.reason)
        return Posting(replace(self.leg.to(LegState.UNKNOWN), message=outcome.reason))

    def void(self, outcome: Done | Manual | Refused) -> Posting:
        denied = replace(self.payment, authorisation=Authorisation.DENIED)
        self._record(EventType.PAYMENT_DENIED, outcome.exchange, code=outcome.code)
        return Posting(self._concluded(self.leg, LegState.POSTED, outcome.code, outcome.message), denied)

    def move(self, outcome: Done) -> Posting:
        """Post the value that the connector moved; the rest becomes a remainder."""
        leg, payment, value = self.leg, self.payment, outcome.value
        movement = replace(leg, value=value).movement
        if movement.from_by_hand:
            movement = replace(movement, from_by_hand=leg.value)
        moved = replace(payment, counters=payment.counters.after(movement))
        self._record(
            _POSTED[leg.kind],
            outcome.exchange,
            value=value,
            settleId=outcome.reference if leg.kind is LegKind.SETTLE else leg.settle_id,
            deltas=payment.counters.deltas(movement),
            **self._plan(),
            **self._note_to_capture(),
        )
        posted = self._posted(value, outcome.reference, outcome.code, outcome.message)
        capture = posted.capture(self.context.invoice)
        if capture is not None and capture.number <= (payment.refunded_through or ""):
            moved = replace(moved, refunded_through=None)
        is_partial = value < leg.value and leg.state not in _ENDED_BY_A_PERSON
        return Posting(
            posted,
            moved,
            remainder=self._remainder(leg.value - value) if is_partial else None,
            capture=capture,
            refund=refund_made(posted, moved.counters.captured, self.at) if leg.kind is LegKind.REFUND else None,
            refunded=value if leg.kind is LegKind.REFUND else 0,
        )

    def _plan(self) -> dict[str, Json]:
        """By what the acquirer's payout is expected; nothing of a payment that the merchant received himself."""
        if self.payment.offline:
            return {}
        return {"paymentGroup": self.payment.group, "installments": self.payment.installments}

    def _of_capture(self) -> dict[str, Json]:
        """The capture that a refund is of; nothing for any other call."""
        return {} if self.leg.settle_id is None else {"settleId": self.leg.settle_id}

    def _note_to_capture(self) -> dict[str, Json]:
        """How long the invoice waited for this capture; nothing for any other call."""
        noted_at = self.context.noted_at
        if self.leg.kind is not LegKind.SETTLE or noted_at is None:
            return {}
        return {"noteToCaptureMs": (self.at - noted_at) // _MILLISECOND}

    def _remainder(self, value: int) -> Leg:
        leg, transaction = self.leg, self.context.transaction
        return Leg(
            operation=leg.operation,
            number=leg.next_number,
            kind=leg.kind,
            payment_id=leg.payment_id,
            value=value,
            request_id=request_id(
                transaction.account, transaction.order_id, leg.request_id, leg.payment_id, leg.next_number
            ),
            of_change=leg.of_change,
            doubtful=leg.doubtful,
            counted=True if leg.counted and leg.doubtful else None,
            direct=leg.direct,
            settlement=leg.settlement,
            settle_id=leg.settle_id,
        )

    def refuse(self, outcome: Refused) -> Posting:
        match self.leg.kind:
            case LegKind.AUTHORISE:
                return self.deny(outcome)
            case LegKind.VOID:
                return self.void(outcome)
            case _:
                undone = self._undone(withholds=takes_value_off(self.context.kind))
                told = {"code": outcome.code, "deltas": undone.deltas, **self._of_capture()}
                self._record(EventType.CONNECTOR_REFUSED, outcome.exchange, **told)
                return self._without(undone, LegState.REFUSED, outcome)

    def hand_over(self, outcome: Manual) -> Posting:
        """Leave the call to a person. A cancellation is withheld all the same, so that it is never captured."""
        if self.leg.kind is LegKind.VOID:
            return self.void(outcome)
        undone = self._undone(withholds=True)
        is_refund = self.leg.kind is LegKind.REFUND
        if is_refund:
            undone = self._left_by_hand(undone)
        type_ = EventType.MANUAL_REFUND_REQUIRED if is_refund else EventType.MANUAL_CANCELLATION_REQUIRED
        told = {"value": self.leg.value, "code": outcome.code, "deltas": undone.deltas, **self._of_capture()}
        self._record(type_, outcome.exchange, **told)
        return self._without(undone, LegState.MANUAL, outcome)

    def _left_by_hand(self, undone: "_Undone") -> "_Undone":
        """Count a refund that is left to a person as given back, so that nothing else gives it back."""
        leg, before = undone.leg, undone.payment.counters
        after = before.after(replace(leg.movement, kind=MovementKind.LEAVE_BY_HAND))
        deltas = self.payment.counters.deltas_to(after)
        payment = replace(undone.payment, counters=after)
        return replace(undone, leg=replace(leg, counted=True), payment=payment, deltas=deltas)

    def _without(self, undone: "_Undone", state: LegState, outcome: Refused | Manual) -> Posting:
        leg = self._concluded(undone.leg, state, outcome.code, outcome.message)
        return Posting(leg, undone.payment, released=undone.released)

    def _undone(self, *, withholds: bool) -> "_Undone":
        """End the doubt of a call that did not happen; the value of a cancellation is withheld (R33)."""
        leg, payment = replace(self.leg, doubtful=False, counted=None), self.payment
        deltas: dict[str, int] = {}
        if self.leg.doubtful:
            movement = replace(self.leg.movement, kind=_RELEASES[leg.kind], from_doubt=0, from_withheld=0)
            deltas = payment.counters.deltas(movement)
            payment = replace(payment, counters=payment.counters.after(movement))
        if withholds:
            leg, payment, more = withheld(leg, payment)
            deltas = deltas | more
        return _Undone(leg, payment, deltas, leg.value if self.leg.doubtful else 0)

    def _posted(self, value: int, reference: str | None, code: str | None, message: str | None) -> Leg:
        posted = self._concluded(self.leg, LegState.POSTED, code, message)
        return replace(posted, posted_value=value, reference=reference, counted=None)

    def _concluded(self, leg: Leg, state: LegState, code: str | None, message: str | None) -> Leg:
        return replace(leg.to(state), code=code, message=message, concluded_at=self.at)

    def _record(self, type_: EventType, exchange: Exchange, **facts: Json) -> None:
        leg = self.leg
        call: dict[str, Json] = {
            **movement_facts(self.payment, leg.operation, self.context.invoice),
            "leg": leg.number,
            "call": leg.kind.value,
            "requestId": leg.request_id,
            "asked": leg.value,
        }
        if exchange.remarks:
            self.journal.record(EventType.ANSWER_REMARKED, leg.payment_id, **call, remarks="; ".join(exchange.remarks))
        self.journal.record(
            type_,
            leg.payment_id,
            **call,
            request=exchange.request,
            status=exchange.status,
            response=exchange.response,
            durationMs=exchange.duration_ms,
            **({} if exchange.reason is None else {"reason": exchange.reason}),
            **facts,
        )


@dataclass(frozen=True, slots=True)
class _Undone:
    """A leg that did not happen, its payment without the doubt, the deltas, and the value that was in doubt."""

    leg: Leg
    payment: Payment
    deltas: dict[str, int]
    released: int


_MILLISECOND = timedelta(milliseconds=1)
_ENDED_BY_A_PERSON = frozenset({LegState.WRITTEN_OFF, LegState.PAID_OTHERWISE})
_RELEASES = {
    LegKind.SETTLE: MovementKind.RELEASE_SETTLE,
    LegKind.CANCEL: MovementKind.RELEASE_CANCEL,
    LegKind.REFUND: MovementKind.RELEASE_REFUND,
}
_POSTED = {
    LegKind.SETTLE: EventType.PAYMENT_SETTLED,
    LegKind.CANCEL: EventType.PAYMENT_CANCELLED,
    LegKind.REFUND: EventType.PAYMENT_REFUNDED,
}
