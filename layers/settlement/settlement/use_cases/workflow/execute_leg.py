"""The workflow's middle step: one connector call and the posting of its outcome (A§3.6 to A§3.8)."""

from dataclasses import replace
from datetime import datetime
from typing import assert_never

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
from settlement.domain.events import Event, Journal, leg_writer
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.order.order import Order
from settlement.domain.transaction.cart import cart_items
from settlement.domain.transaction.installments import installments_of
from settlement.domain.transaction.leg import MOVEMENT_OF, Leg, LegKind, LegState
from settlement.domain.transaction.operation import Operation
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.payout_split import recipients_of_call
from settlement.domain.transaction.posting import LegContext, Outcome, Posting, post
from settlement.domain.transaction.retries import NO_CALL_AFTER
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.payment_reference import payment_reference
from settlement.use_cases.shared.ports import Changed, Commit, Conflict, Ports
from settlement.use_cases.workflow.call_gate import claim_call, outcome_of_closed_window
from settlement.use_cases.workflow.offline_payment import done_offline, paid_offline
from settlement.use_cases.workflow.plan_operation import telling_its_plan
from settlement.use_cases.workflow.resolve_doubt import resolve_doubt
from settlement.values import dataclass

DEFERRED = "deferred"


class ConnectorUnresolved(Exception):
    """The call's effect is unknown; the workflow tries again at once."""


@dataclass(frozen=True, slots=True)
class LegTask:
    """The leg to execute, and the attempt and start time of the execution."""

    account: str
    transaction_id: str
    operation: int
    leg: str
    started_at: datetime


def execute_leg(ports: Ports, client: ConnectorClient, call: LegTask, callback_base: str) -> str:
    """Make the leg's connector call and post its outcome; return the leg's state, or ``deferred``.

    A final leg is not called again. A leg within its payment's minimum gap is deferred; a leg whose window is over is
    posted without a call. Raises ``ConnectorUnresolved`` if the outcome is unknown; repeating the call under the same
    request id is the inquiry.
    """
    if ports.now() - call.started_at > NO_CALL_AFTER:
        return DEFERRED
    context = read_leg_context(ports, call)
    if not context.leg.state.is_open:
        return context.leg.state.value
    outcome = outcome_of_call(ports, client, context, callback_base)
    if outcome is None:
        return DEFERRED
    leg = decide_until_written(ports, lambda: post_outcome(ports, call, context, outcome))
    require_resolved(leg)
    return leg.state.value


def require_resolved(leg: Leg) -> None:
    """Raise ``ConnectorUnresolved`` for a leg whose last call had an unknown outcome."""
    if leg.state is LegState.UNKNOWN:
        raise ConnectorUnresolved(leg.message)


def outcome_of_call(ports: Ports, client: ConnectorClient, context: LegContext, callback_base: str) -> Outcome | None:
    """Make the connector call of an open leg; return None if it is too early for it.

    Payments received outside of their connector, and legs whose window is over, have an outcome without a call.
    """
    if context.payment.offline and context.leg.kind in MOVEMENT_OF:
        return done_offline(context.leg)
    closed = outcome_of_closed_window(ports, context)
    if closed is not None:
        return closed
    return _ask(ports, client, context, callback_base) if claim_call(ports, context) else None


def read_leg_context(ports: Ports, call: LegTask) -> LegContext:
    """Read the context of a leg's call."""
    store = ports.store
    transaction = store.transaction(call.account, call.transaction_id)
    operation = store.operation(call.account, call.transaction_id, call.operation)
    leg = store.leg(call.account, call.transaction_id, call.operation, call.leg)
    if transaction is None or operation is None or leg is None:
        raise LookupError(f"no leg {call.leg} of operation {call.operation} on transaction {call.transaction_id}")
    return leg_context(ports, transaction, operation, leg, _payment(ports, call, leg))


def leg_context(ports: Ports, transaction: Transaction, operation: Operation, leg: Leg, payment: Payment) -> LegContext:
    """Return the context of a leg's call; reads its connector."""
    connector = ports.store.connector(transaction.account, payment.connector)
    if connector is None:
        raise LookupError(f"connector {payment.connector} is not configured any more")
    noted_at = operation.accepted_at if operation.is_of_invoice and operation.retry_of is None else None
    return LegContext(
        transaction, operation.kind, operation.attempts, leg, payment, connector, noted_at, operation.invoice
    )


def _payment(ports: Ports, call: LegTask, leg: Leg) -> Payment:
    payment = ports.store.payment(call.account, call.transaction_id, leg.payment_id)
    if payment is None:
        raise LookupError(f"no payment {leg.payment_id} on transaction {call.transaction_id}")
    return payment


def _ask(ports: Ports, client: ConnectorClient, context: LegContext, callback_base: str) -> Outcome:
    transaction, leg, payment = context.transaction, context.leg, context.payment
    match leg.kind:
        case LegKind.AUTHORISE:
            outcome = client.authorise(context.connector, _authorise_request(ports, context, callback_base))
            return paid_offline(outcome) if payment.paid_at is not None else outcome
        case LegKind.SETTLE:
            shares = recipients_of_call(payment.recipients or (), payment.counters.captured, leg.value)
            settle = Settle(payment_reference(ports, transaction, payment), leg.request_id, leg.value, shares)
            return client.settle(context.connector, settle)
        case LegKind.CANCEL | LegKind.VOID:
            cancel = Cancel(payment_reference(ports, transaction, payment), leg.request_id, leg.value)
            return client.cancel(context.connector, cancel)
        case LegKind.REFUND:
            settle_id = leg.settle_id or ""
            shares = recipients_of_call(payment.recipients or (), payment.counters.refunded, leg.value)
            reference = payment_reference(ports, transaction, payment)
            refund = Refund(reference, leg.request_id, settle_id, leg.value, shares)
            return client.refund(context.connector, refund)
        case _:
            assert_never(leg.kind)


def _authorise_request(ports: Ports, context: LegContext, callback_base: str) -> Authorise:
    transaction, payment = context.transaction, context.payment
    order = ports.store.order(transaction.account, transaction.order_id)
    if order is None:
        raise LookupError(f"no order {transaction.order_id}")
    installments = installments_of(payment.assigned, payment.installments, payment.installment_value)
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
            item for line in ports.store.lines(transaction.account, order.order_id) for item in cart_items(line)
        ),
        shipping_value=_total(order, "Shipping"),
        tax_value=_total(order, "Tax"),
        shopper=ports.store.shopper(transaction.account, order.order_id),
        callback_url=_signed(callback_base, transaction, payment, "callback"),
        inbound_url=_signed(callback_base, transaction, payment, "inbound-request/:action"),
        installment_value=installments.other,
        first_installment_value=installments.first,
        interest_rate=payment.interest_rate,
        total_cart_value=order.placed_value,
        custom_code=payment.custom_code,
        order_url=order.url,
        return_url=payment.return_url,
        recipients=payment.recipients or (),
    )


def _signed(base: str, transaction: Transaction, payment: Payment, what: str) -> str:
    """Return a URL about a payment, signed, so that only the payment's connector knows it."""
    path = f"transactions/{transaction.transaction_id}/payments/{payment.payment_id}/{what}"
    query = f"accountName={transaction.account}&X-VTEX-signature={payment.signature}"
    return f"{base}/api/pvt/payment-provider/{path}?{query}"


def _total(order: Order, id_: str) -> int:
    return sum(part.value for part in order.totals if part.id == id_)


def post_outcome(ports: Ports, call: LegTask, context: LegContext, outcome: Outcome) -> Leg:
    """Post an outcome: a positive one always, any other only if no later attempt was posted.

    If the operation is concluded already, the same write holds all consequences of the late answer. An answer that
    tells of the payment is posted on the payment as it is stored now: its shopper can have been erased.
    """
    leg = ports.store.leg(call.account, call.transaction_id, call.operation, call.leg)
    if leg is None or leg.state in (LegState.POSTED, LegState.REPLACED):
        return leg or context.leg
    in_turn = leg.attempts == context.leg.attempts
    if not in_turn and not isinstance(outcome, Done | Approved | PaidOffline):
        return leg
    concluded = None if in_turn and leg.state.is_open else _concluded_operation(ports, call)
    if not in_turn or concluded is not None or outcome.exchange.answered is not None:
        context = replace(context, payment=_payment_beside(ports, call, leg))
    holder = _holder(ports, call, leg) if leg.alone else None
    posted = posting_of(ports, context, leg, outcome, holder)
    if concluded is None:
        ports.commit(posted.commit)
        return posted.leg
    parked = replace(posted.commit, new_legs=[_parked(remainder) for remainder in posted.commit.new_legs])
    ports.commit(resolve_doubt(ports, parked, concluded))
    return posted.leg


@dataclass(frozen=True, slots=True)
class Posted:
    """An outcome's posting: its writes, and the leg, payment and, if the leg is stored there, operation after them."""

    commit: Commit
    leg: Leg
    payment: Payment
    operation: Operation | None


def posting_of(
    ports: Ports, context: LegContext, leg: Leg, outcome: Outcome, operation: Operation | None = None
) -> Posted:
    """Return the posting of an outcome on a leg as it is stored now; ``operation`` is the one that holds it, if any."""
    transaction = context.transaction
    plan: list[Event] = []
    if operation is not None:
        operation, plan = telling_its_plan(transaction, operation, ports.now())
    journal = Journal(
        writer=leg_writer(leg.operation, leg.number),
        written=leg.events,
        order_id=transaction.order_id,
        transaction_id=transaction.transaction_id,
        at=ports.now(),
    )
    posting = post(context, leg, outcome, journal)
    after = replace(posting.leg, attempts=leg.attempts + 1, tried_in=context.attempt, events=journal.written)
    commit = Commit(
        transaction.account,
        transaction.order_id,
        transaction.transaction_id,
        transaction.currency,
        operations=[] if operation is None else [operation],
        legs=[Changed(leg, after)],
        payments=[] if posting.payment is None else [Changed(context.payment, posting.payment)],
        new_legs=[] if posting.remainder is None else [posting.remainder],
        new_settlements=[] if posting.capture is None else [posting.capture],
        settlements=_refunded_capture(ports, transaction, leg, posting),
        new_refunds=[] if posting.refund is None else [posting.refund],
        events=[*plan, *journal.events],
    )
    return Posted(commit, after, posting.payment or context.payment, operation)


def _refunded_capture(ports: Ports, transaction: Transaction, leg: Leg, posting: Posting) -> list[Changed[Settlement]]:
    """Return the change of the settlement that the refund is booked against, or whose doubt ends."""
    if not posting.changes_its_capture or leg.settlement is None:
        return []
    capture = ports.store.settlement(transaction.account, transaction.transaction_id, leg.payment_id, leg.settlement)
    if capture is None:
        raise LookupError(f"no settlement {leg.settlement} of payment {leg.payment_id}")
    return [Changed(capture, posting.capture_after(capture, leg))]


def _concluded_operation(ports: Ports, call: LegTask) -> Operation | None:
    operation = ports.store.operation(call.account, call.transaction_id, call.operation)
    return operation if operation is not None and operation.is_concluded else None


def _holder(ports: Ports, call: LegTask, leg: Leg) -> Operation:
    """Read the operation that holds a leg; raises ``Conflict`` if it does no more, or the leg has changed."""
    operation = ports.store.operation(call.account, call.transaction_id, call.operation)
    if operation is None or operation.only_leg != leg:
        raise Conflict
    return operation


def _payment_beside(ports: Ports, call: LegTask, leg: Leg) -> Payment:
    """Read the payment of a leg; raises ``Conflict`` if the leg was posted since it was read."""
    payment = _payment(ports, call, leg)
    if ports.store.leg(call.account, call.transaction_id, call.operation, call.leg) != leg:
        raise Conflict
    return payment


def _parked(leg: Leg) -> Leg:
    """Park the remainder of a late answer: no execution follows, so it waits for an operator's retry."""
    return leg.to(LegState.PARKED)
