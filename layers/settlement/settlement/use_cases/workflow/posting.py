"""What one outcome of a connector call writes: ledger, settlement, remainder and timeline, with its leg (A§3.8)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from settlement.domain.connectors.connector import Connector
from settlement.domain.connectors.connector_calls import (
    Approved,
    Denied,
    Done,
    Exchange,
    Manual,
    PaidOffline,
    Refused,
    Undecided,
    Unknown,
)
from settlement.domain.events import EventType, Journal, Json
from settlement.domain.ledger.ledger import LedgerImbalance, Movement, MovementKind
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.transaction.connector_schedule import authorisation_lapses_at, auto_settle_at
from settlement.domain.transaction.request_ids import request_id
from settlement.domain.transaction.retries import DEFAULT_DELAY_TO_CANCEL, expiry_watch
from settlement.domain.transaction.transaction import (
    Authorisation,
    Leg,
    LegKind,
    LegState,
    OperationKind,
    Payment,
    Transaction,
)
from settlement.domain.transaction.withholding import takes_value_off, withheld
from settlement.use_cases.shared.ports import Changed, Ports

Outcome = Approved | PaidOffline | Denied | Undecided | Done | Refused | Manual | Unknown


@dataclass(frozen=True, slots=True)
class LegContext:
    """What is known of a leg before its call, and of the operation that it belongs to."""

    transaction: Transaction
    kind: OperationKind
    attempt: int
    leg: Leg
    payment: Payment
    connector: Connector


class Posting:
    """What one outcome writes besides its leg."""

    def __init__(self, context: LegContext, leg: Leg, journal: Journal, now: datetime) -> None:
        self._context = context
        self._leg = leg
        self._journal = journal
        self._now = now
        self._refunded = 0
        self._released = 0
        self.payments: list[Changed[Payment]] = []
        self.new_legs: list[Leg] = []
        self.new_settlements: list[Settlement] = []

    def leg_after(self, outcome: Outcome) -> Leg:
        """Return the leg as the outcome leaves it, collecting what has to be written with it."""
        match outcome:
            case Approved():
                return self._approve(outcome)
            case PaidOffline():
                return self._accept_word(outcome)
            case Denied():
                return self._deny(outcome)
            case Undecided():
                return self._wait(outcome)
            case Done():
                return self._void(outcome) if self._leg.kind is LegKind.VOID else self._move(outcome)
            case Refused():
                return self._refuse(outcome)
            case Manual():
                return self._hand_over(outcome)
            case Unknown():
                self._record(EventType.CONNECTOR_CALL_UNRESOLVED, outcome.exchange, reason=outcome.reason)
                return replace(self._leg, state=LegState.UNKNOWN, message=outcome.reason)
            case _:
                assert_never(outcome)

    def refunded_settlements(self, ports: Ports) -> list[Changed[Settlement]]:
        """Return the settlement that a refund was booked against, or that is no longer in doubt."""
        leg = self._leg
        if not (self._refunded or self._released) or leg.settlement is None:
            return []
        transaction = self._context.transaction
        settlement = ports.store.settlement(
            transaction.account, transaction.transaction_id, leg.payment_id, leg.settlement
        )
        if settlement is None:
            raise LookupError(f"no settlement {leg.settlement} of payment {leg.payment_id}")
        after = replace(
            settlement,
            refunded=settlement.refunded + self._refunded,
            refund_in_doubt=settlement.refund_in_doubt - self._released - (self._refunded if leg.doubtful else 0),
        )
        if after.refundable < 0:
            raise LedgerImbalance(f"refunded more than settlement {settlement.settle_id} has: {after}")
        return [Changed(settlement, after)]

    def _approve(self, outcome: Approved) -> Leg:
        payment, value = self._context.payment, self._leg.value
        movement = Movement(MovementKind.RAISE, payment.payment_id, value)
        cancel_at = authorisation_lapses_at(self._context.connector, self._now)
        authorised = replace(
            payment,
            authorisation=Authorisation.APPROVED,
            authorization_id=outcome.authorization_id,
            tid=outcome.tid,
            nsu=outcome.nsu,
            return_code=outcome.code,
            return_message=outcome.message,
            max_value=outcome.max_value,
            authorised_at=self._now,
            auto_settle_at=auto_settle_at(self._context.connector, outcome.delay_to_auto_settle_seconds, self._now),
            cancel_at=cancel_at,
            expiry_watch_at=expiry_watch(self._now, cancel_at) if cancel_at is not None else None,
            counters=payment.counters.after(movement),
        )
        self.payments.append(Changed(payment, authorised))
        self._record(EventType.PAYMENT_AUTHORISED, outcome.exchange, value=value, deltas={"authorised": value})
        return self._posted(value, outcome.authorization_id, outcome.code, outcome.message)

    def _accept_word(self, outcome: PaidOffline) -> Leg:
        """The money is there by the merchant's word: it does not lapse, and no connector is asked to move it."""
        payment, value = self._context.payment, self._leg.value
        movement = Movement(MovementKind.RAISE, payment.payment_id, value)
        received = replace(
            payment,
            authorisation=Authorisation.APPROVED,
            offline=True,
            tid=outcome.tid,
            authorised_at=self._now,
            cancel_at=None,
            counters=payment.counters.after(movement),
        )
        self.payments.append(Changed(payment, received))
        self._record(EventType.PAYMENT_AUTHORISED, outcome.exchange, value=value, deltas={"authorised": value})
        return self._posted(value, None, None, "received by the merchant")

    def _deny(self, outcome: Denied | Refused) -> Leg:
        denied = replace(
            self._context.payment,
            authorisation=Authorisation.DENIED,
            return_code=outcome.code,
            return_message=outcome.message,
        )
        self.payments.append(Changed(self._context.payment, denied))
        self._record(EventType.PAYMENT_DENIED, outcome.exchange, code=outcome.code)
        return self._concluded(LegState.REFUSED, outcome.code, outcome.message)

    def _wait(self, outcome: Undecided) -> Leg:
        payment = self._context.payment
        delay = outcome.delay_to_cancel_seconds
        first = payment.cancel_at or self._context.transaction.created_at + (
            DEFAULT_DELAY_TO_CANCEL if delay is None else timedelta(seconds=delay)
        )
        waiting = replace(payment, tid=outcome.tid, payment_url=outcome.payment_url, cancel_at=first)
        self.payments.append(Changed(payment, waiting))
        self._record(EventType.AUTHORISATION_UNDECIDED, outcome.exchange, code=outcome.code)
        return replace(self._leg, state=LegState.UNDECIDED, code=outcome.code, message=outcome.message)

    def _void(self, outcome: Done | Manual | Refused) -> Leg:
        denied = replace(self._context.payment, authorisation=Authorisation.DENIED)
        self.payments.append(Changed(self._context.payment, denied))
        self._record(EventType.PAYMENT_DENIED, outcome.exchange, code=outcome.code)
        return self._concluded(LegState.POSTED, outcome.code, outcome.message)

    def _move(self, outcome: Done) -> Leg:
        """Post what the connector moved; what it left undone becomes a leg of its own."""
        leg, payment, value = self._leg, self._context.payment, outcome.value
        movement = replace(leg, value=value).movement
        moved = replace(payment, counters=payment.counters.after(movement))
        self._record(
            _POSTED[leg.kind],
            outcome.exchange,
            value=value,
            settleId=outcome.reference if leg.kind is LegKind.SETTLE else leg.settle_id,
            deltas=payment.counters.deltas(movement),
        )
        if leg.kind is LegKind.SETTLE:
            number = f"{leg.operation:06d}-{leg.number}"
            settlement = Settlement(leg.payment_id, number, outcome.reference, value, settled_at=self._now)
            self.new_settlements.append(settlement)
            if number <= (payment.refunded_through or ""):
                moved = replace(moved, refunded_through=None)
        self.payments.append(Changed(payment, moved))
        if leg.kind is LegKind.REFUND:
            self._refunded = value
        if value < leg.value and leg.state not in _ENDED_BY_A_PERSON:
            self.new_legs.append(self._remainder(leg.value - value))
        return self._posted(value, outcome.reference, outcome.code, outcome.message)

    def _remainder(self, value: int) -> Leg:
        leg, transaction = self._leg, self._context.transaction
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
            settlement=leg.settlement,
            settle_id=leg.settle_id,
        )

    def _refuse(self, outcome: Refused) -> Leg:
        match self._leg.kind:
            case LegKind.AUTHORISE:
                return self._deny(outcome)
            case LegKind.VOID:
                return self._void(outcome)
            case _:
                leg, payment, deltas = self._not_done(withholds=takes_value_off(self._context.kind))
                self._record(EventType.CONNECTOR_REFUSED, outcome.exchange, code=outcome.code, deltas=deltas)
                self.payments.append(Changed(self._context.payment, payment))
                return self._concluded(LegState.REFUSED, outcome.code, outcome.message, leg)

    def _not_done(self, *, withholds: bool) -> tuple[Leg, Payment, dict[str, int]]:
        """Return the leg, its payment and the deltas now that it did not happen: nothing of it is in doubt, and a
        cancelled value is withheld (R33).
        """
        payment, deltas = self._release()
        leg = replace(self._leg, doubtful=False)
        if not withholds:
            return leg, payment, deltas
        leg, payment, more = withheld(leg, payment)
        return leg, payment, deltas | more

    def _release(self) -> tuple[Payment, dict[str, int]]:
        """What was in doubt did not happen: return the payment without the doubt, and the deltas."""
        leg, payment = self._leg, self._context.payment
        if not leg.doubtful:
            return payment, {}
        movement = Movement(_RELEASES[leg.kind], leg.payment_id, leg.value)
        self._released = leg.value
        return replace(payment, counters=payment.counters.after(movement)), payment.counters.deltas(movement)

    def _hand_over(self, outcome: Manual) -> Leg:
        """A person has to do it. A cancellation counts as given up all the same: it must never be captured."""
        if self._leg.kind is LegKind.VOID:
            return self._void(outcome)
        leg, payment, deltas = self._not_done(withholds=True)
        is_refund = leg.kind is LegKind.REFUND
        type_ = EventType.MANUAL_REFUND_REQUIRED if is_refund else EventType.MANUAL_CANCELLATION_REQUIRED
        self.payments.append(Changed(self._context.payment, payment))
        self._record(type_, outcome.exchange, value=leg.value, code=outcome.code, deltas=deltas)
        return self._concluded(LegState.MANUAL, outcome.code, outcome.message, leg)

    def _posted(self, value: int, reference: str | None, code: str | None, message: str | None) -> Leg:
        return replace(self._concluded(LegState.POSTED, code, message), posted_value=value, reference=reference)

    def _concluded(self, state: LegState, code: str | None, message: str | None, leg: Leg | None = None) -> Leg:
        return replace(leg or self._leg, state=state, code=code, message=message, concluded_at=self._now)

    def _record(self, type_: EventType, exchange: Exchange, **facts: Json) -> None:
        leg = self._leg
        call: dict[str, Json] = {
            "operation": leg.operation,
            "leg": leg.number,
            "call": leg.kind.value,
            "requestId": leg.request_id,
            "asked": leg.value,
        }
        if exchange.remarks:
            self._journal.record(EventType.ANSWER_REMARKED, leg.payment_id, **call, remarks="; ".join(exchange.remarks))
        self._journal.record(
            type_,
            leg.payment_id,
            **call,
            request=exchange.request,
            status=exchange.status,
            response=exchange.response,
            durationMs=exchange.duration_ms,
            **facts,
        )


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
