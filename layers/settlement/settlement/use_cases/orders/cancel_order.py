"""Cancels an order: open value is cancelled, captured value refunded (R22, C§8.12)."""

from dataclasses import replace

from settlement.domain.events import EventType
from settlement.domain.order.invoice import Invoice
from settlement.domain.order.order import Order
from settlement.domain.planning.planning import Ask
from settlement.domain.transaction.acceptance import accept, record_acceptance
from settlement.domain.transaction.operation import Operation, OperationKind
from settlement.domain.transaction.payment import Authorisation
from settlement.use_cases.orders.notify_invoice import Receipt
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.heads import Heads, load
from settlement.use_cases.shared.ports import Changed, Commit, Ports, Store

MAX_LET_GO = 40
"""Most invoices whose keys are let go with their order: two writes each, of 100. Others wait for their correction."""


def cancel_order(ports: Ports, account: str, order_id: str, reason: str | None, expected: int | None = None) -> Receipt:
    """Cancel an order without sale invoices; a repeat gets the first receipt.

    The first reason stands; a repeat with another one gets it in ``stands``. The first one is accepted on the
    ``expected`` version only. Raises ``OrderNotFound``, ``StaleVersion``, ``CancelRefused`` and ``MoneyCannotMove``.
    """
    return decide_until_written(ports, lambda: _cancel(ports, account, order_id, reason, expected))


def _cancel(ports: Ports, account: str, order_id: str, reason: str | None, expected: int | None) -> Receipt:
    heads = load(ports.store, account, order_id)
    order = heads.order
    if order.cancelled_at is not None:
        stands = {} if reason in (None, order.cancel_reason) else {"reason": order.cancel_reason or ""}
        return Receipt(order.cancelled_at, order_id, order.cancel_receipt or order.transaction_id, stands)
    heads.require_version(expected)
    order.require_cancel()
    commit, _ = cancel_whole(ports, heads, reason)
    ports.commit(commit)
    cancelled = commit.order or order
    return Receipt(cancelled.cancelled_at or ports.now(), order_id, cancelled.cancel_receipt or order.transaction_id)


def cancel_whole(ports: Ports, heads: Heads, reason: str | None) -> tuple[Commit, Operation]:
    """Return the commit that cancels an order, and the operation that gives all its money back."""
    order, transaction = heads.order, heads.transaction
    now = ports.now()
    priority = ports.store.settings(order.account).refund_priority
    accepted = accept(transaction, OperationKind.CANCEL, Ask(cancel_all=True), priority, "cancel", now)
    journal = heads.journal(now)
    journal.record(EventType.ORDER_CANCELLED, reason=reason)
    record_acceptance(journal, accepted.operation)
    if transaction.authorisation is Authorisation.PENDING and not transaction.is_idle:
        journal.record(EventType.OPERATION_READY, operation=transaction.head, kind=OperationKind.AUTHORISE.value)
    cancelled = replace(
        order, cancelled_at=now, cancelled_by=ports.actor, cancel_reason=reason, cancel_receipt=ports.new_id().lower()
    )
    commit = heads.becomes(journal, cancelled, replace(accepted.transaction, cancelled_at=now))
    let_go = _let_go(ports.store, order)
    return replace(commit, operations=[accepted.operation], replaced_invoices=let_go), accepted.operation


def _let_go(store: Store, order: Order) -> list[Changed[Invoice]]:
    """Return the invoices of a cancelled order whose keys are others': they no longer wait for a person (D173).

    Such an order has none that counts, and seldom one that does not.
    """
    held = store.invoices(order.account, order.order_id) if order.invoices else []
    doubtful = [invoice for invoice in held if invoice.doubtful_key is not None][:MAX_LET_GO]
    return [Changed(invoice, replace(invoice, used_key=None, replays=invoice.replays + 1)) for invoice in doubtful]
