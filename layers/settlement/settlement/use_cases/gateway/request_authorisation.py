"""Requests the authorisation of a transaction's payments: all of them, or none (C§3.2)."""

from collections.abc import Sequence
from dataclasses import replace

from settlement.domain.errors import WrongStatus
from settlement.domain.events import EventType
from settlement.domain.order.shopper import Shopper
from settlement.domain.planning.planning import Ask
from settlement.domain.transaction.acceptance import record_ready
from settlement.domain.transaction.checkout import CART, AdditionalData, Cart, read_stored_cart
from settlement.domain.transaction.checkout_shopper import read_stored_shopper
from settlement.domain.transaction.operation import Operation, OperationKind
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.gateway.request_movement import Requested
from settlement.use_cases.gateway.send_payments import unequal_sum
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.heads import Heads, load_by_transaction
from settlement.use_cases.shared.ports import Ports
from settlement.use_cases.workflow.queue import operation_at

_AUTHORISATION = 1
"""The sequence of a transaction's first operation."""


def request_authorisation(
    ports: Ports, account: str, transaction_id: str, soft_descriptor: str | None, *, recurrent: bool
) -> Requested:
    """Queue the authorisation of a started transaction; a repeat returns the operation in its current state.

    Raises ``TransactionNotFound``, ``WrongStatus`` (1414 without payments, 1403 if it is cancelled) and ``BadValue``
    (1402) unless the payments add up to the transaction's value.
    """
    return decide_until_written(ports, lambda: _request(ports, account, transaction_id, soft_descriptor, recurrent))


def _request(
    ports: Ports, account: str, transaction_id: str, soft_descriptor: str | None, recurrent: bool
) -> Requested:
    heads = load_by_transaction(ports.store, account, transaction_id)
    transaction = heads.transaction
    if not transaction.is_started:
        return Requested(heads, _made(ports, transaction))
    _require_payments(transaction)
    now = ports.now()
    told = ports.store.additional_data(account, transaction_id)
    cart = _cart(told)
    queued, operation = transaction.enqueue(OperationKind.AUTHORISE, Ask(), "intake", now, settling=False)
    if queued.checkout is not None:
        checkout = replace(queued.checkout, soft_descriptor=soft_descriptor, recurrent=recurrent)
        queued = replace(queued, checkout=checkout)
    journal = heads.journal(now)
    journal.record(EventType.AUTHORISATION_REQUESTED, value=transaction.value)
    record_ready(journal, operation)
    total_items = sum(line.quantity for line in cart.lines)
    order = replace(heads.order, totals=cart.totals, total_items=total_items, url=cart.url)
    commit = heads.becomes(journal, order, queued)
    shopper = _shopper(ports, heads, told)
    ports.commit(replace(commit, operations=[operation], lines=cart.lines, shopper=shopper))
    return Requested(Heads(order, queued), operation)


def _made(ports: Ports, transaction: Transaction) -> Operation:
    """Return the authorisation that was requested before; raises ``WrongStatus`` if it was cancelled instead."""
    operation = operation_at(ports.store, transaction, _AUTHORISATION)
    if operation.kind is not OperationKind.AUTHORISE:
        raise WrongStatus(f"Transaction {transaction.transaction_id} is cancelled", code="1403")
    return operation


def _require_payments(transaction: Transaction) -> None:
    if not transaction.projection:
        raise WrongStatus(f"Payments of transaction {transaction.transaction_id} not received", code="1414")
    paid = sum(position.assigned for position in transaction.projection)
    if paid != transaction.value:
        raise unequal_sum(transaction.value, paid, transaction.currency)


def _shopper(ports: Ports, heads: Heads, told: Sequence[AdditionalData]) -> Shopper | None:
    """Return the shopper to write, None if nothing more was told; of an erased one, what was told since counts."""
    known = ports.store.shopper(heads.order.account, heads.order.order_id) or Shopper()
    shopper = read_stored_shopper(told, known)
    return None if shopper == known else replace(shopper, erased_at=None)


def _cart(told: Sequence[AdditionalData]) -> Cart:
    texts = [data.value for data in told if data.name == CART]
    return read_stored_cart(texts[0]) if texts else Cart((), ())
