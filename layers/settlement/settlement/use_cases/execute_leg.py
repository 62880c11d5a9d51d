"""The workflow's middle step: one connector call, and the posting of what it brought (§3.6 to §3.8)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import assert_never

from settlement.domain.connector import (
    Approved,
    Authorise,
    Cancel,
    CartItem,
    Connector,
    ConnectorClient,
    Denied,
    Done,
    Exchange,
    Manual,
    PaymentReference,
    Refund,
    Refused,
    Settle,
    Undecided,
    Unknown,
)
from settlement.domain.events import EventType, Journal, Json
from settlement.domain.ledger import Movement, MovementKind
from settlement.domain.order import Order
from settlement.domain.retries import (
    DEFAULT_DELAY_TO_AUTO_SETTLE,
    DEFAULT_DELAY_TO_CANCEL,
    NO_CALL_AFTER,
    expiry_watch,
)
from settlement.domain.transaction import (
    MOVEMENT_OF,
    Authorisation,
    Leg,
    LegKind,
    LegState,
    Payment,
    Settlement,
    Transaction,
    request_id,
)
from settlement.use_cases.contention import decide_until_written
from settlement.use_cases.ports import Changed, Commit, Ports

Outcome = Approved | Denied | Undecided | Done | Refused | Manual | Unknown

DEFERRED = "deferred"


class ConnectorUnresolved(Exception):
    """Nobody knows whether the call had an effect: worth another try at once."""


@dataclass(frozen=True, slots=True)
class Call:
    """Which leg to execute, in which attempt of its operation, by an execution started when."""

    account: str
    transaction_id: str
    operation: int
    leg: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class _Setting:
    """What is read before the call."""

    transaction: Transaction
    attempt: int
    leg: Leg
    payment: Payment
    connector: Connector


def execute_leg(ports: Ports, client: ConnectorClient, call: Call, callback_base: str) -> str:
    """Make the leg's connector call and post its outcome; return the leg's state, or ``deferred``.

    A leg that is final already is not called again. Raises ``ConnectorUnresolved`` when the outcome is unknown: the
    same call, under the same request id, is the inquiry.
    """
    if ports.now() - call.started_at > NO_CALL_AFTER:
        return DEFERRED
    setting = _read(ports, call)
    if not setting.leg.state.is_open:
        return setting.leg.state.value
    outcome = _ask(ports, client, setting, callback_base)
    leg = decide_until_written(ports, lambda: _post(ports, call, setting, outcome))
    if leg.state is LegState.UNKNOWN:
        raise ConnectorUnresolved(leg.message)
    return leg.state.value


def _read(ports: Ports, call: Call) -> _Setting:
    store = ports.store
    transaction = store.transaction(call.account, call.transaction_id)
    operation = store.operation(call.account, call.transaction_id, call.operation)
    leg = store.leg(call.account, call.transaction_id, call.operation, call.leg)
    if transaction is None or operation is None or leg is None:
        raise LookupError(f"no leg {call.leg} of operation {call.operation} on transaction {call.transaction_id}")
    payment = _payment(ports, call, leg)
    connector = store.connector(call.account, payment.connector)
    if connector is None:
        raise LookupError(f"connector {payment.connector} is not configured any more")
    return _Setting(transaction, operation.attempts, leg, payment, connector)


def _payment(ports: Ports, call: Call, leg: Leg) -> Payment:
    payment = ports.store.payment(call.account, call.transaction_id, leg.payment_id)
    if payment is None:
        raise LookupError(f"no payment {leg.payment_id} on transaction {call.transaction_id}")
    return payment


def _ask(ports: Ports, client: ConnectorClient, setting: _Setting, callback_base: str) -> Outcome:
    leg, payment = setting.leg, setting.payment
    reference = PaymentReference(
        setting.transaction.transaction_id,
        payment.payment_id,
        setting.transaction.currency,
        payment.authorization_id,
        payment.tid,
        payment.nsu,
    )
    match leg.kind:
        case LegKind.AUTHORISE:
            return client.authorise(setting.connector, _authorise_request(ports, setting, callback_base))
        case LegKind.SETTLE:
            return client.settle(setting.connector, Settle(reference, leg.request_id, leg.value))
        case LegKind.CANCEL | LegKind.VOID:
            return client.cancel(setting.connector, Cancel(reference, leg.request_id, leg.value))
        case LegKind.REFUND:
            settle_id = leg.settle_id or ""
            return client.refund(setting.connector, Refund(reference, leg.request_id, settle_id, leg.value))
        case _:
            assert_never(leg.kind)


def _authorise_request(ports: Ports, setting: _Setting, callback_base: str) -> Authorise:
    transaction, payment = setting.transaction, setting.payment
    order = ports.store.order(transaction.account, transaction.order_id)
    if order is None:
        raise LookupError(f"no order {transaction.order_id}")
    return Authorise(
        transaction_id=transaction.transaction_id,
        payment_id=payment.payment_id,
        order_id=order.order_id,
        order_group=order.order_group,
        merchant_name=ports.store.settings(transaction.account).merchant_name,
        payment_method=payment.payment_system_name,
        value=payment.assigned,
        reference_value=payment.assigned,
        currency=transaction.currency,
        installments=payment.installments,
        card=payment.card,
        items=tuple(
            CartItem(line.id, line.name, line.selling_price, line.quantity)
            for line in ports.store.lines(transaction.account, order.order_id)
        ),
        shipping_value=_total(order, "Shipping"),
        tax_value=_total(order, "Tax"),
        callback_url=(
            f"{callback_base}/api/pvt/payment-provider/transactions/{transaction.transaction_id}"
            f"/payments/{payment.payment_id}/callback?accountName={transaction.account}&X-VTEX-signature={payment.signature}"
        ),
    )


def _total(order: Order, id_: str) -> int:
    return sum(part.value for part in order.totals if part.id == id_)


def _post(ports: Ports, call: Call, setting: _Setting, outcome: Outcome) -> Leg:
    """Write down what came back: a positive answer whatever was recorded meanwhile, any other only in turn."""
    leg = ports.store.leg(call.account, call.transaction_id, call.operation, call.leg)
    if leg is None or leg.state is LegState.POSTED:
        return leg or setting.leg
    if leg.attempts != setting.leg.attempts:
        if not isinstance(outcome, Done | Approved):
            return leg
        setting = replace(setting, payment=_payment(ports, call, leg))
    now = ports.now()
    journal = Journal(
        writer=f"leg-{leg.operation:06d}-{leg.number}",
        written=leg.events,
        order_id=setting.transaction.order_id,
        transaction_id=call.transaction_id,
        at=now,
    )
    posting = _Posting(setting, leg, journal, now)
    after = replace(posting.leg_after(outcome), attempts=leg.attempts + 1, tried_in=setting.attempt)
    commit = Commit(
        call.account,
        setting.transaction.order_id,
        call.transaction_id,
        payments=posting.payments,
        new_legs=posting.new_legs,
        new_settlements=posting.new_settlements,
        settlements=posting.refunded_settlements(ports),
        events=journal.events,
    )
    after = replace(after, events=journal.written)
    ports.store.commit(replace(commit, legs=[Changed(leg, after)]))
    return after


class _Posting:
    """What one outcome writes besides its leg."""

    def __init__(self, setting: _Setting, leg: Leg, journal: Journal, now: datetime) -> None:
        self._setting = setting
        self._leg = leg
        self._journal = journal
        self._now = now
        self._refunded = 0
        self.payments: list[Changed[Payment]] = []
        self.new_legs: list[Leg] = []
        self.new_settlements: list[Settlement] = []

    def leg_after(self, outcome: Outcome) -> Leg:
        """Return the leg as the outcome leaves it, collecting what has to be written with it."""
        match outcome:
            case Approved():
                return self._approve(outcome)
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
        """Return the settlement that a refund was booked against."""
        leg = self._leg
        if not self._refunded or leg.settlement is None:
            return []
        transaction = self._setting.transaction
        settlement = ports.store.settlement(
            transaction.account, transaction.transaction_id, leg.payment_id, leg.settlement
        )
        if settlement is None:
            raise LookupError(f"no settlement {leg.settlement} of payment {leg.payment_id}")
        doubt = self._refunded if leg.state is LegState.IN_DOUBT else 0
        after = replace(
            settlement,
            refunded=settlement.refunded + self._refunded,
            refund_in_doubt=settlement.refund_in_doubt - doubt,
        )
        return [Changed(settlement, after)]

    def _approve(self, outcome: Approved) -> Leg:
        payment, value = self._setting.payment, self._leg.value
        movement = Movement(MovementKind.RAISE, payment.payment_id, value)
        auto_settle = outcome.delay_to_auto_settle_seconds
        delay = DEFAULT_DELAY_TO_AUTO_SETTLE if auto_settle is None else timedelta(seconds=auto_settle)
        cancel = outcome.delay_to_cancel_seconds
        cancel_at = payment.cancel_at if cancel is None else self._now + timedelta(seconds=cancel)
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
            auto_settle_at=self._now + delay,
            cancel_at=cancel_at,
            expiry_watch_at=expiry_watch(self._now, cancel_at) if cancel_at is not None else None,
            counters=payment.counters.after(movement),
        )
        self.payments.append(Changed(payment, authorised))
        self._record(EventType.PAYMENT_AUTHORISED, outcome.exchange, value=value, deltas={"authorised": value})
        return self._posted(value, outcome.authorization_id, outcome.code, outcome.message)

    def _deny(self, outcome: Denied | Refused) -> Leg:
        denied = replace(
            self._setting.payment,
            authorisation=Authorisation.DENIED,
            return_code=outcome.code,
            return_message=outcome.message,
        )
        self.payments.append(Changed(self._setting.payment, denied))
        self._record(EventType.PAYMENT_DENIED, outcome.exchange, code=outcome.code)
        return self._concluded(LegState.REFUSED, outcome.code, outcome.message)

    def _wait(self, outcome: Undecided) -> Leg:
        payment = self._setting.payment
        delay = outcome.delay_to_cancel_seconds
        first = payment.cancel_at or self._setting.transaction.created_at + (
            DEFAULT_DELAY_TO_CANCEL if delay is None else timedelta(seconds=delay)
        )
        waiting = replace(payment, tid=outcome.tid, payment_url=outcome.payment_url, cancel_at=first)
        self.payments.append(Changed(payment, waiting))
        self._record(EventType.AUTHORISATION_UNDECIDED, outcome.exchange, code=outcome.code)
        return replace(self._leg, state=LegState.UNDECIDED, code=outcome.code, message=outcome.message)

    def _void(self, outcome: Done | Manual | Refused) -> Leg:
        denied = replace(self._setting.payment, authorisation=Authorisation.DENIED)
        self.payments.append(Changed(self._setting.payment, denied))
        self._record(EventType.PAYMENT_DENIED, outcome.exchange, code=outcome.code)
        return self._concluded(LegState.POSTED, outcome.code, outcome.message)

    def _move(self, outcome: Done) -> Leg:
        """Post what the connector moved; what it left undone becomes a leg of its own."""
        leg, payment, value = self._leg, self._setting.payment, outcome.value
        movement = Movement(
            MOVEMENT_OF[leg.kind],
            leg.payment_id,
            value,
            from_withheld=leg.from_withheld,
            from_doubt=value if leg.state is LegState.IN_DOUBT and not leg.from_withheld else 0,
            of_change=leg.of_change,
        )
        self.payments.append(Changed(payment, replace(payment, counters=payment.counters.after(movement))))
        self._record(
            _POSTED[leg.kind],
            outcome.exchange,
            value=value,
            settleId=outcome.reference if leg.kind is LegKind.SETTLE else leg.settle_id,
            deltas=_deltas(payment, movement),
        )
        if leg.kind is LegKind.SETTLE:
            number = f"{leg.operation:06d}-{leg.number}"
            self.new_settlements.append(Settlement(leg.payment_id, number, outcome.reference, value))
        if leg.kind is LegKind.REFUND:
            self._refunded = value
        if value < leg.value:
            self.new_legs.append(self._remainder(leg.value - value))
        return self._posted(value, outcome.reference, outcome.code, outcome.message)

    def _remainder(self, value: int) -> Leg:
        leg, transaction = self._leg, self._setting.transaction
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
                self._record(EventType.CONNECTOR_REFUSED, outcome.exchange, code=outcome.code)
                return self._concluded(LegState.REFUSED, outcome.code, outcome.message)

    def _hand_over(self, outcome: Manual) -> Leg:
        """A person has to do it. A cancellation counts as given up all the same: it must never be captured."""
        leg, payment = self._leg, self._setting.payment
        if leg.kind is LegKind.VOID:
            return self._void(outcome)
        if leg.kind is LegKind.CANCEL:
            if not leg.from_withheld:
                movement = Movement(MovementKind.WITHHOLD, leg.payment_id, leg.value)
                withheld = replace(payment, counters=payment.counters.after(movement))
                self.payments.append(Changed(payment, withheld))
                self._journal.record(
                    EventType.VALUE_WITHHELD, leg.payment_id, value=leg.value, deltas={"withheld": leg.value}
                )
            type_ = EventType.MANUAL_CANCELLATION_REQUIRED
        else:
            type_ = EventType.MANUAL_REFUND_REQUIRED
        self._record(type_, outcome.exchange, value=leg.value, code=outcome.code)
        by_hand = self._concluded(LegState.MANUAL, outcome.code, outcome.message)
        return replace(by_hand, from_withheld=leg.value) if leg.kind is LegKind.CANCEL else by_hand

    def _posted(self, value: int, reference: str | None, code: str | None, message: str | None) -> Leg:
        return replace(self._concluded(LegState.POSTED, code, message), posted_value=value, reference=reference)

    def _concluded(self, state: LegState, code: str | None, message: str | None) -> Leg:
        return replace(self._leg, state=state, code=code, message=message, concluded_at=self._now)

    def _record(self, type_: EventType, exchange: Exchange, **facts: Json) -> None:
        leg = self._leg
        self._journal.record(
            type_,
            leg.payment_id,
            operation=leg.operation,
            leg=leg.number,
            call=leg.kind.value,
            requestId=leg.request_id,
            asked=leg.value,
            request=exchange.request,
            status=exchange.status,
            response=exchange.response,
            durationMs=exchange.duration_ms,
            **facts,
        )


_POSTED = {
    LegKind.SETTLE: EventType.PAYMENT_SETTLED,
    LegKind.CANCEL: EventType.PAYMENT_CANCELLED,
    LegKind.REFUND: EventType.PAYMENT_REFUNDED,
}


def _deltas(payment: Payment, movement: Movement) -> dict[str, int]:
    """Return by how much a movement changes each counter: folding these over the events gives the ledger."""
    before, after = payment.counters, payment.counters.after(movement)
    changes = {name: getattr(after, name) - getattr(before, name) for name in after.__slots__}
    return {name: change for name, change in changes.items() if change}
