"""Work items as they are shown, each with the requests that go on with it (R36)."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from settlement.api.shared.dates import oms_date, oms_date_or_none
from settlement.domain.money import display
from settlement.domain.transaction.statuses import order_status, transaction_status
from settlement.domain.transaction.work import WorkKind
from settlement.use_cases.shared.ports import WorkItem

if TYPE_CHECKING:
    from settlement.api.work.answer import DiagnosisAnswer, WorkAction, WorkAnswer, WorkItemAnswer, WorkSummary
    from settlement.domain.transaction.diagnosis import Diagnosis
    from settlement.use_cases.shared.ports import Page
    from settlement.use_cases.upkeep.diagnose_order import Diagnosed
    from settlement.use_cases.upkeep.list_work import KindAndCurrency

_FAILED = "Read why it failed. Retry it once the cause is gone, or write it off."
_NEXT_STEPS: Mapping[WorkKind, str] = {
    WorkKind.FAILED_AUTHORISATION: _FAILED,
    WorkKind.FAILED_SETTLEMENT: "Read why it failed. Retry it, or record that it was paid otherwise, or write it off.",
    WorkKind.FAILED_REDUCTION: _FAILED,
    WorkKind.FAILED_REFUND: _FAILED,
    WorkKind.IN_DOUBT: "Ask the connector's operator whether the call was done, then resolve it as done or not-done.",
    WorkKind.MANUAL_REFUND: "Refund it in the connector's back office, then confirm it with the reference.",
    WorkKind.MANUAL_CANCELLATION: "Cancel it in the connector's back office, then confirm it with the reference.",
    WorkKind.BLOCKED_PAYMENT: "Resolve the payment's calls in doubt: no other call is made for it until then.",
    WorkKind.RETRYING: "Nothing: it is tried again at dueAt. Retry it to have it tried now.",
    WorkKind.EXPIRING_AUTHORISATION: "Settle or cancel its open value before dueAt, or let it lapse.",
    WorkKind.UNDECIDED_AUTHORISATION: "Wait until dueAt, or ask the connector's operator what it waits for.",
    WorkKind.LEDGER_MISMATCH: "Audit the transaction, and follow the runbook's page on mismatches.",
}

_OPERATION = "{transaction}/operations/{operation}"
_LEG = "{transaction}/legs/{operation}-{leg}"
_RETRY = ("retry", "POST", f"{_OPERATION}/retry")
_WRITE_OFF = ("write-off", "POST", f"{_OPERATION}/write-off")
_RESOLVE = ("resolve", "POST", f"{_LEG}/resolve")
_CONFIRM = ("confirm", "POST", f"{_LEG}/confirm")
_SHOW = ("operations", "GET", "{transaction}/operations")
_ACTIONS: Mapping[WorkKind, tuple[tuple[str, str, str], ...]] = {
    WorkKind.FAILED_AUTHORISATION: (_RETRY, _WRITE_OFF),
    WorkKind.FAILED_SETTLEMENT: (_RETRY, _WRITE_OFF, ("paid-otherwise", "POST", f"{_OPERATION}/paid-otherwise")),
    WorkKind.FAILED_REDUCTION: (_RETRY, _WRITE_OFF),
    WorkKind.FAILED_REFUND: (_RETRY, _WRITE_OFF),
    WorkKind.IN_DOUBT: (_RESOLVE, _RETRY),
    WorkKind.MANUAL_REFUND: (_CONFIRM, _WRITE_OFF),
    WorkKind.MANUAL_CANCELLATION: (_CONFIRM, _WRITE_OFF),
    WorkKind.BLOCKED_PAYMENT: (_SHOW,),
    WorkKind.RETRYING: (_RETRY,),
    WorkKind.EXPIRING_AUTHORISATION: (
        ("settle", "POST", "{transaction}/settlement-request"),
        ("cancel", "POST", "{transaction}/cancellation-request"),
    ),
    WorkKind.UNDECIDED_AUTHORISATION: (_SHOW,),
    WorkKind.LEDGER_MISMATCH: (("audit", "GET", "{transaction}/audit"),),
}


def work_view(page: "Page[WorkItem]") -> "WorkAnswer":
    """A page of work items."""
    return {
        "items": [_item(item) for item in page.items],
        "next": None if page.next is None else urlsafe_b64encode(page.next.encode()).decode(),
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
        "id": _id(item),
        "kind": work.kind,
        "orderId": item.order_id,
        "transactionId": item.transaction_id,
        "paymentId": work.payment_id,
        "operationId": work.operation,
        "legId": None if work.leg is None else f"{work.operation}-{work.leg}",
        "value": work.value,
        "currency": item.currency,
        "since": oms_date(work.since),
        "dueAt": oms_date_or_none(work.due_at),
        "message": work.message,
        "nextStep": _NEXT_STEPS[work.kind],
        "actions": list(_actions(item)),
    }


def _id(item: "WorkItem") -> str:
    work = item.work
    about = (work.payment_id if work.operation is None else None, work.operation, work.leg)
    return ".".join([work.kind.value, item.transaction_id, *(str(part) for part in about if part is not None)])


def _actions(item: "WorkItem") -> "Iterator[WorkAction]":
    transaction = f"/api/pvt/transactions/{item.transaction_id}"
    for name, method, path in _ACTIONS[item.work.kind]:
        href = path.format(transaction=transaction, operation=item.work.operation, leg=item.work.leg)
        yield {"name": name, "method": method, "href": href}
