"""Cancels a sale invoice: its value is to be invoiced again, and what was paid for it is refunded (R38).

Amounts are minor units.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from settlement.domain.errors import AlreadyExists, InvoiceNotFound
from settlement.domain.events import EventType
from settlement.domain.order.cancelled_invoice import lines_without, require_cancellable, without
from settlement.domain.order.invoice import Invoice, InvoiceCancellation
from settlement.domain.planning.planning import Ask
from settlement.domain.transaction.acceptance import Accepted, accept, record_acceptance
from settlement.domain.transaction.leg import Leg, LegState
from settlement.domain.transaction.operation import INVOICE, INVOICE_CANCEL, Operation, OperationKind, OperationState
from settlement.domain.transaction.transaction import Transaction
from settlement.domain.transaction.trouble import missing_legs
from settlement.use_cases.orders.notify_invoice import Receipt
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.heads import Heads, load
from settlement.use_cases.shared.planned_legs import planned_legs
from settlement.use_cases.shared.ports import Changed, Ports, Store
from settlement.use_cases.workflow.queue import head_guard, project_queue
from settlement.use_cases.workflow.resolve_doubt import put_right, recount

MAX_RELEASED = 12
"""Most failed operations and calls that one cancellation ends, beside 70 lines; others are ended by a retry."""


@dataclass(frozen=True, slots=True)
class InvoiceCancelRequest:
    """The cancellation of invoice ``number``; ``request_id`` identifies it within the order."""

    number: str
    reason: str
    request_id: str


@dataclass(frozen=True, slots=True)
class Requests:
    """What an invoice has asked its transaction for: the operation of its request, and the retries of that."""

    operations: tuple[Operation, ...]
    legs: tuple[Leg, ...]

    @property
    def first(self) -> Operation | None:
        """The operation of the request; None if the invoice moves no money."""
        return self.operations[0] if self.operations else None

    @property
    def standing(self) -> int:
        """The value of its request that nobody has written off."""
        if not self.operations:
            return 0
        closed = sum(leg.closed for leg in self.legs if leg.state is LegState.WRITTEN_OFF)
        taken_off = sum(held.taken_off or 0 for held in self.operations)
        return max(0, self.operations[0].ask.request - max(closed, taken_off))


@dataclass(frozen=True, slots=True)
class Released:
    """Failed settlements of a cancelled invoice, which nobody asks for any more: what is written of them."""

    transaction: Transaction
    operations: list[Operation]
    legs: list[Changed[Leg]]


def cancel_invoice(
    ports: Ports, account: str, order_id: str, request: InvoiceCancelRequest, expected: int | None = None
) -> Receipt:
    """Cancel a sale invoice once; a repeat with its ``request_id`` gets the first receipt.

    It is accepted on the ``expected`` version only. Raises ``OrderNotFound``, ``InvoiceNotFound``, ``StaleVersion``,
    ``AlreadyExists`` if the id was used for another invoice, ``InvoiceCancelRefused`` for a return, for one that was
    canceled before, and while a return rests on it, ``WrongStatus`` if the order is canceled, and ``MoneyCannotMove``
    if what is paid cannot be refunded, or it is not known what is; then nothing is written.
    """
    return decide_until_written(ports, lambda: _cancel(ports, account, order_id, request, expected))


def _cancel(ports: Ports, account: str, order_id: str, request: InvoiceCancelRequest, expected: int | None) -> Receipt:
    heads = load(ports.store, account, order_id)
    invoices = ports.store.invoices(account, order_id)
    if (done := _done_before(invoices, request)) is not None:
        stands = {} if done.reason == request.reason else {"reason": done.reason}
        return Receipt(done.at, order_id, done.receipt, stands)
    heads.require_version(expected)
    invoice = next((held for held in invoices if held.number == request.number), None)
    if invoice is None:
        raise InvoiceNotFound(request.number)
    require_cancellable(heads.order, invoice, invoices)
    return _write(ports, heads, invoice, invoices, request)


def _done_before(invoices: Sequence[Invoice], request: InvoiceCancelRequest) -> InvoiceCancellation | None:
    """Return the cancellation of an earlier request with this id; raises ``AlreadyExists`` for another invoice."""
    for held in invoices:
        if held.cancellation is not None and held.cancellation.request_id == request.request_id:
            if held.number != request.number:
                raise AlreadyExists(f"requestId {request.request_id} has canceled invoice {held.number}")
            return held.cancellation
    return None


def _write(
    ports: Ports, heads: Heads, invoice: Invoice, invoices: Sequence[Invoice], request: InvoiceCancelRequest
) -> Receipt:
    now, order = ports.now(), heads.order
    known = ports.store.lines(order.account, order.order_id) if invoice.items else []
    lines, units = lines_without(known, invoice, invoices)
    asked = requests_of(ports.store, heads.transaction, invoice.number)
    released = release(heads.transaction, asked)
    transaction = released.transaction
    accepted = withdraw(ports, transaction, invoice.number, asked, now) if asked.standing else None
    cancellation = InvoiceCancellation(
        request.request_id, request.reason, ports.new_id().lower(), now, ports.actor, asked.standing
    )
    journal = heads.journal(now)
    journal.record(
        EventType.INVOICE_CANCELLED,
        invoiceNumber=invoice.number,
        cancellation=request.request_id,
        reason=request.reason,
        counted=invoice.counted,
        withdrawn=asked.standing,
        units=units,
    )
    if accepted is not None:
        transaction = accepted.transaction
        record_acceptance(journal, accepted.operation)
    if invoice.counted:
        transaction = replace(transaction, finished_at=None)
    commit = heads.becomes(journal, without(order, invoice), transaction)
    cancelled = replace(invoice, cancellation=cancellation, replays=invoice.replays + 1)
    operations = [] if accepted is None else [accepted.operation]
    ports.commit(
        replace(
            commit,
            operations=[*released.operations, *operations, *head_guard(ports, heads.transaction)],
            legs=released.legs,
            lines=lines,
            replaced_invoices=[Changed(invoice, cancelled)],
        )
    )
    return Receipt(now, order.order_id, cancellation.receipt)


def requests_of(store: Store, transaction: Transaction, number: str) -> Requests:
    """Return what an invoice has asked for, with the calls of it."""
    origin = f"{INVOICE}{number}"
    operations = tuple(
        held
        for held in store.operations(transaction.account, transaction.transaction_id)
        if held.origin == origin or held.origin.startswith(f"{origin}/retry-")
    )
    legs = tuple(leg for held in operations for leg in planned_legs(store, transaction, held))
    return Requests(operations, legs)


def release(transaction: Transaction, asked: Requests) -> Released:
    """End the failed calls of a request that is taken back, as a retry would that finds nothing missing."""
    operations: list[Operation] = []
    replaced: list[Changed[Leg]] = []
    for failed in asked.operations:
        legs = [leg for leg in asked.legs if leg.operation == failed.sequence]
        missing = missing_legs(failed, legs)
        is_over = failed.state is OperationState.FAILED and not any(leg.is_in_doubt for leg in missing)
        if not is_over or len(operations) + 1 + len(replaced) + len(missing) > MAX_RELEASED:
            continue
        changes = [
            Changed(leg, replace(leg.to(LegState.REPLACED), doubtful=False, attempts=leg.attempts + 1))
            for leg in missing
        ]
        numbers = {changed.after.number: changed.after for changed in changes}
        after_legs = [numbers.get(leg.number, leg) for leg in legs]
        after = put_right(replace(failed, unplanned=0, unsettled=0), after_legs)
        transaction = recount(transaction, (failed, legs), (after, after_legs))
        operations.append(after)
        replaced += changes
    return Released(transaction, operations, replaced)


def withdraw(ports: Ports, transaction: Transaction, number: str, asked: Requests, at: datetime) -> Accepted:
    """Queue the operation that takes an invoice's request back, on what the queue is going to capture without it."""
    ask = Ask(withdrawn=asked.standing)
    origin = f"{INVOICE_CANCEL}{number}"
    coming = Operation(transaction.tail, OperationKind.WITHDRAW, origin, ask, at, OperationState.QUEUED)
    payments = ports.store.payments(transaction.account, transaction.transaction_id)
    positions = project_queue(ports, transaction, [payment.position for payment in payments], before=[coming])
    priority = ports.store.settings(transaction.account).refund_priority
    accepted = accept(replace(transaction, projection=positions), OperationKind.WITHDRAW, ask, priority, origin, at)
    first = asked.first
    operation = replace(accepted.operation, withdraws=first.sequence if first is not None else None)
    return replace(accepted, operation=operation)
