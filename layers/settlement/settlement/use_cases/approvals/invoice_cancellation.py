"""The cancellation of an invoice that may need a second key."""

from dataclasses import asdict

from settlement.domain.transaction.approval import Approval, ApprovalAction, ApprovalKind
from settlement.use_cases.approvals.act_or_ask import Asking, refunded_and_cancelled
from settlement.use_cases.orders.cancel_invoice import InvoiceCancelRequest, cancel_invoice
from settlement.use_cases.orders.notify_invoice import Receipt
from settlement.use_cases.shared.heads import load
from settlement.use_cases.shared.ports import Ports


def asking_invoice_cancel(account: str, order_id: str, request: InvoiceCancelRequest) -> Asking[Receipt]:
    """The cancellation of an invoice: what it refunds counts."""
    return Asking(
        ApprovalAction.CANCEL_INVOICE,
        f"{ApprovalAction.CANCEL_INVOICE.value}/{request.number}/{request.request_id}",
        asdict(request),
        (ApprovalKind.REFUND,),
        lambda store: load(store, account, order_id),
        lambda on, expected: cancel_invoice(on, account, order_id, request, expected),
        lambda preview: {ApprovalKind.REFUND: refunded_and_cancelled(preview)[ApprovalKind.REFUND]},
    )


def asked_invoice_cancel(ports: Ports, account: str, approval: Approval) -> Asking[Receipt]:
    """The cancellation that an approval is about."""
    return asking_invoice_cancel(account, approval.order_id, InvoiceCancelRequest(**approval.request))
