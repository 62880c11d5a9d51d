"""Accepts invoices: a sale requests its settlement, a return its refund (C§1, R1 to R3, R16 to R19, R45 to R47)."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from settlement.domain.account.account import AccountSettings, ReturnsBeforeCompletion
from settlement.domain.errors import AlreadyExists, InvalidRequest, Refusal, ReturnTooLarge
from settlement.domain.events import EventType, Journal
from settlement.domain.order.fiscal_record import FiscalRemark
from settlement.domain.order.held_items import require_items_of_order
from settlement.domain.order.invoice import Invoice, InvoiceType, Tracking
from settlement.domain.order.key_claim import ExaminedInvoice
from settlement.domain.order.order import Line, LineMention, Order, invoice_lines, return_lines
from settlement.domain.planning.planning import Ask
from settlement.domain.transaction.acceptance import accept, record_acceptance
from settlement.domain.transaction.operation import INVOICE, Operation, OperationKind
from settlement.domain.transaction.returns import KindOfAsk, asks_of_return, returns_made
from settlement.domain.transaction.transaction import MAX_TIMELINE, Transaction
from settlement.use_cases.orders.invoice_notice import facts_of
from settlement.use_cases.orders.record_parcel import (
    has_another_document,
    record_tracking,
    supplementing,
)
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.heads import Heads, load
from settlement.use_cases.shared.ports import Commit, Ports, Store
from settlement.values import dataclass

if TYPE_CHECKING:
    from settlement.domain.fiscal.nfe import FiscalDocument
    from settlement.use_cases.orders.take_back import TakenBack


@dataclass(frozen=True, slots=True)
class Notification:
    """The notification of an invoice; values in minor units.

    ``fiscal`` is the document that is the invoice, if it is told by one; then the items are the document's. A sale
    ``replaces`` another one, which it corrects (R39).
    """

    type: InvoiceType
    number: str
    value: int
    issuance_date: str
    items: tuple[LineMention, ...] = ()
    extra_value: int = 0
    key: str | None = None
    url: str | None = None
    document: str | None = None
    cfop: str | None = None
    volumes: int | None = None
    tracking: Tracking = field(default_factory=Tracking)
    fiscal: "FiscalDocument | None" = None
    replaces: str | None = None

    def on(self, lines: Sequence[Line]) -> "Notification":
        """Return the notification with its document's items, by their lines, and what they leave as extra value."""
        if self.fiscal is None:
            return self
        from settlement.domain.fiscal.matching import mentions_of

        items = mentions_of(self.fiscal.items, lines)
        return replace(self, items=items, extra_value=max(0, self.value - sum(item.total or 0 for item in items)))

    def as_invoice(self, *, counted: int, receipt: str, received_at: datetime, sequence: int) -> Invoice:
        """Return the invoice to store."""
        return Invoice(
            number=self.number,
            type=self.type,
            value=self.value,
            counted=counted,
            issuance_date=self.issuance_date,
            receipt=receipt,
            received_at=received_at,
            sequence=sequence,
            items=self.items,
            extra_value=self.extra_value,
            key=self.key,
            url=self.url,
            cfop=self.cfop,
            volumes=self.volumes,
            has_document=self.document is not None,
            tracking=self.tracking,
            replaces=self.replaces,
        )


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to a notification or change: its time and the receipt's id.

    ``stands`` holds the accepted values that differ from a repeat's, by the request's names. ``why_not_counted`` says
    of an invoice why only its part ``counted`` counts; it is None if all does. ``warnings`` are of its fiscal document.
    """

    date: datetime
    order_id: str
    receipt: str
    stands: Mapping[str, str | int] = field(default_factory=dict)
    counted: int = 0
    why_not_counted: str | None = None
    warnings: tuple[FiscalRemark, ...] = ()


@dataclass(frozen=True, slots=True)
class _Case:
    """What a decision on an invoice has read; ``lines`` only if the invoice tells of items."""

    ports: Ports
    heads: Heads
    settings: AccountSettings
    notification: Notification
    lines: list[Line]

    def examined(self, invoice: Invoice, at: datetime, *, is_booked: bool = False) -> ExaminedInvoice:
        """Return an invoice with what its fiscal document tells, if it has one, or the key of one."""
        told = self.notification
        if invoice.key is None and told.document is None:
            return ExaminedInvoice(invoice)
        from settlement.use_cases.orders.examine_document import examined

        return examined(
            self.ports.store,
            self.heads.order,
            self.settings,
            invoice,
            self.lines,
            at,
            text=told.document,
            document=told.fiscal,
            is_booked=is_booked,
        )


def notify_invoice(
    ports: Ports, account: str, order_id: str, notification: Notification, expected: int | None = None
) -> Receipt:
    """Accept an invoice once. Its number identifies it within the order, and a replay moves no money (R17).

    A new invoice is accepted on the ``expected`` version only. Raises ``StaleVersion``, ``OrderNotFound``,
    ``WrongStatus``, ``OverInvoiced``, ``ReturnTooLarge``, ``MoneyCannotMove`` and ``InvalidRequest``; then nothing is
    written, and the number stays free.
    """
    is_first_try = True

    def decide() -> Receipt:
        nonlocal is_first_try
        if is_first_try:
            is_first_try = False
            with suppress(Refusal):
                return _notify_new(ports, account, order_id, notification, expected)
        return _notify(ports, account, order_id, notification, expected)

    return decide_until_written(ports, decide)


def _notify_new(ports: Ports, account: str, order_id: str, notification: Notification, expected: int | None) -> Receipt:
    """Accept an invoice as a new one, which nearly all are, without looking for an earlier one.

    Its write requires that there is none. Raises ``Conflict`` or a refusal if it cannot be accepted so.
    """
    return _accept(_case(ports, load(ports.store, account, order_id), notification), expected)


def _notify(ports: Ports, account: str, order_id: str, notification: Notification, expected: int | None) -> Receipt:
    """Accept an invoice, or answer it as the repeat of an earlier one before any gate."""
    case = _case(ports, load(ports.store, account, order_id), notification)
    stored = ports.store.invoice(account, order_id, notification.number)
    return _accept(case, expected) if stored is None else _replay(case, stored)


def _case(ports: Ports, heads: Heads, notification: Notification) -> _Case:
    store, order = ports.store, heads.order
    tells_items = bool(notification.items) or notification.document is not None or notification.replaces is not None
    lines = store.lines(order.account, order.order_id) if tells_items else []
    if (document := notification.fiscal) is not None:
        from settlement.use_cases.orders.examine_document import on_lines

        notification = replace(notification, fiscal=on_lines(store, order, document, lines)).on(lines)
    return _Case(ports, heads, store.settings(order.account), notification, lines)


def _accept(case: _Case, expected: int | None) -> Receipt:
    case.heads.require_version(expected)
    if case.notification.type is InvoiceType.INPUT:
        return _return(case)
    return _sell(case) if case.notification.replaces is None else _correct(case, case.notification.replaces)


def _replay(case: _Case, stored: Invoice) -> Receipt:
    ports, heads, notification = case.ports, case.heads, case.notification
    if stored.type is not notification.type:
        raise InvalidRequest(
            f"invoiceNumber {stored.number} is taken by an invoice of type {stored.type.value}; "
            f"Input and Output numbers must differ"
        )
    now = ports.now()
    repeated = notification.as_invoice(counted=0, receipt="", received_at=now, sequence=0)
    if not stored.stands:
        raise AlreadyExists(f"invoiceNumber {stored.number} was canceled; a new invoice needs another number")
    if case.settings.strict_invoices and not stored.says_the_same_as(repeated):
        raise AlreadyExists(
            f"invoiceNumber {stored.number} was notified before with invoiceValue {stored.value} or other items"
        )
    order = heads.order
    receipt = ports.new_id().lower()
    stands = stored.standing_against_repeat(repeated)
    if has_another_document(ports.store, heads, stored, notification.document):
        stands["embeddedInvoice"] = "the one that was sent before"
    completed = stored.completed(repeated)
    if completed != stored:
        heads.transaction.require_room_for_remarks()
    found = ExaminedInvoice(completed)
    if (completed.key, completed.has_document) != (stored.key, stored.has_document):
        found = case.examined(completed, now, is_booked=True)
        completed = found.invoice
    journal = heads.journal(now)
    if stands and heads.transaction.events < MAX_TIMELINE:
        journal.record(
            EventType.INVOICE_REPLAY_DIFFERED,
            invoiceNumber=stored.number,
            storedValue=stored.value,
            repeatedValue=notification.value,
            differing=", ".join(stands),
        )
    commit = _completing(heads, journal, stored, completed, notification, receipt)
    ports.commit(replace(commit, key_claims=found.claims))
    return Receipt(now, order.order_id, receipt, stands, stored.counted, stored.why_not_counted, completed.remarks)


def _completing(
    heads: Heads,
    journal: Journal,
    stored: Invoice,
    completed: Invoice,
    notification: Notification,
    receipt: str,
) -> Commit:
    """Return the commit of a repeat: its receipt, and the fields that the stored invoice lacks."""
    order = heads.order
    if completed == stored:
        commit = Commit(order.account, order.order_id, order.transaction_id)
        if journal.events:
            commit = heads.becomes(journal, order, heads.transaction)
        return replace(commit, new_receipts=[(stored.number, receipt)])
    if completed.tracking != stored.tracking:
        record_tracking(journal, completed)
    after = replace(completed, receipt=receipt)
    return supplementing(heads, journal, stored, after, notification.document)


def _correct(case: _Case, replaced: str) -> Receipt:
    """Take a sale that corrects another one, which is cancelled by the same write (R39)."""
    from settlement.use_cases.orders.take_back import take_back  # a cold start goes without it

    order = case.heads.order
    invoices = case.ports.store.invoices(order.account, order.order_id)
    taken = take_back(case.ports, case.heads, replaced, invoices, case.lines)
    return _sell(replace(case, lines=taken.lines), taken)


def _sell(case: _Case, taken: "TakenBack | None" = None) -> Receipt:
    order, transaction = case.heads.order, case.heads.transaction
    withdrawn = 0
    if taken is not None:
        order, withdrawn = taken.order, taken.withdrawn
    counted = order.require_output_invoice(case.notification.value, strict=case.settings.strict_invoices)
    invoiced = replace(order, invoiced=order.invoiced + counted)
    asks: list[KindOfAsk] = []
    if counted:
        completes = invoiced.is_fully_invoiced
        left = transaction.payable - (transaction.requested - withdrawn)
        ask = Ask(request=left if completes else min(counted, left), completes=completes, withdrawn=withdrawn)
        asks.append((OperationKind.SETTLE, ask))
    if counted and invoiced.is_fully_invoiced:
        invoiced = replace(invoiced, invoiced_at=case.ports.now())
    return _store(case, invoiced, counted, asks, taken)


def _return(case: _Case) -> Receipt:
    order, value = case.heads.order, case.notification.value
    try:
        order.require_input_invoice(value)
    except ReturnTooLarge as error:
        raise ReturnTooLarge(f"{error.message}{_what_became_of_returns(case.ports.store, order)}") from None
    returned = replace(order, returned=order.returned + value)
    is_complete = order.is_fully_invoiced
    asks: list[KindOfAsk] = []
    if is_complete or case.settings.returns_before_completion is ReturnsBeforeCompletion.REFUND:
        asks = asks_of_return(value, case.heads.transaction, is_complete=is_complete)
    return _store(case, returned, value if asks else 0, asks)


def _what_became_of_returns(store: Store, order: Order) -> str:
    if not order.returned:
        return ""
    account, transaction_id = order.account, order.transaction_id
    return f": {returns_made(order, store.operations(account, transaction_id), store.legs(account, transaction_id))}"


def _store(
    case: _Case, order: Order, counted: int, asks: Sequence[KindOfAsk], taken: "TakenBack | None" = None
) -> Receipt:
    """Write the invoice with its operations, and the one ``taken`` back for it.

    There are no ``asks`` if it moves no money.
    """
    ports, notification = case.ports, case.notification
    now = ports.now()
    found = case.examined(
        notification.as_invoice(
            counted=counted, receipt=ports.new_id().lower(), received_at=now, sequence=order.invoices + 1
        ),
        now,
    )
    invoice = found.invoice
    document_bytes = len((notification.document or "").encode())
    order = order.with_texts(invoice.text_bytes + document_bytes)
    book = invoice_lines if invoice.type is InvoiceType.OUTPUT else return_lines
    lines, unplaced = book(case.lines, invoice.items)
    if case.settings.strict_invoices and invoice.items:
        require_items_of_order(invoice, case.lines, unplaced)
    journal = case.heads.journal(now)
    journal.record(
        EventType.INVOICE_NOTIFIED,
        **facts_of(invoice, case.lines, unplaced, document_bytes),
    )
    if taken is not None:
        lines = taken.lines_with(lines, order)
        taken.record(journal, taken.replacement(invoice, ports.actor))
    transaction, operations = _queued(case, taken, invoice, asks, journal)
    commit = replace(
        case.heads.becomes(journal, replace(order, invoices=order.invoices + 1), transaction),
        operations=operations,
        invoices=[invoice],
        lines=lines,
        documents=[(invoice.number, notification.document)] if notification.document is not None else [],
        key_claims=found.claims,
    )
    if taken is not None:
        commit = taken.added_to(commit, ports, case.heads, taken.replacement(invoice, ports.actor))
    ports.commit(commit)
    return Receipt(
        now,
        order.order_id,
        invoice.receipt,
        counted=invoice.counted,
        why_not_counted=invoice.why_not_counted,
        warnings=invoice.remarks,
    )


def _queued(
    case: _Case, taken: "TakenBack | None", invoice: Invoice, asks: Sequence[KindOfAsk], journal: Journal
) -> tuple[Transaction, list[Operation]]:
    """Queue what an invoice asks for, and record it."""
    transaction = case.heads.transaction if taken is None else taken.released.transaction
    operations = []
    for (kind, ask), origin in zip(asks, _origins(invoice), strict=False):
        if taken is None:
            accepted = accept(transaction, kind, ask, case.settings.refund_priority, origin, journal.at)
        else:
            accepted = taken.accept(case.ports, transaction, kind, ask, origin, journal.at)
        transaction = accepted.transaction
        operations.append(accepted.operation)
        record_acceptance(journal, accepted.operation)
    return transaction, operations


def _origins(invoice: Invoice) -> tuple[str, str]:
    """Return the origins of an invoice's operations; the ids of their connector calls are made of them."""
    first = f"{INVOICE}{invoice.number}"
    return first, f"{first}/captured"
