"""Takes a sale invoice back, for its cancellation or its correction (R38, R39). Amounts are minor units."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from settlement.domain.actor import Actor
from settlement.domain.errors import InvoiceNotFound
from settlement.domain.events import EventType, Journal
from settlement.domain.order.cancelled_invoice import (
    changed_of,
    lines_without,
    require_cancellable,
    require_no_return_rests,
    without,
)
from settlement.domain.order.invoice import Invoice, InvoiceCancellation
from settlement.domain.order.order import Line, Order
from settlement.domain.planning.planning import Ask
from settlement.domain.transaction.acceptance import Accepted, accept
from settlement.domain.transaction.leg import Leg, LegKind, LegState
from settlement.domain.transaction.operation import INVOICE, Operation, OperationKind, OperationState
from settlement.domain.transaction.transaction import Transaction
from settlement.domain.transaction.trouble import missing_legs
from settlement.use_cases.shared.heads import Heads
from settlement.use_cases.shared.planned_legs import planned_legs
from settlement.use_cases.shared.ports import Changed, Commit, Ports, Store
from settlement.use_cases.workflow.queue import head_guard, project_queue
from settlement.use_cases.workflow.resolve_doubt import put_right, recount
from settlement.values import dataclass

MAX_RELEASED = 12
"""Most failed operations and calls that one cancellation ends, beside 70 lines; others are ended by a retry."""


@dataclass(frozen=True, slots=True)
class Requests:
    """What an invoice or change has asked its transaction for: the operation of its request, and its retries."""

    operations: tuple[Operation, ...] = ()
    legs: tuple[Leg, ...] = ()

    @property
    def sequence(self) -> int | None:
        """The sequence of the operation of its request; None if it has asked for nothing."""
        return self.operations[0].sequence if self.operations else None

    @property
    def standing(self) -> int:
        """The value of its request that nobody has written off."""
        if not self.operations:
            return 0
        written_off = [leg for leg in self.legs if leg.kind is LegKind.SETTLE and leg.state is LegState.WRITTEN_OFF]
        closed = sum(leg.closed for leg in written_off)
        taken_off = sum(held.taken_off or 0 for held in self.operations)
        return max(0, self.operations[0].ask.request - max(closed, taken_off))


@dataclass(frozen=True, slots=True)
class Released:
    """Failed settlements of a cancelled invoice, which nobody asks for any more: what is written of them."""

    transaction: Transaction
    operations: list[Operation]
    legs: list[Changed[Leg]]


@dataclass(frozen=True, slots=True)
class TakenBack:
    """An order without one of its sales: ``invoice``, which has ``asked`` its transaction for its money.

    ``completion`` is what a change has asked for that completed the order, which is open again without the invoice.
    ``known`` are the lines as stored, ``lines`` those without the invoice; both are empty if no item is told.
    """

    invoice: Invoice
    order: Order
    known: list[Line]
    lines: list[Line]
    asked: Requests
    completion: Requests
    released: Released

    @property
    def withdrawn(self) -> int:
        """The value of the requests that go with the invoice."""
        return self.asked.standing + self.completion.standing

    @property
    def units(self) -> int:
        """The units that are invoiced no more."""
        return sum(line.invoiced for line in self.known) - sum(line.invoiced for line in self.lines)

    def lines_with(self, booked: Sequence[Line], order: Order) -> list[Line]:
        """Return the lines to write, once those ``booked`` by a correction are in, which makes the order ``order``.

        Raises ``InvoiceCancelRefused`` if its sales do not cover its returns.
        """
        after = {line.unique_id: line for line in self.lines} | {line.unique_id: line for line in booked}
        require_no_return_rests(order, after.values(), self.invoice)
        return changed_of(self.known, list(after.values()))

    def replacement(self, by: Invoice, actor: Actor) -> InvoiceCancellation:
        """Return the cancellation that a correction makes."""
        return InvoiceCancellation(
            request_id=f"{INVOICE}{by.number}",
            reason=f"replaced by invoice {by.number}",
            receipt=by.receipt,
            at=by.received_at,
            by=actor,
            withdrawn=self.withdrawn,
            replaced_by=by.number,
        )

    def record(self, journal: Journal, cancellation: InvoiceCancellation) -> None:
        """Record the cancellation of the invoice."""
        journal.record(
            EventType.INVOICE_CANCELLED,
            invoiceNumber=self.invoice.number,
            cancellation=cancellation.request_id,
            reason=cancellation.reason,
            counted=self.invoice.counted,
            withdrawn=self.withdrawn,
            units=self.units,
        )

    def accept(
        self, ports: Ports, transaction: Transaction, kind: OperationKind, ask: Ask, origin: str, at: datetime
    ) -> Accepted:
        """Queue the operation that takes the request back, on what the queue is going to capture without that."""
        coming = Operation(transaction.tail, kind, origin, ask, at, OperationState.QUEUED)
        payments = ports.store.payments(transaction.account, transaction.transaction_id)
        positions = project_queue(ports, transaction, [payment.position for payment in payments], before=[coming])
        priority = ports.store.settings(transaction.account).refund_priority
        accepted = accept(replace(transaction, projection=positions), kind, ask, priority, origin, at)
        operation = replace(accepted.operation, withdraws=self.asked.sequence)
        if self.completion.operations:
            operation = replace(
                operation,
                withdraws_completion=self.completion.sequence,
                completion_withdrawn=self.completion.standing,
            )
        return replace(accepted, operation=operation)

    def added_to(self, commit: Commit, ports: Ports, heads: Heads, cancellation: InvoiceCancellation) -> Commit:
        """Return the commit with the cancelled invoice and what its request leaves behind."""
        after = replace(self.invoice, cancellation=cancellation, replays=self.invoice.replays + 1)
        guard = head_guard(ports, heads.transaction)
        return replace(
            commit,
            operations=[*self.released.operations, *commit.operations, *guard],
            legs=[*commit.legs, *self.released.legs],
            replaced_invoices=[*commit.replaced_invoices, Changed(self.invoice, after)],
        )


def take_back(ports: Ports, heads: Heads, number: str, invoices: Sequence[Invoice], known: list[Line]) -> TakenBack:
    """Return the order without a sale, of which nothing is written yet.

    Raises ``InvoiceNotFound``, ``WrongStatus`` and ``InvoiceCancelRefused``.
    """
    invoice = next((held for held in invoices if held.number == number), None)
    if invoice is None:
        raise InvoiceNotFound(number)
    require_cancellable(heads.order, invoice, invoices)
    operations = ports.store.operations(heads.transaction.account, heads.transaction.transaction_id)
    asked = _requests_of(ports.store, heads.transaction, f"{INVOICE}{number}", operations)
    completion = _request_of_completion(ports.store, heads.transaction, operations) if invoice.counted else Requests()
    lines = lines_without(known, invoice, invoices)
    released = _release(heads.transaction, asked, completion)
    transaction = replace(released.transaction, finished_at=None) if invoice.counted else released.transaction
    return TakenBack(
        invoice,
        without(heads.order, invoice),
        known,
        lines,
        asked,
        completion,
        replace(released, transaction=transaction),
    )


def _requests_of(store: Store, transaction: Transaction, origin: str, operations: Sequence[Operation]) -> Requests:
    """Return what an invoice or change has asked for by ``operations``, with the calls of it."""
    mine = tuple(held for held in operations if held.origin == origin or held.origin.startswith(f"{origin}/retry-"))
    legs = tuple(leg for held in mine for leg in planned_legs(store, transaction, held))
    return Requests(mine, legs)


def _request_of_completion(store: Store, transaction: Transaction, operations: Sequence[Operation]) -> Requests:
    """Return what a change has asked for because it completed the order, and nothing has taken back; at most one."""
    gone = {held.withdraws_completion for held in operations}
    standing = [held for held in operations if held.asks_by_completing and held.sequence not in gone]
    return _requests_of(store, transaction, standing[-1].origin, operations) if standing else Requests()


def _release(transaction: Transaction, *taken_back: Requests) -> Released:
    """End the failed settlements of requests that are taken back, as a retry would that finds nothing missing.

    What a correction failed to refund stays work: it is paid above the request that is taken back.
    """
    operations: list[Operation] = []
    replaced: list[Changed[Leg]] = []
    for failed in (held for asked in taken_back for held in asked.operations):
        legs = [leg for asked in taken_back for leg in asked.legs if leg.operation == failed.sequence]
        missing = [leg for leg in missing_legs(failed, legs) if leg.kind is LegKind.SETTLE]
        is_settlement = bool(missing) or failed.unsettled > 0
        is_over = failed.state is OperationState.FAILED and not any(leg.is_in_doubt for leg in missing)
        if not (is_over and is_settlement) or len(operations) + 1 + len(replaced) + len(missing) > MAX_RELEASED:
            continue
        changes = [
            Changed(leg, replace(leg.to(LegState.REPLACED), doubtful=False, attempts=leg.attempts + 1))
            for leg in missing
        ]
        numbers = {changed.after.number: changed.after for changed in changes}
        after_legs = [numbers.get(leg.number, leg) for leg in legs]
        after = put_right(replace(failed, unsettled=0), after_legs)
        transaction = recount(transaction, (failed, legs), (after, after_legs))
        operations.append(after)
        replaced += changes
    return Released(transaction, operations, replaced)
