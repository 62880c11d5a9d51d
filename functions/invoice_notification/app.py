"""Accepts invoices and their tracking, and cancels invoices (C§1.1, C§1.2, R38)."""

from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from settlement import bootstrap
from settlement.api.resolver import Api, answer, no_content
from settlement.api.shared.http import Response
from settlement.api.shared.view import receipt_view
from settlement.domain.account.account import Role
from settlement.domain.order.invoice import InvoiceType
from settlement.environment import ENVIRONMENT
from settlement.logs import new_logger
from settlement.use_cases.orders.notify_invoice import Notification, notify_invoice
from settlement.use_cases.orders.update_tracking import update_parcel
from settlement.use_cases.shared.heads import load

if TYPE_CHECKING:
    from collections.abc import Callable

    from settlement.api.invoices.request import DocumentInvoiceBody, InvoiceBody
    from settlement.use_cases.approvals.act_or_ask import Asking
    from settlement.use_cases.orders.notify_invoice import Receipt
    from settlement.use_cases.shared.ports import Ports

logger = new_logger()
api = Api(logger)
bootstrap.dynamodb()

# Routes import the models of their bodies themselves: creating those classes is the most expensive part of a cold
# start, and a request without a body does not need them.


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a REST API proxy event."""
    return api.resolve(event)


@api.serves("notifyInvoice")
def notify(order_id: str) -> Response:
    """Notify a sale or return invoice."""
    from settlement.api.invoices.request import InvoiceBody

    return _notify(order_id, api.read(InvoiceBody))


@api.serves("notifyDocumentInvoice")
def notify_document(order_id: str) -> Response:
    """Notify an invoice with its items by index and an extra value."""
    from settlement.api.invoices.request import DocumentInvoiceBody

    return _notify(order_id, api.read(DocumentInvoiceBody))


@api.serves("previewInvoice")
def preview(order_id: str) -> Response:
    """Show what an invoice would do, and write nothing."""
    from settlement.api.invoices.request import InvoiceBody

    return _preview(order_id, api.read(InvoiceBody))


@api.serves("previewDocumentInvoice")
def preview_document(order_id: str) -> Response:
    """Show what an invoice with its items by index would do, and write nothing."""
    from settlement.api.invoices.request import DocumentInvoiceBody

    return _preview(order_id, api.read(DocumentInvoiceBody))


@api.serves("notifyFiscalDocument")
def notify_fiscal(order_id: str) -> Response:
    """Notify the invoice that an NF-e is, or cancel the one that its event cancels."""
    told, expected = _told_by_xml(order_id), api.expected_version()
    if isinstance(told, Notification):
        return _take(order_id, told, expected)
    return _done_or_asked(told, expected)


@api.serves("previewFiscalDocument")
def preview_fiscal(order_id: str) -> Response:
    """Show what the invoice that an NF-e is, or its event, would do, and write nothing."""
    told, expected = _told_by_xml(order_id), api.expected_version()
    if isinstance(told, Notification):
        return _previewed_invoice(order_id, told, expected)
    return _previewed_asking(told, expected)


@api.serves("cancelInvoice")
def cancel(order_id: str, invoice_number: str) -> Response:
    """Cancel a sale invoice."""
    from settlement.api.invoices.taking_back import InvoiceCancelBody
    from settlement.use_cases.approvals.invoice_cancellation import asking_invoice_cancel

    account, request = api.caller(), api.read(InvoiceCancelBody).as_request(invoice_number)
    return _done_or_asked(asking_invoice_cancel(account, order_id, request), api.expected_version())


@api.serves("previewInvoiceCancel")
def preview_cancel(order_id: str, invoice_number: str) -> Response:
    """Show what cancelling a sale invoice would do, and write nothing."""
    from settlement.api.invoices.taking_back import InvoiceCancelBody
    from settlement.use_cases.approvals.invoice_cancellation import asking_invoice_cancel

    account, request = api.caller(), api.read(InvoiceCancelBody).as_request(invoice_number)
    return _previewed_asking(asking_invoice_cancel(account, order_id, request), api.expected_version())


@api.serves("acceptUsedKey")
def accept_key(order_id: str, invoice_number: str) -> Response:
    """Accept that an invoice has the access key of another one."""
    from settlement.api.operations.request import AcceptanceBody
    from settlement.use_cases.recovery.accept_used_key import accept_used_key

    account, said = api.caller(), api.read(AcceptanceBody)
    ports = bootstrap.ports(api.actor())
    accept_used_key(ports, account, order_id, invoice_number, said.reference, said.reason)
    return no_content()


@api.serves("trackInvoice", "trackDelivery")
def track(order_id: str, invoice_number: str) -> Response:
    """Add tracking and later fields to an invoice."""
    from settlement.api.invoices.request import TrackingBody

    account, body = api.caller(), api.read(TrackingBody)
    tracking, told, delivery = body.as_tracking(), body.as_supplement(), body.as_delivery()
    receipt = update_parcel(bootstrap.ports(api.actor()), account, order_id, invoice_number, tracking, told, delivery)
    return answer(200, receipt_view(receipt))


def _notify(order_id: str, body: "InvoiceBody | DocumentInvoiceBody") -> Response:
    _require_role(body.type)
    notification, expected = body.as_notification(), api.expected_version()
    return _take(order_id, notification, expected)


def _take(order_id: str, notification: Notification, expected: int | None) -> Response:
    """Accept an invoice; a return, or a correction, may have to wait for a second key."""
    account = api.caller()
    if notification.replaces is not None:
        _require_role(InvoiceType.INPUT)
    elif notification.type is InvoiceType.OUTPUT:
        ports = bootstrap.ports(api.actor())
        return answer(200, receipt_view(notify_invoice(ports, account, order_id, notification, expected)))
    from settlement.use_cases.approvals.return_invoice import asking_return

    return _done_or_asked(asking_return(account, order_id, notification), expected)


def _done_or_asked(asking: "Asking[Receipt]", expected: int | None) -> Response:
    """Do what may have to wait for a second key, and answer the receipt, or the approval that it waits for."""
    from settlement.api.approvals.view import approval_view
    from settlement.domain.transaction.approval import Approval
    from settlement.use_cases.approvals.act_or_ask import act_or_ask

    done = act_or_ask(bootstrap.ports(api.actor()), api.caller(), asking, expected)
    return answer(202, approval_view(done)) if isinstance(done, Approval) else answer(200, receipt_view(done))


def _preview(order_id: str, body: "InvoiceBody | DocumentInvoiceBody") -> Response:
    _require_role(body.type)
    if body.replaces is not None:
        _require_role(InvoiceType.INPUT)
    return _previewed_invoice(order_id, body.as_notification(), api.expected_version())


def _previewed_invoice(order_id: str, notification: Notification, expected: int | None) -> Response:
    account = api.caller()
    if notification.type is InvoiceType.OUTPUT and notification.replaces is None:
        return _previewed(order_id, lambda ports: notify_invoice(ports, account, order_id, notification, expected))
    from settlement.use_cases.approvals.return_invoice import asking_return

    return _previewed_asking(asking_return(account, order_id, notification), expected)


def _previewed_asking(asking: "Asking[Receipt]", expected: int | None) -> Response:
    from settlement.api.previews.view import preview_view
    from settlement.use_cases.approvals.act_or_ask import preview_asking

    return answer(200, preview_view(preview_asking(bootstrap.ports(api.actor()), api.caller(), asking, expected)))


def _previewed(order_id: str, act: "Callable[[Ports], object]") -> Response:
    from settlement.api.previews.view import preview_view
    from settlement.use_cases.previews.preview_action import preview_action

    account = api.caller()
    previewed = preview_action(bootstrap.ports(api.actor()), lambda store: load(store, account, order_id), act)
    return answer(200, preview_view(previewed))


def _told_by_xml(order_id: str) -> "Notification | Asking[Receipt]":
    """Read the document, and return what it notifies; an event asks for a cancellation."""
    from settlement.api.invoices.nfe import read_document
    from settlement.domain.fiscal.nfe import FiscalDocument
    from settlement.use_cases.orders.notify_fiscal_document import notification_of

    document, text = read_document(api.request.body, is_base64=api.request.is_base64)
    if isinstance(document, FiscalDocument):
        _require_role(document.type)
        return notification_of(document, text, takes_tests=ENVIRONMENT.sandbox)
    from settlement.use_cases.approvals.invoice_cancellation import asking_invoice_cancel
    from settlement.use_cases.orders.cancel_by_event import cancellation_by

    account = api.caller()
    _require_role(InvoiceType.INPUT)
    store = bootstrap.ports(api.actor()).store
    request = cancellation_by(store, account, order_id, document, takes_tests=ENVIRONMENT.sandbox)
    return asking_invoice_cancel(account, order_id, request)


def _require_role(invoice: InvoiceType) -> None:
    """Of the route's two roles, what gives money back needs the one for refunds, a sale the other."""
    api.require(Role.NOTIFY_REFUND if invoice is InvoiceType.INPUT else Role.NOTIFY_INVOICE)
