"""Work items as they are shown, each with the requests that go on with it (R36)."""

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from settlement.api.shared.cursors import cursor_of
from settlement.api.shared.dates import oms_date, oms_date_or_none
from settlement.domain.money import display
from settlement.domain.transaction.statuses import order_status, transaction_status
from settlement.domain.transaction.work_item import NEXT_STEPS, actions_of, item_id
from settlement.use_cases.shared.ports import WorkItem

if TYPE_CHECKING:
    from settlement.api.work.answer import DiagnosisAnswer, WorkAnswer, WorkItemAnswer, WorkSummary
    from settlement.domain.transaction.diagnosis import Diagnosis
    from settlement.use_cases.shared.ports import Page
    from settlement.use_cases.upkeep.diagnose_order import Diagnosed
    from settlement.use_cases.upkeep.list_work import KindAndCurrency


def work_view(page: "Page[WorkItem]") -> "WorkAnswer":
    """A page of work items."""
    return {
        "items": [_item(item) for item in page.items],
        "next": cursor_of(page.next),
    }


def summary_view(summary: "Mapping[KindAndCurrency, tuple[int, int]]") -> "WorkSummary":
    """All work of an account, by kind and currency."""
    return {
        "count": sum(count for count, _ in summary.values()),
        "kinds": [
            {"kind": kind, "currency": currency, "count": count, "value": value}
            for (kind, currency), (count, value) in summary.items()
        ],
    }


def diagnosis_view(diagnosed: "Diagnosed") -> "DiagnosisAnswer":
    """The diagnosis of an order, as data and as one paragraph."""
    order, transaction, diagnosis = diagnosed.heads.order, diagnosed.heads.transaction, diagnosed.diagnosis
    where = order.order_id, transaction.transaction_id, transaction.currency
    items = [_item(WorkItem(*where, work, "")) for work in diagnosis.work]
    return {
        "orderId": order.order_id,
        "transactionId": transaction.transaction_id,
        "status": order_status(order, transaction),
        "transactionStatus": transaction_status(order, transaction),
        "summary": " ".join(_sentences(diagnosis, items, transaction.currency)),
        "reasons": [{"code": reason.code, "message": reason.sentence} for reason in diagnosis.reasons],
        "next": [
            {"code": coming.code, "message": coming.sentence, "at": oms_date(coming.at)} for coming in diagnosis.coming
        ],
        "workItems": items,
    }


def _sentences(diagnosis: "Diagnosis", items: "Sequence[WorkItemAnswer]", currency: str) -> "Iterator[str]":
    yield from (reason.sentence for reason in diagnosis.reasons)
    yield from (f"{coming.sentence} at {oms_date(coming.at)}." for coming in diagnosis.coming)
    for item in items:
        why = f", {item['message'].rstrip('.')}" if item["message"] else ""
        yield f"{item['kind'].value} of {display(item['value'], currency)}{why}. {item['nextStep']}"
    if not items:
        yield "Nothing waits for a person."


def _item(item: "WorkItem") -> "WorkItemAnswer":
    work = item.work
    return {
        "id": item_id(item.transaction_id, work),
        "kind": work.kind,
        "orderId": item.order_id,
        "transactionId": item.transaction_id,
        "paymentId": work.payment_id,
        "operationId": work.operation,
        "legId": None if work.leg is None else f"{work.operation}-{work.leg}",
        "approvalId": work.approval,
        "deliveryId": work.delivery,
        "invoiceNumber": work.invoice,
        "value": work.value,
        "currency": item.currency,
        "since": oms_date(work.since),
        "dueAt": oms_date_or_none(work.due_at),
        "message": work.message,
        "nextStep": NEXT_STEPS[work.kind],
        "actions": [
            {"name": action.name, "method": action.method, "href": action.href}
            for action in actions_of(item.order_id, item.transaction_id, work)
        ],
    }
