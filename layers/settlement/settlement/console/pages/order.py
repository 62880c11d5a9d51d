"""One order: where it is and why, its money, items, invoices and changes."""

from datetime import datetime
from typing import TYPE_CHECKING

from settlement.api.shared.http import Response
from settlement.console.actions.action import Target
from settlement.console.actions.on_orders import open_actions
from settlement.console.rendering import done_of, page
from settlement.console.standing import standing
from settlement.console.visit import Visit
from settlement.domain.account.account import Role
from settlement.domain.errors import InvoiceNotFound
from settlement.domain.order.invoice import Invoice
from settlement.domain.order.order import Line, pending_to_invoice
from settlement.domain.transaction.leg import Leg, LegKind
from settlement.domain.transaction.statuses import order_status, transaction_status
from settlement.use_cases.shared.heads import Heads, load
from settlement.use_cases.shared.ports import Page
from settlement.values import dataclass

if TYPE_CHECKING:
    from settlement.domain.transaction.diagnosis import Diagnosis

INVOICES_AT_ONCE = 50
"""Up to so many invoices, an order's are all on its page."""

INVOICES_OF_A_LONG_ORDER = 20
"""Of more, these are there at once, and as many with each *More*: its page is there as soon as that of a short one."""

MAX_OPERATIONS_READ = 150
"""Operations up to which the captures of invoices are shown beside them; of more, the transaction has them."""


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the order, with what is left of it."""

    line: Line
    left: int


@dataclass(frozen=True, slots=True)
class Sent:
    """An invoice, and the calls that it brought about; None if they are not read."""

    invoice: Invoice
    calls: list[Leg] | None


@dataclass(frozen=True, slots=True)
class Changed:
    """A registered change or a modification of the order."""

    id: str
    reason: str
    value: int
    at: datetime
    is_taken_back: bool


def show(visit: Visit, order_id: str) -> Response:
    """Show an order. Its payments are shown to those who may see payments."""
    store, account = visit.ports.store, visit.account
    heads, diagnosis = _diagnosed(visit, order_id)
    order = heads.order
    return page(
        visit,
        "order",
        heads=heads,
        order=order,
        status=order_status(order, heads.transaction).value,
        transaction_status=transaction_status(order, heads.transaction).value,
        diagnosis=diagnosis,
        standing=None if diagnosis is None else standing(visit.words, diagnosis, order.currency, visit.now),
        items=[Item(line, pending_to_invoice(order, line)) for line in store.lines(account, order_id)],
        invoices=_invoices(visit, heads, None),
        changes=_changes(visit, heads),
        actions=open_actions(visit, Target(heads)),
        done=done_of(visit),
        payments=store.payments(account, order.transaction_id) if visit.may(Role.VIEW_PAYMENT) else [],
    )


def invoices(visit: Visit, order_id: str) -> Response:
    """Show further invoices of an order, as a part of its page or as a page of their own."""
    heads = load(visit.ports.store, visit.account, order_id)
    found = _invoices(visit, heads, visit.asked("after") or None)
    template = "invoice_rows" if visit.is_partial else "invoices"
    return page(visit, template, heads=heads, order=heads.order, invoices=found)


def document(visit: Visit, order_id: str, number: str) -> Response:
    """Return the document that was sent with an invoice, to be kept as a file and not opened as a page."""
    heads = load(visit.ports.store, visit.account, order_id)
    text = visit.ports.store.document(visit.account, heads.order.order_id, number)
    if text is None:
        raise InvoiceNotFound(number)
    headers = {"Content-Disposition": 'attachment; filename="document.xml"'}
    return Response(200, "application/octet-stream", text, headers)


def _diagnosed(visit: Visit, order_id: str) -> "tuple[Heads, Diagnosis | None]":
    if not visit.may(Role.VIEW_PAYMENT):
        return load(visit.ports.store, visit.account, order_id), None
    from settlement.use_cases.upkeep.diagnose_order import diagnose_order

    diagnosed = diagnose_order(visit.ports, visit.account, order_id)
    return diagnosed.heads, diagnosed.diagnosis


def _invoices(visit: Visit, heads: Heads, after: str | None) -> Page[Sent]:
    """Return a page of an order's invoices; those of a usual order in the order in which they came."""
    store, order = visit.ports.store, heads.order
    if not order.invoices:
        return Page([])
    at_once = INVOICES_AT_ONCE if order.invoices <= INVOICES_AT_ONCE else INVOICES_OF_A_LONG_ORDER
    found = store.invoices_after(visit.account, order.order_id, after, at_once)
    calls = _calls_by_origin(visit, heads)
    sent = [
        Sent(invoice, None if calls is None else calls.get(f"invoice/{invoice.number}", [])) for invoice in found.items
    ]
    if after is None and found.next is None:
        sent.sort(key=lambda one: one.invoice.sequence)
    return Page(sent, found.next)


def _calls_by_origin(visit: Visit, heads: Heads) -> dict[str, list[Leg]] | None:
    """Return the calls that settle and refund, by what they came from; None if there are too many to read."""
    transaction = heads.transaction
    if transaction.tail > MAX_OPERATIONS_READ or not visit.may(Role.VIEW_PAYMENT):
        return None
    store = visit.ports.store
    operations = store.operations(visit.account, transaction.transaction_id)
    origins = {operation.sequence: operation.origin for operation in operations}
    calls: dict[str, list[Leg]] = {}
    for leg in store.legs(visit.account, transaction.transaction_id):
        if leg.kind in (LegKind.SETTLE, LegKind.REFUND):
            calls.setdefault(origins[leg.operation], []).append(leg)
    return calls


def _changes(visit: Visit, heads: Heads) -> list[Changed]:
    store, order = visit.ports.store, heads.order
    found: list[Changed] = []
    if order.changes:
        found += [
            Changed(change.request_id, change.reason, change.net_value, change.received_at, False)
            for change in store.changes(visit.account, order.order_id)
        ]
    if order.modifications:
        found += [
            Changed(change.request_id, change.reason, change.value, change.created_at, change.cancelled_at is not None)
            for change in store.modifications(visit.account, order.order_id)
        ]
    return sorted(found, key=lambda change: change.at)
