"""What can be done with an order: start, invoice, return, change, cancel, track its parcels."""

import uuid
from collections.abc import Sequence
from typing import Any

from settlement.api.shared import body
from settlement.console import typed
from settlement.console.actions.action import Act, Action, Limited, Target
from settlement.console.visit import Visit
from settlement.domain.account.account import Role
from settlement.domain.order.invoice import Invoice, InvoiceType
from settlement.domain.order.left_to_invoice import LineLeft, left_to_invoice
from settlement.domain.order.line_value import first_units, total_of
from settlement.domain.order.order import Line, Order


def _start(visit: Visit, target: Target) -> Act:
    from settlement.use_cases.orders.start_handling import start_handling

    order_id = target.heads.order.order_id
    return lambda ports, expected: start_handling(ports, visit.account, order_id)


def _is_started(visit: Visit, target: Target) -> bool:
    return target.heads.order.started_at is not None


def _invoice(visit: Visit, target: Target) -> Act:
    """Read a sale invoice: by items, whose values are those left to invoice, or by an amount, which counts then."""
    taken = [
        (part.line, count, total_of(first_units(part.unit_prices, count)))
        for part in _left(visit, target)
        if (count := typed.quantity(visit, f"item-{part.line.index}", part.line.pending))
    ]
    return _notify(visit, target, "Output", taken)


def _return(visit: Visit, target: Target) -> Act:
    """Read a return: by items, at the prices they were sold for, or by an amount."""
    taken = [
        (line, count, line.worth(count))
        for line in _lines(visit, target)
        if (count := typed.quantity(visit, f"item-{line.index}", line.invoiced - line.returned))
    ]
    return _notify(visit, target, "Input", taken)


def _notify(visit: Visit, target: Target, kind: str, taken: Sequence[tuple[Line, int, int]]) -> Act:
    from settlement.api.invoices.request import DocumentInvoiceBody
    from settlement.use_cases.approvals.return_invoice import asking_return
    from settlement.use_cases.orders.notify_invoice import notify_invoice

    extra = typed.amount(visit, "extra", target.currency)
    value = typed.amount(visit, "amount", target.currency) or sum(worth for _, _, worth in taken) + extra
    if not value:
        raise typed.Mistyped("typed.nothing", "amount")
    told: dict[str, Any] = {
        "type": kind,
        "issuedDate": typed.day(visit, "date"),
        "invoiceNumber": typed.text(visit, "number", needed=True),
        "invoiceValue": value,
        "items": [{"itemIndex": line.index, "quantity": count, "price": worth} for line, count, worth in taken] or None,
        "extraValue": extra or None,
        "invoiceKey": typed.text(visit, "key") or None,
        "invoiceUrl": typed.text(visit, "url") or None,
        "courier": typed.text(visit, "courier") or None,
        "trackingNumber": typed.text(visit, "tracking") or None,
    }
    notification = body.validate(DocumentInvoiceBody, told).as_notification()
    order_id = target.heads.order.order_id
    if kind == "Input":
        return Limited(asking_return(visit.account, order_id, notification))
    return lambda ports, expected: notify_invoice(ports, visit.account, order_id, notification, expected)


def _change(visit: Visit, target: Target) -> Act:
    """Read a change: what leaves takes its value with it; a discount or an increment comes beside it."""
    from settlement.api.changes.request import ChangeBody
    from settlement.use_cases.approvals.order_change import asking_change

    lines = _lines(visit, target)
    taken = [(line, count) for line in lines if (count := typed.quantity(visit, f"item-{line.index}", line.pending))]
    worth = sum(line.worth_of_last(count) for line, count in taken)
    request_id = typed.text(visit, "request_id", needed=True)
    told = {
        "requestId": request_id,
        "reason": typed.text(visit, "reason", needed=True),
        "discountValue": worth + typed.amount(visit, "discount", target.currency),
        "incrementValue": typed.amount(visit, "increment", target.currency),
        "itemsRemoved": [
            {"id": line.id, "uniqueId": line.unique_id, "quantity": count, "price": line.selling_price}
            for line, count in taken
        ],
    }
    request = body.validate(ChangeBody, told).as_request()
    return Limited(asking_change(visit.account, target.heads.order.order_id, request, str(uuid.uuid4())))


def _cancel(visit: Visit, target: Target) -> Act:
    from settlement.use_cases.approvals.order_cancellation import asking_cancel

    reason = typed.text(visit, "reason", needed=True)
    return Limited(asking_cancel(visit.account, target.heads.order.order_id, reason))


def _track(visit: Visit, target: Target) -> Act:
    """Read where a parcel is; what is left empty stays as it was."""
    from settlement.api.invoices.request import TrackingBody
    from settlement.use_cases.orders.update_tracking import update_parcel

    order_id, number = target.heads.order.order_id, typed.text(visit, "invoice", needed=True)
    if visit.ports.store.invoice(visit.account, order_id, number) is None:
        raise typed.Mistyped("typed.no-invoice", "invoice")
    seen = {"city": typed.text(visit, "seen_city") or None, "description": typed.text(visit, "seen_what") or None}
    told: dict[str, Any] = {
        "courier": typed.text(visit, "courier"),
        "trackingNumber": typed.text(visit, "tracking"),
        "trackingUrl": typed.text(visit, "tracking_url"),
        "dispatchedDate": typed.text(visit, "dispatched"),
        "deliveredDate": typed.text(visit, "delivered_date"),
        "isDelivered": typed.text(visit, "delivered") == "on" or None,
        "events": [seen] if any(seen.values()) else None,
    }
    said = {name: value for name, value in told.items() if value}
    if not said:
        raise typed.Mistyped("typed.missing", "tracking")
    parcel = body.validate(TrackingBody, said)
    tracking, supplement, delivery = parcel.as_tracking(), parcel.as_supplement(), parcel.as_delivery()
    return lambda ports, expected: update_parcel(ports, visit.account, order_id, number, tracking, supplement, delivery)


def _to_track(visit: Visit, target: Target) -> dict[str, Any]:
    found = visit.ports.store.invoices(visit.account, target.heads.order.order_id)
    sales = sorted((invoice for invoice in found if invoice.type is InvoiceType.OUTPUT), key=_newest_first)
    return {"sent": sales}


def _newest_first(invoice: Invoice) -> int:
    return -invoice.sequence


def _cancel_invoice(visit: Visit, target: Target) -> Act:
    """Read the cancellation of a sale invoice (R38)."""
    from settlement.api.invoices.taking_back import InvoiceCancelBody
    from settlement.use_cases.approvals.invoice_cancellation import asking_invoice_cancel

    told = {
        "requestId": typed.text(visit, "request_id", needed=True),
        "reason": typed.text(visit, "reason", needed=True),
    }
    request = body.validate(InvoiceCancelBody, told).as_request(typed.text(visit, "number", needed=True))
    return Limited(asking_invoice_cancel(visit.account, target.heads.order.order_id, request))


def _to_cancel_invoice(visit: Visit, target: Target) -> dict[str, Any]:
    return {"request_id": f"console-{uuid.uuid4().hex}"}


def _accept_key(visit: Visit, target: Target) -> Act:
    """Read that an invoice may have the access key of another one (D173)."""
    from settlement.api.operations.request import AcceptanceBody
    from settlement.use_cases.recovery.accept_used_key import accept_used_key

    told = {"reference": typed.text(visit, "reference", needed=True), "reason": typed.text(visit, "reason") or None}
    said, number = body.validate(AcceptanceBody, told), typed.text(visit, "number", needed=True)
    at = visit.account, target.heads.order.order_id, number
    return lambda ports, expected: accept_used_key(ports, *at, said.reference, said.reason)


def _lines(visit: Visit, target: Target) -> list[Line]:
    return visit.ports.store.lines(visit.account, target.heads.order.order_id)


def _left(visit: Visit, target: Target) -> tuple[LineLeft, ...]:
    return left_to_invoice(target.heads.order, _lines(visit, target), 1).lines


def _to_invoice(visit: Visit, target: Target) -> dict[str, Any]:
    left = left_to_invoice(target.heads.order, _lines(visit, target), 1)
    items = [(part.line, part.line.pending, part.value) for part in left.lines]
    return {"items": items, "left": left.value, "extra": left.extra_value, "today": _today(visit)}


def _to_return(visit: Visit, target: Target) -> dict[str, Any]:
    order: Order = target.heads.order
    there = [(line, line.invoiced - line.returned) for line in _lines(visit, target)]
    items = [(line, count, line.worth(count)) for line, count in there if count]
    left = order.invoiced - order.returned + order.returns_written_off
    return {"items": items, "left": left, "extra": 0, "today": _today(visit)}


def _to_change(visit: Visit, target: Target) -> dict[str, Any]:
    there = [line for line in _lines(visit, target) if line.pending]
    return {
        "items": [(line, line.pending, line.worth_of_last(line.pending)) for line in there],
        "request_id": f"console-{uuid.uuid4().hex}",
    }


def _today(visit: Visit) -> str:
    return visit.words.local(visit.now).date().isoformat()


ORDER_ACTIONS = {
    action.name: action
    for action in (
        Action("start-handling", (Role.HANDLE_ORDER,), _start, previews=False, is_done=_is_started),
        Action("invoice", (Role.NOTIFY_INVOICE,), _invoice, _to_invoice),
        Action("return", (Role.NOTIFY_REFUND,), _return, _to_return),
        Action("change", (Role.CHANGE_ORDER,), _change, _to_change),
        Action("cancel", (Role.CANCEL_ORDER,), _cancel),
        Action("cancel-invoice", (Role.NOTIFY_REFUND,), _cancel_invoice, _to_cancel_invoice),
        Action("accept-key", (Role.NOTIFY_INVOICE,), _accept_key, previews=False),
        Action("tracking", (Role.NOTIFY_INVOICE,), _track, _to_track, previews=False),
    )
}
"""The actions on orders by their names."""


def open_actions(visit: Visit, target: Target) -> list[str]:
    """Return the actions that make sense for an order as it is, of those that the reader may take.

    It only spares the reader forms that would be refused: the use cases decide.
    """
    order, transaction = target.heads.order, target.heads.transaction
    is_open = order.cancelled_at is None
    sense = {
        "start-handling": is_open and order.started_at is None and transaction.authorised_at is not None,
        "invoice": is_open and order.started_at is not None and not order.is_fully_invoiced,
        "change": is_open and order.started_at is not None and not order.is_fully_invoiced,
        "return": is_open and order.invoiced > order.returned - order.returns_written_off,
        "cancel": is_open and order.invoiced == 0,
        "cancel-invoice": is_open and order.invoiced > 0,
        "tracking": order.invoices > 0,
    }
    return [name for name, makes_sense in sense.items() if makes_sense and visit.may(*ORDER_ACTIONS[name].roles)]
