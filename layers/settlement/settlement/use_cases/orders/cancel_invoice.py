"""Cancels a sale invoice: its value is to be invoiced again, and what was paid for it is refunded (R38).

Amounts are minor units.
"""

from collections.abc import Sequence
from dataclasses import replace

from settlement.domain.errors import AlreadyExists
from settlement.domain.order.cancelled_invoice import changed_of, require_no_return_rests
from settlement.domain.order.invoice import Invoice, InvoiceCancellation
from settlement.domain.planning.planning import Ask
from settlement.domain.transaction.acceptance import record_acceptance
from settlement.domain.transaction.operation import INVOICE_CANCEL, OperationKind
from settlement.use_cases.orders.notify_invoice import Receipt
from settlement.use_cases.orders.take_back import take_back
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.heads import Heads, load
from settlement.use_cases.shared.ports import Ports
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class InvoiceCancelRequest:
    """The cancellation of invoice ``number``; ``request_id`` identifies it within the order."""

    number: str
    reason: str
    request_id: str


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
    return _write(ports, heads, invoices, request)


def _done_before(invoices: Sequence[Invoice], request: InvoiceCancelRequest) -> InvoiceCancellation | None:
    """Return the cancellation of an earlier request with this id; raises ``AlreadyExists`` for another invoice."""
    for held in invoices:
        if held.cancellation is not None and held.cancellation.request_id == request.request_id:
            if held.number != request.number:
                raise AlreadyExists(f"requestId {request.request_id} has canceled invoice {held.number}")
            return held.cancellation
    return None


def _write(ports: Ports, heads: Heads, invoices: Sequence[Invoice], request: InvoiceCancelRequest) -> Receipt:
    now, order = ports.now(), heads.order
    taken = take_back(ports, heads, request.number, invoices, ports.store.lines(order.account, order.order_id))
    require_no_return_rests(taken.order, taken.lines, taken.invoice)
    withdrawn, transaction = taken.withdrawn, taken.released.transaction
    cancellation = InvoiceCancellation(
        request.request_id, request.reason, ports.new_id().lower(), now, ports.actor, withdrawn
    )
    journal = heads.journal(now)
    taken.record(journal, cancellation)
    operations = []
    if withdrawn:
        origin = f"{INVOICE_CANCEL}{request.number}"
        accepted = taken.accept(ports, transaction, OperationKind.WITHDRAW, Ask(withdrawn=withdrawn), origin, now)
        transaction = accepted.transaction
        operations = [accepted.operation]
        record_acceptance(journal, accepted.operation)
    commit = heads.becomes(journal, taken.order, transaction)
    commit = replace(commit, operations=operations, lines=changed_of(taken.known, taken.lines))
    ports.commit(taken.added_to(commit, ports, heads, cancellation))
    return Receipt(now, order.order_id, cancellation.receipt)
