"""The audit of the order's side: compares the head with invoices, changes and lines, and all with their events."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from settlement.domain.audit.records import Mismatch, Records, unequal
from settlement.domain.events import Event, EventType
from settlement.domain.order.invoice import Invoice, InvoiceType


def order_mismatches(records: Records) -> Iterator[Mismatch]:
    """Return the mismatches between the order's head, documents, lines and events."""
    yield from _placing(records)
    yield from _head(records)
    yield from _invoices(records)
    yield from _changes(records)
    yield from _lines(records)
    yield from _requests(records)


def _said(records: Records, type_: EventType, key: str) -> dict[object, Event]:
    return {event.data.get(key): event for event in records.events if event.type is type_}


def _placing(records: Records) -> Iterator[Mismatch]:
    """The order and its payments agree with the event of their placing, or of the checkout's start and sending."""
    order, transaction = records.order, records.transaction
    assigned = {payment.payment_id: payment.assigned for payment in records.payments}
    told: dict[str, object] = {}
    for event in records.events:
        if event.type in (EventType.ORDER_PLACED, EventType.TRANSACTION_STARTED):
            yield from unequal("order head", ("value when placed", event.data.get("value"), order.placed_value))
            value = event.data.get("transactionValue", event.data.get("value"))
            yield from unequal("transaction head", ("value when placed", value, transaction.value))
        if event.type is EventType.ORDER_PLACED:
            rounding = event.data.get("roundingError", 0)
            yield from unequal("order head", ("rounding error when placed", rounding, order.rounding_error))
            yield from unequal("transaction head", ("mode when placed", event.data.get("mode"), transaction.mode.value))
        if event.type in (EventType.ORDER_PLACED, EventType.PAYMENTS_RECEIVED):
            payments = event.data.get("payments")
            told |= payments if isinstance(payments, Mapping) else {}
    yield from unequal("payments", ("payments when placed", told, assigned))


def _head(records: Records) -> Iterator[Mismatch]:
    order = records.order
    sales = [invoice for invoice in records.invoices if invoice.type is InvoiceType.OUTPUT and invoice.stands]
    returns = [invoice for invoice in records.invoices if invoice.type is InvoiceType.INPUT]
    modified = sum(held.value for held in records.modifications if held.cancelled_at is None)
    changed = sum(change.net_value for change in records.changes)
    yield from unequal(
        "order head",
        ("value placed and changed", order.placed_value + changed + modified, order.value),
        ("value invoiced", sum(invoice.counted for invoice in sales), order.invoiced),
        ("value returned", sum(invoice.value for invoice in returns), order.returned),
        (
            "value of returns written off",
            sum(_unreturned(event) for event in records.events),
            order.returns_written_off,
        ),
        ("number of invoices", len(records.invoices), order.invoices),
        ("number of changes", len(records.changes), order.changes),
        ("number of modifications", len(records.modifications), order.modifications),
        ("operation of the newest modification", _last_modification(records), order.last_modification),
    )
    if order.order_group != order.order_id and not order.gateway_only:
        yield from unequal("order head", ("found in its group", True, order.order_id in records.group))


def _unreturned(event: Event) -> int:
    return int(str(event.data.get("unreturned", 0))) if event.type is EventType.OPERATION_ENDED else 0


def _last_modification(records: Records) -> int:
    newest = [held for held in records.modifications if held.operation is not None][-1:]
    return sum(held.operation or 0 for held in newest if held.cancelled_at is None)


def _invoices(records: Records) -> Iterator[Mismatch]:
    notified = _said(records, EventType.INVOICE_NOTIFIED, "invoiceNumber")
    for place, invoice in enumerate(records.invoices, start=1):
        where = f"invoice {invoice.number}"
        said = notified.pop(invoice.number, None)
        facts = said.data if said is not None else {}
        yield from unequal(
            where,
            ("place among the invoices", place, invoice.sequence),
            ("type notified", facts.get("invoiceType"), invoice.type.value),
            ("value notified", facts.get("value"), invoice.value),
            ("value counted", facts.get("counted"), invoice.counted),
            ("embedded document", invoice.has_document, invoice.number in records.documents),
        )
    for number in notified:
        yield Mismatch("invoice notified", f"invoice {number}", "an invoice", None)
    yield from _cancelled_invoices(records)
    yield from _completions(records)


def _cancelled_invoices(records: Records) -> Iterator[Mismatch]:
    """What cancelled invoices took back agrees with the events of that, and with what they had asked for (R38)."""
    cancelled = _said(records, EventType.INVOICE_CANCELLED, "invoiceNumber")
    withdrawn_by = {held.withdraws: held for held in records.operations if held.withdraws is not None}
    asked = {held.origin: held.sequence for held in records.operations}
    for invoice in records.invoices:
        said = cancelled.pop(invoice.number, None)
        facts = said.data if said is not None else {}
        cancellation = invoice.cancellation
        operation = withdrawn_by.get(asked.get(f"invoice/{invoice.number}", 0))
        yield from unequal(
            f"invoice {invoice.number}",
            ("cancelled by request", facts.get("cancellation"), cancellation.request_id if cancellation else None),
            ("value that counts no more", facts.get("counted"), invoice.counted if cancellation else None),
            ("request taken back", facts.get("withdrawn"), cancellation.withdrawn if cancellation else None),
            (
                "request that its operation takes back",
                cancellation.withdrawn if cancellation else 0,
                operation.ask.withdrawn if operation is not None else 0,
            ),
        )
    for number in cancelled:
        yield Mismatch("invoice cancelled", f"invoice {number}", "an invoice", None)


def _completions(records: Records) -> Iterator[Mismatch]:
    """What a change has requested because it completed the order is taken back once the order is open again (R38)."""
    taken_back = {held.withdraws_completion: held for held in records.operations}
    for asked in records.operations:
        if not asked.asks_by_completing:
            continue
        where, by = f"operation {asked.sequence}", taken_back.get(asked.sequence)
        if by is None:
            yield from unequal(where, ("completes the order", True, records.order.is_fully_invoiced))
        else:
            standing = max(0, asked.ask.request - (asked.taken_off or 0))
            yield from unequal(where, ("request taken back with an invoice", standing, by.completion_withdrawn))


def _changes(records: Records) -> Iterator[Mismatch]:
    registered = _said(records, EventType.ORDER_CHANGED, "requestId")
    for change in records.changes:
        said = registered.pop(change.request_id, None)
        facts = said.data if said is not None else {}
        yield from unequal(
            f"change {change.request_id}",
            ("discount registered", facts.get("discountValue"), change.discount_value),
            ("increment registered", facts.get("incrementValue"), change.increment_value),
            ("reason registered", facts.get("reason"), change.reason),
        )
    taken_back = _said(records, EventType.ORDER_MODIFICATION_CANCELLED, "requestId")
    modified = _said(records, EventType.ORDER_MODIFIED, "requestId")
    operations = {operation.origin: operation.sequence for operation in records.operations}
    for held in records.modifications:
        said = modified.pop(held.request_id, None)
        facts = said.data if said is not None else {}
        yield from unequal(
            f"modification {held.request_id}",
            ("value of the modification", facts.get("changeValue"), held.value),
            ("reason of the modification", facts.get("reason"), held.reason),
            ("operation of the modification", operations.get(f"modification/{held.request_id}"), held.operation),
            ("taken back", held.request_id in taken_back, held.cancelled_at is not None),
        )
    for request_id in (*registered, *modified):
        yield Mismatch("change registered", f"change {request_id}", "a change", None)


def _lines(records: Records) -> Iterator[Mismatch]:
    """Quantities of lines equal those placed and added, and those of invoices and changes."""
    added = {unique_id for held in records.modifications for unique_id in held.lines_added}
    of_changes = sum(item.quantity for change in records.changes for item in change.items_added)
    placed = sum(line.quantity + line.removed for line in records.lines if line.unique_id not in added)
    yield from unequal(
        "lines",
        ("quantity placed and added", records.order.total_items + of_changes, placed),
        ("quantity invoiced", _named(records, InvoiceType.OUTPUT), sum(line.invoiced for line in records.lines)),
        ("quantity returned", _named(records, InvoiceType.INPUT), sum(line.returned for line in records.lines)),
    )
    if not records.modifications:
        removed = sum(item.quantity for change in records.changes for item in change.items_removed)
        yield from unequal("lines", ("quantity removed", removed, sum(line.removed for line in records.lines)))
    for event in records.events:
        if event.type is EventType.ORDER_PLACED and "linesValue" in event.data:
            first = records.lines[: int(str(event.data["lines"]))]
            worth = sum(line.placed_value for line in first)
            yield from unequal("lines", ("value of the lines placed", event.data["linesValue"], worth))
    for place, line in enumerate(records.lines):
        where = f"line {line.unique_id}"
        yield from unequal(where, ("place among the lines", place, line.index))
        if not (0 <= line.returned <= line.invoiced <= line.quantity and line.removed >= 0):
            yield Mismatch("returned, invoiced and ordered quantity", where, "none above the next",
                           f"{line.returned}, {line.invoiced}, {line.quantity}")  # fmt: skip


def _named(records: Records, type_: InvoiceType) -> int:
    """Return the quantity on the invoices of a type, without the part that did not fit on the lines."""
    mine: Callable[[Invoice], bool] = lambda invoice: invoice.type is type_  # noqa: E731
    named = sum(item.quantity for invoice in filter(mine, records.invoices) for item in invoice.items)
    notified = _said(records, EventType.INVOICE_NOTIFIED, "invoiceNumber")
    beyond = [
        text
        for invoice in filter(mine, records.invoices)
        if invoice.number in notified
        for text in _texts(notified[invoice.number].data.get("itemsBeyondOrder"))
    ]
    back = [
        int(str(event.data["units"])) for event in _said(records, EventType.INVOICE_CANCELLED, "invoiceNumber").values()
    ]
    gone = sum(back) if type_ is InvoiceType.OUTPUT else 0
    return named - sum(int(text.partition(" ")[0]) for text in beyond) - gone


def _texts(value: object) -> list[str]:
    return [str(text) for text in value] if isinstance(value, Iterable) else []


def _requests(records: Records) -> Iterator[Mismatch]:
    """Every invoice and change that moves money has an operation, and every operation's ask agrees with its event."""
    origins = {operation.origin for operation in records.operations}
    wanted = [f"invoice/{invoice.number}" for invoice in records.invoices if invoice.counted]
    wanted += [f"change/{change.request_id}" for change in records.changes if change.net_value]
    wanted += [f"modification/{held.request_id}" for held in records.modifications if held.operation is not None]
    for origin in wanted:
        if origin not in origins:
            yield Mismatch("operation that moves the money", origin, "an operation", None)
    asked = _said(records, EventType.SETTLEMENT_REQUESTED, "operation")
    for operation in records.operations:
        said = asked.get(operation.sequence)
        yield from unequal(
            f"operation {operation.sequence}",
            ("value requested", said.data.get("value") if said is not None else 0, operation.ask.request),
            (
                "origin of the request",
                said.data.get("origin") if said is not None else operation.origin,
                operation.origin,
            ),
        )
