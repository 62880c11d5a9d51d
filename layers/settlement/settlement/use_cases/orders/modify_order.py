"""Order modifications: make one at a time, retry, take back (C§2.2)."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from settlement.domain.changes.modification import (
    Effect,
    Modification,
    ModificationRequest,
    ModificationStatus,
    effect_of,
    require_modifiable,
)
from settlement.domain.errors import InvalidRequest, NoSuchChange, OrderNotFound, WrongStatus
from settlement.domain.events import EventType
from settlement.domain.order.order import MAX_LINES, Line, Order
from settlement.domain.planning.drafting import RefundPriority
from settlement.domain.planning.planning import Ask
from settlement.domain.transaction.acceptance import accept, ask_of_change, record_acceptance, record_ready
from settlement.domain.transaction.leg import LegState
from settlement.domain.transaction.operation import Operation, OperationKind, OperationState
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.recovery.retry_operation import retry_operation
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.heads import Heads, load
from settlement.use_cases.shared.planned_legs import planned_legs
from settlement.use_cases.shared.ports import Changed, Ports, Store
from settlement.use_cases.workflow.queue import next_ready, project_queue
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class Modified:
    """A modification with its operation, if it has one."""

    order: Order
    modification: Modification
    operation: Operation | None

    @property
    def status(self) -> ModificationStatus:
        """The modification's status, derived from its operation."""
        return self.modification.status(self.operation)


@dataclass(frozen=True, slots=True)
class ModificationIds:
    """The ids of a modification, and of what carries it out."""

    request_id: str
    workflow_id: str


def new_ids(ports: Ports) -> ModificationIds:
    """Return ids for a modification."""
    return ModificationIds(*(str(uuid.UUID(ports.new_id())) for _ in range(2)))


def modify_order(
    ports: Ports,
    account: str,
    order_id: str,
    wanted: ModificationRequest,
    request: str,
    expected: int | None = None,
    ids: ModificationIds | None = None,
) -> Modified:
    """Accept a modification: the order changes now, its money moves when the queue reaches the operation.

    It is accepted on the ``expected`` version only, and has the ``ids``, or new ones. Raises ``OrderNotFound``
    (CHK0201), ``StaleVersion``, ``WrongStatus``, ``ChangeRefused``, ``ItemAlreadyInvoiced`` and ``MoneyCannotMove``;
    then nothing is written.
    """
    return decide_until_written(ports, lambda: _modify(ports, account, order_id, wanted, request, expected, ids))


def retrieve_modifications(ports: Ports, account: str, order_id: str) -> list[Modified]:
    """Return an order's modifications, oldest first."""
    order = load_to_modify(ports.store, account, order_id).order
    return [_with_operation(ports, order, found) for found in ports.store.modifications(account, order_id)]


def retrieve_modification(ports: Ports, account: str, order_id: str, request_id: str) -> Modified:
    """Return one modification; raises ``NoSuchChange`` (CHK0289)."""
    order = load_to_modify(ports.store, account, order_id).order
    return _with_operation(ports, order, _find(ports, account, order_id, request_id))


def retry_modification(ports: Ports, account: str, order_id: str, request_id: str) -> None:
    """Try a waiting modification at once, or retry a failed one's missing value; a finished one is refused (016)."""
    order = load_to_modify(ports.store, account, order_id).order
    modified = _with_operation(ports, order, _find(ports, account, order_id, request_id))
    operation = modified.operation
    if operation is None or modified.status in (ModificationStatus.DONE, ModificationStatus.CANCELED):
        raise WrongStatus(
            f"Change {request_id} is {modified.status.value} and cannot be retried", code="SalesOrderSystem016"
        )
    if operation.state is not OperationState.QUEUED:
        retry_operation(ports, account, order.transaction_id, operation.sequence)


def cancel_modification(ports: Ports, account: str, order_id: str, request_id: str, reason: str) -> None:
    """Take back a modification before any of its money can have moved; restores its lines and value."""
    decide_until_written(ports, lambda: _take_back(ports, account, order_id, request_id, reason))


def load_to_modify(store: Store, account: str, order_id: str) -> Heads:
    """Return an order and its transaction; raises ``OrderNotFound`` with the code of this API, CHK0201."""
    try:
        return load(store, account, order_id)
    except OrderNotFound as missing:
        missing.published_code = "CHK0201"
        raise


def _find(ports: Ports, account: str, order_id: str, request_id: str) -> Modification:
    found = ports.store.modification(account, order_id, request_id)
    if found is None:
        raise NoSuchChange(request_id)
    return found


def _with_operation(ports: Ports, order: Order, modification: Modification) -> Modified:
    operation = None
    if modification.operation is not None:
        operation = ports.store.operation(order.account, order.transaction_id, modification.operation)
    return Modified(order, modification, operation)


def _priority(ports: Ports, transaction: Transaction) -> RefundPriority:
    return ports.store.settings(transaction.account).refund_priority


def _effect(ports: Ports, heads: Heads, wanted: ModificationRequest) -> Effect:
    order = heads.order
    require_modifiable(order, heads.transaction)
    lines = ports.store.lines(order.account, order.order_id)
    if len(lines) + len(wanted.added) > MAX_LINES:
        raise InvalidRequest(f"the order would have {len(lines) + len(wanted.added)} lines; the limit is {MAX_LINES}")
    return effect_of(wanted, order, lines)


def _ask(heads: Heads, effect: Effect) -> tuple[Ask, OperationKind | None]:
    if not effect.value:
        return Ask(), None
    return ask_of_change(heads.order, heads.transaction, effect.value)


def _modify(
    ports: Ports,
    account: str,
    order_id: str,
    wanted: ModificationRequest,
    request: str,
    expected: int | None,
    ids: ModificationIds | None,
) -> Modified:
    heads = load_to_modify(ports.store, account, order_id)
    heads.require_version(expected)
    effect = _effect(ports, heads, wanted)
    order, transaction, now = heads.order, heads.transaction, ports.now()
    ask, kind = _ask(heads, effect)
    modification = _modification(order, wanted, request, effect, now, ids or new_ids(ports))
    operation = None
    journal = heads.journal(now)
    journal.record(
        EventType.ORDER_MODIFIED,
        requestId=modification.request_id,
        reason=wanted.reason,
        changeValue=effect.value,
        value=order.value + effect.value,
        **({"ignoredFields": list(wanted.ignored)} if wanted.ignored else {}),
    )
    if kind is not None:
        origin = f"modification/{modification.request_id}"
        accepted = accept(transaction, kind, ask, _priority(ports, transaction), origin, now)
        requested = accepted.transaction.requested - transaction.requested
        transaction, operation = accepted.transaction, accepted.operation
        modification = replace(modification, operation=operation.sequence, requested=requested)
        record_acceptance(journal, operation)
    changed = replace(
        order,
        value=order.value + effect.value,
        modifications=order.modifications + 1,
        last_modification=operation.sequence if operation else order.last_modification,
        invoiced_at=now if ask.completes else order.invoiced_at,
    )
    commit = heads.becomes(journal, changed, transaction)
    ports.commit(
        replace(
            commit,
            operations=[operation] if operation else [],
            lines=[*effect.changed_lines, *effect.added_lines],
            modifications=[modification],
        )
    )
    return Modified(changed, modification, operation)


def _modification(
    order: Order,
    wanted: ModificationRequest,
    request: str,
    effect: Effect,
    now: datetime,
    ids: ModificationIds,
) -> Modification:
    return Modification(
        request_id=ids.request_id,
        workflow_id=ids.workflow_id,
        sequence=order.modifications + 1,
        reason=wanted.reason,
        request=request,
        manual_discount=wanted.manual_discount,
        manual_increment=wanted.manual_increment,
        value=effect.value,
        totals=effect.totals,
        lines_before=effect.lines_before,
        lines_added=tuple(line.unique_id for line in effect.added_lines),
        created_at=now,
    )


def _take_back(ports: Ports, account: str, order_id: str, request_id: str, reason: str) -> None:
    heads = load_to_modify(ports.store, account, order_id)
    order, transaction, now = heads.order, heads.transaction, ports.now()
    modified = _with_operation(ports, order, _find(ports, account, order_id, request_id))
    modification, operation = modified.modification, modified.operation
    if modified.status is ModificationStatus.CANCELED:
        return
    if order.cancelled_at is not None:
        raise WrongStatus(f"Order {order_id} is canceled", code="SalesOrderSystem008")
    if modified.status is not ModificationStatus.WAITING_CONFIRMATION or operation is None:
        raise WrongStatus(
            f"Change {request_id} is {modified.status.value} and cannot be canceled", code="SalesOrderSystem016"
        )
    _require_unmoved(ports, transaction, operation, request_id)
    _require_unused(heads, modification, operation)
    journal = heads.journal(now)
    journal.record(EventType.ORDER_MODIFICATION_CANCELLED, requestId=request_id, reason=reason)
    cancelled = operation.taken_back(now)
    transaction = replace(
        transaction,
        payable=transaction.payable - modification.value,
        requested=transaction.requested - modification.requested,
    )
    following = None
    if operation.sequence == transaction.head:
        gone = transaction.past(cancelled, planned_legs(ports.store, transaction, operation))
        transaction, following = next_ready(ports, gone, now)
    if following is not None:
        record_ready(journal, following)
    payments = ports.store.payments(account, transaction.transaction_id)
    positions = [payment.position for payment in payments]
    projection = project_queue(ports, transaction, positions, without=operation.sequence)
    restored = replace(
        order,
        value=order.value - modification.value,
        last_modification=0,
        invoiced_at=None if operation.ask.completes else order.invoiced_at,
    )
    commit = heads.becomes(journal, restored, replace(transaction, projection=projection))
    back = replace(modification, cancelled_at=now, cancel_reason=reason, revision=modification.revision + 1)
    ports.commit(
        replace(
            commit,
            operations=[cancelled] if following is None else [cancelled, following],
            lines=_lines_back(ports.store.lines(account, order_id), modification),
            replaced_modifications=[Changed(modification, back)],
        )
    )


def _require_unmoved(ports: Ports, transaction: Transaction, operation: Operation, request_id: str) -> None:
    legs = planned_legs(ports.store, transaction, operation)
    moved = [leg for leg in legs if leg.state not in (LegState.PLANNED, LegState.REFUSED) or leg.attempts]
    running = operation.lease_until is not None and operation.lease_until > ports.now()
    if operation.planned or moved or running:
        raise WrongStatus(
            f"Change {request_id} cannot be canceled: its money is on its way to the connector",
            code="SalesOrderSystem014",
        )


def _require_unused(heads: Heads, modification: Modification, operation: Operation) -> None:
    """Refuse to take back a modification if invoices already rely on the changed value."""
    order, transaction = heads.order, heads.transaction
    exceeds = order.value - modification.value <= order.invoiced
    is_newest = operation.sequence == transaction.tail - 1
    if exceeds or (order.is_fully_invoiced and not (operation.ask.completes and is_newest)):
        raise WrongStatus(
            f"Change {modification.request_id} cannot be canceled: {order.invoiced} of the changed value "
            f"{order.value} is invoiced",
            code="SalesOrderSystem046",
        )


def _lines_back(lines: Sequence[Line], modification: Modification) -> list[Line]:
    """Return the lines before the modification; invoiced quantities stay."""
    current = {line.unique_id: line for line in lines}
    restored = [
        replace(current[before.unique_id], quantity=before.quantity, removed=before.removed)
        for before in modification.lines_before
    ]
    for unique_id in modification.lines_added:
        line = current[unique_id]
        if line.invoiced:
            raise WrongStatus(f"Item {line.id} was invoiced since it was added", code="SalesOrderSystem046")
        restored.append(replace(line, quantity=0, removed=line.removed + line.quantity))
    return restored
