"""Direct requests to settle, refund or cancel a value of a transaction (C§3.2, R31)."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from settlement.domain.errors import AlreadyExists, BadValue, WrongStatus
from settlement.domain.ledger.ledger import total
from settlement.domain.money import to_major
from settlement.domain.planning.planning import Ask
from settlement.domain.transaction.acceptance import accept, record_acceptance
from settlement.domain.transaction.operation import Operation, OperationKind
from settlement.domain.transaction.payment import Authorisation
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.orders.cancel_order import cancel_whole
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.heads import Heads, load_by_transaction
from settlement.use_cases.shared.ports import Ports
from settlement.use_cases.workflow.queue import operation_at
from settlement.values import dataclass

_POLL_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Requested:
    """A request's operation, and its transaction at the time of the answer."""

    heads: Heads
    operation: Operation


@dataclass(frozen=True, slots=True)
class DirectRequest:
    """A kind of direct request: the operation's kind, its ask, and the value available for it."""

    kind: OperationKind
    ask: Callable[[Transaction, int], Ask]
    limit: Callable[[Transaction], int]
    refusal: str


def _settle(transaction: Transaction, value: int) -> Ask:
    return Ask(request=value, completes=transaction.requested + value == transaction.payable)


def _still_to_request(transaction: Transaction) -> int:
    return transaction.payable - transaction.requested


def _still_to_cancel(transaction: Transaction) -> int:
    return min(_still_to_request(transaction), total(held.counters for held in transaction.projection).available)


def _still_to_refund(transaction: Transaction) -> int:
    return total(held.counters for held in transaction.projection).refundable


SETTLEMENT = DirectRequest(
    OperationKind.SETTLE,
    _settle,
    _still_to_request,
    "Settlement requested value ({value}) should be less than or equal to remaining amount to pay ({limit}), "
    "which must be different from 0.",
)
CANCELLATION = DirectRequest(
    OperationKind.REDUCE,
    lambda transaction, value: Ask(reduction=value),
    _still_to_cancel,
    "Cancellation requested value ({value}) should be greater than 0 and less than or equal to the amount that is "
    "not settled ({limit}).",
)
REFUND = DirectRequest(
    OperationKind.REFUND,
    lambda transaction, value: Ask(refund=value, direct=True),
    _still_to_refund,
    "Refund requested value ({value}) should be greater than 0 and less than or equal to the settled amount ({limit}).",
)


def request_movement(
    ports: Ports,
    account: str,
    transaction_id: str,
    movement: DirectRequest,
    value: int,
    key: str | None,
    expected: int | None = None,
    reason: str | None = None,
) -> Requested:
    """Queue the request; with an idempotency ``key``, only once.

    It is accepted on the ``expected`` version only. Raises ``TransactionNotFound``, ``StaleVersion``, ``WrongStatus``
    unless the transaction is authorised and not cancelled, ``BadValue`` (1402) for a value that is not above zero or
    not available, ``AlreadyExists`` if the key was used for another request, and ``MoneyCannotMove``.
    """
    return decide_until_written(
        ports, lambda: _request(ports, account, transaction_id, movement, value, key, expected, reason)
    )


def await_conclusion(ports: Ports, requested: Requested, patience: timedelta) -> Requested:
    """Poll the operation until it is concluded, or until ``patience`` is over."""
    transaction = requested.heads.transaction
    account, transaction_id = transaction.account, transaction.transaction_id
    deadline = ports.now() + patience
    operation: Operation | None = requested.operation
    while operation is not None and not operation.is_concluded and ports.now() < deadline:
        ports.pause(_POLL_SECONDS)
        operation = ports.store.operation(account, transaction_id, requested.operation.sequence)
    return Requested(load_by_transaction(ports.store, account, transaction_id), operation or requested.operation)


def _request(
    ports: Ports,
    account: str,
    transaction_id: str,
    movement: DirectRequest,
    value: int,
    key: str | None,
    expected: int | None,
    reason: str | None,
) -> Requested:
    heads = load_by_transaction(ports.store, account, transaction_id)
    order, transaction = heads.order, heads.transaction
    name = _name(movement, value, key) if key is not None else ports.new_id()
    if key is not None and (made := ports.store.request(account, transaction_id, key)) is not None:
        stored_name, sequence = made
        operation = ports.store.operation(account, transaction_id, sequence)
        if stored_name != name or operation is None:
            raise AlreadyExists(f"Idempotency-Key {key} was used for another request")
        return Requested(heads, operation)
    heads.require_version(expected)
    if movement is CANCELLATION and order.gateway_only and transaction.authorisation is Authorisation.PENDING:
        return _abandon(ports, heads, value, reason)
    if order.gateway_only and not transaction.projection:
        raise WrongStatus(f"Transaction {transaction_id} has no payments", code="1419")
    if transaction.authorisation is not Authorisation.APPROVED or order.cancelled_at is not None:
        raise WrongStatus(f"Transaction {transaction_id} is not authorised, or cancelled", code="1403")
    transaction.require_direct_request()
    limit = movement.limit(transaction)
    if not 0 < value <= limit:
        shown = {"value": to_major(value, order.currency), "limit": to_major(limit, order.currency)}
        raise BadValue(movement.refusal.format(**shown))
    now = ports.now()
    priority = ports.store.settings(account).refund_priority
    accepted = accept(transaction, movement.kind, movement.ask(transaction, value), priority, f"request/{name}", now)
    journal = heads.journal(now)
    operation = replace(accepted.operation, reason=reason)
    record_acceptance(journal, operation)
    commit = heads.becomes(journal, order, accepted.transaction)
    requests = [(key, name, operation.sequence)] if key is not None else []
    ports.commit(replace(commit, operations=[operation], requests=requests))
    return Requested(Heads(order, accepted.transaction), operation)


def _abandon(ports: Ports, heads: Heads, value: int, reason: str | None) -> Requested:
    """Cancel a transaction before its authorisation, whole only; a repeat returns its last operation."""
    order, transaction = heads.order, heads.transaction
    if value != transaction.value:
        asked, whole = to_major(value, order.currency), to_major(transaction.value, order.currency)
        raise BadValue(
            f"Cancellation requested value ({asked}) should be the transaction's value ({whole}): it is not authorised"
        )
    if order.cancelled_at is not None:
        return Requested(heads, operation_at(ports.store, transaction, transaction.tail - 1))
    commit, operation = cancel_whole(ports, heads, reason or "cancellation-request")
    ports.commit(commit)
    return Requested(heads, operation)


def _name(movement: DirectRequest, value: int, key: str) -> str:
    return hashlib.sha256(f"{movement.kind.value}/{value}/{key}".encode()).hexdigest()
