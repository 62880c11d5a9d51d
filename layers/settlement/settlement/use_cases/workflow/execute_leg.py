"""The workflow's middle step: one connector call, and the posting of what it brought (A§3.6 to A§3.8)."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import assert_never

from settlement.domain.connectors.connector import CartItem
from settlement.domain.connectors.connector_calls import (
    Approved,
    Authorise,
    Cancel,
    ConnectorClient,
    Done,
    PaidOffline,
    Refund,
    Settle,
)
from settlement.domain.events import Journal, leg_writer
from settlement.domain.order.order import Order
from settlement.domain.transaction.retries import NO_CALL_AFTER
from settlement.domain.transaction.transaction import (
    MOVEMENT_OF,
    Leg,
    LegKind,
    LegState,
    Operation,
    Payment,
    Transaction,
)
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.payment_reference import payment_reference
from settlement.use_cases.shared.ports import Changed, Commit, Conflict, Ports
from settlement.use_cases.workflow.call_gate import claim_call, outcome_of_closed_window
from settlement.use_cases.workflow.offline_payment import done_offline, paid_offline
from settlement.use_cases.workflow.posting import Outcome, Posting, Setting
from settlement.use_cases.workflow.resolve_doubt import resolve_doubt

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


def execute_leg(ports: Ports, client: ConnectorClient, call: Call, callback_base: str) -> str:
    """Make the leg's connector call and post its outcome; return the leg's state, or ``deferred``.

    A leg that is final already is not called again; one that comes too soon after the last call about its payment is
    deferred, one whose window is over is concluded without a call. Raises ``ConnectorUnresolved`` when the outcome is
    unknown: the same call, under the same request id, is the inquiry.
    """
    if ports.now() - call.started_at > NO_CALL_AFTER:
        return DEFERRED
    setting = read_setting(ports, call)
    if not setting.leg.state.is_open:
        return setting.leg.state.value
    if setting.payment.offline and setting.leg.kind in MOVEMENT_OF:
        return _posted(ports, call, setting, done_offline(setting.leg))
    outcome: Outcome | None = outcome_of_closed_window(ports, setting)
    if outcome is None:
        if not claim_call(ports, setting):
            return DEFERRED
        outcome = _ask(ports, client, setting, callback_base)
    return _posted(ports, call, setting, outcome)


def _posted(ports: Ports, call: Call, setting: Setting, outcome: Outcome) -> str:
    leg = decide_until_written(ports, lambda: post_outcome(ports, call, setting, outcome))
    if leg.state is LegState.UNKNOWN:
        raise ConnectorUnresolved(leg.message)
    return leg.state.value


def read_setting(ports: Ports, call: Call) -> Setting:
    """Read what a call needs to know."""
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
    return Setting(transaction, operation.kind, operation.attempts, leg, payment, connector)


def _payment(ports: Ports, call: Call, leg: Leg) -> Payment:
    payment = ports.store.payment(call.account, call.transaction_id, leg.payment_id)
    if payment is None:
        raise LookupError(f"no payment {leg.payment_id} on transaction {call.transaction_id}")
    return payment


def _ask(ports: Ports, client: ConnectorClient, setting: Setting, callback_base: str) -> Outcome:
    transaction, leg, payment = setting.transaction, setting.leg, setting.payment
    match leg.kind:
        case LegKind.AUTHORISE:
            outcome = client.authorise(setting.connector, _authorise_request(ports, setting, callback_base))
            return paid_offline(outcome) if payment.paid_at is not None else outcome
        case LegKind.SETTLE:
            settle = Settle(payment_reference(ports, transaction, payment), leg.request_id, leg.value)
            return client.settle(setting.connector, settle)
        case LegKind.CANCEL | LegKind.VOID:
            cancel = Cancel(payment_reference(ports, transaction, payment), leg.request_id, leg.value)
            return client.cancel(setting.connector, cancel)
        case LegKind.REFUND:
            settle_id = leg.settle_id or ""
            refund = Refund(payment_reference(ports, transaction, payment), leg.request_id, settle_id, leg.value)
            return client.refund(setting.connector, refund)
        case _:
            assert_never(leg.kind)


def _authorise_request(ports: Ports, setting: Setting, callback_base: str) -> Authorise:
    transaction, payment = setting.transaction, setting.payment
    order = ports.store.order(transaction.account, transaction.order_id)
    if order is None:
        raise LookupError(f"no order {transaction.order_id}")
    return Authorise(
        transaction_id=transaction.transaction_id,
        payment_id=payment.payment_id,
        order_id=order.order_group if order.gateway_only else order.order_id,
        order_group=order.order_group,
        merchant_name=ports.store.settings(transaction.account).merchant_name,
        payment_method=payment.payment_system_name,
        value=payment.assigned,
        reference_value=payment.reference_value or payment.assigned,
        currency=transaction.currency,
        installments=payment.installments,
        card=payment.card,
        items=tuple(
            CartItem(line.id, line.name, price.value, price.quantity)
            for line in ports.store.lines(transaction.account, order.order_id)
            for price in line.unit_prices
        ),
        shipping_value=_total(order, "Shipping"),
        tax_value=_total(order, "Tax"),
        shopper=ports.store.shopper(transaction.account, order.order_id),
        callback_url=_signed(callback_base, transaction, payment, "callback"),
        inbound_url=_signed(callback_base, transaction, payment, "inbound-request/:action"),
    )


def _signed(base: str, transaction: Transaction, payment: Payment, what: str) -> str:
    """Return an address about a payment that only its connector knows."""
    path = f"transactions/{transaction.transaction_id}/payments/{payment.payment_id}/{what}"
    query = f"accountName={transaction.account}&X-VTEX-signature={payment.signature}"
    return f"{base}/api/pvt/payment-provider/{path}?{query}"


def _total(order: Order, id_: str) -> int:
    return sum(part.value for part in order.totals if part.id == id_)


def post_outcome(ports: Ports, call: Call, setting: Setting, outcome: Outcome) -> Leg:
    """Write down what came back: a positive answer whatever was recorded meanwhile, any other only in turn.

    What follows from an answer that comes after its operation was concluded is in the same write.
    """
    leg = ports.store.leg(call.account, call.transaction_id, call.operation, call.leg)
    if leg is None or leg.state in (LegState.POSTED, LegState.REPLACED):
        return leg or setting.leg
    in_turn = leg.attempts == setting.leg.attempts
    if not in_turn and not isinstance(outcome, Done | Approved | PaidOffline):
        return leg
    concluded = None if in_turn and leg.state.is_open else _concluded_operation(ports, call)
    if not in_turn or concluded is not None:
        setting = replace(setting, payment=_payment_beside(ports, call, leg))
    now = ports.now()
    journal = Journal(
        writer=leg_writer(leg.operation, leg.number),
        written=leg.events,
        order_id=setting.transaction.order_id,
        transaction_id=call.transaction_id,
        at=now,
    )
    posting = Posting(setting, leg, journal, now)
    after = replace(posting.leg_after(outcome), attempts=leg.attempts + 1, tried_in=setting.attempt)
    commit = Commit(
        call.account,
        setting.transaction.order_id,
        call.transaction_id,
        payments=posting.payments,
        new_legs=posting.new_legs if concluded is None else [_parked(left) for left in posting.new_legs],
        new_settlements=posting.new_settlements,
        settlements=posting.refunded_settlements(ports),
        events=journal.events,
    )
    after = replace(after, events=journal.written)
    commit = replace(commit, legs=[Changed(leg, after)])
    ports.store.commit(commit if concluded is None else resolve_doubt(ports, commit, concluded))
    return after


def _concluded_operation(ports: Ports, call: Call) -> Operation | None:
    operation = ports.store.operation(call.account, call.transaction_id, call.operation)
    return operation if operation is not None and operation.is_concluded else None


def _payment_beside(ports: Ports, call: Call, leg: Leg) -> Payment:
    """Read the payment of a leg that was read before, and may have been posted since: both or neither has its value."""
    payment = _payment(ports, call, leg)
    if ports.store.leg(call.account, call.transaction_id, call.operation, call.leg) != leg:
        raise Conflict
    return payment


def _parked(leg: Leg) -> Leg:
    """What a late answer left undone: no execution will come for it, so it waits for an operator's retry."""
    return replace(leg, state=LegState.PARKED)
