"""A work item as it is published: its id, what a person can do, and the requests for that (R36)."""

from collections.abc import Iterator, Mapping

from settlement.domain.events import Json
from settlement.domain.transaction.listed_work import Work, WorkKind
from settlement.values import dataclass

_FAILED = "Read why it failed. Retry it once the cause is gone, or write it off."
NEXT_STEPS: Mapping[WorkKind, str] = {
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
    WorkKind.APPROVAL: "Approve or refuse it with another app key before dueAt, when it expires.",
    WorkKind.LEDGER_MISMATCH: "Audit the transaction, and follow the runbook's page on mismatches.",
    WorkKind.PAYOUT_DIFFERS: "Have a corrected report reconciled, or accept it with the reference of what was done.",
    WorkKind.PAYOUT_MISSING: "Have the report that has it reconciled, or accept it with a reference.",
    WorkKind.CHARGEBACK: "Contest it with the acquirer, refund nothing meanwhile, then accept it with the reference.",
    WorkKind.USED_ACCESS_KEY: (
        "Correct its key or cancel it. If the key is right, do so with the other invoice, then send the key again. If "
        "both are right, accept it with a reference."
    ),
    WorkKind.UNDELIVERED_HOOK: "Find out why the hook's address did not take it, then send it again.",
}
"""What a person can do, by kind."""

_APPROVAL = "/api/pvt/approvals/{approval}"
_OPERATION = "{transaction}/operations/{operation}"
_LEG = "{transaction}/legs/{operation}-{leg}"
_RETRY = ("retry", "POST", f"{_OPERATION}/retry")
_WRITE_OFF = ("write-off", "POST", f"{_OPERATION}/write-off")
_RESOLVE = ("resolve", "POST", f"{_LEG}/resolve")
_CONFIRM = ("confirm", "POST", f"{_LEG}/confirm")
_SHOW = ("operations", "GET", "{transaction}/operations")
_PAYOUT = (
    ("accept", "POST", "{transaction}/payments/{payment}/payouts/{payout}/accept"),
    ("settlements", "GET", "{transaction}/settlements"),
)
_INVOICE = "/api/oms/pvt/orders/{order}/invoice/{invoice}"
_CANCEL_INVOICE = ("cancel-invoice", "POST", f"{_INVOICE}/cancel")
_ACCEPT_KEY = ("accept-key", "POST", f"{_INVOICE}/used-key/accept")
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
    WorkKind.APPROVAL: (
        ("approve", "POST", f"{_APPROVAL}/approve"),
        ("refuse", "POST", f"{_APPROVAL}/refuse"),
        ("show", "GET", _APPROVAL),
    ),
    WorkKind.LEDGER_MISMATCH: (("audit", "GET", "{transaction}/audit"),),
    WorkKind.PAYOUT_DIFFERS: _PAYOUT,
    WorkKind.PAYOUT_MISSING: _PAYOUT,
    WorkKind.CHARGEBACK: _PAYOUT,
    WorkKind.USED_ACCESS_KEY: (("correct-key", "PATCH", _INVOICE), _CANCEL_INVOICE, _ACCEPT_KEY),
    WorkKind.UNDELIVERED_HOOK: (("resend", "POST", "/api/orders/hook/deliveries/{delivery}/resend"),),
}


@dataclass(frozen=True, slots=True)
class Action:
    """A request that goes on with the work."""

    name: str
    method: str
    href: str


def item_id(transaction_id: str, work: Work) -> str:
    """Return the id of a work item: the same as long as it waits, and again when the same comes back."""
    if work.approval is not None:
        return f"{work.kind.value}.{work.approval}"
    payment_id = work.payment_id if work.operation is None else None
    about = (payment_id, work.operation, work.leg, work.delivery, work.payout, work.invoice)
    return ".".join([work.kind.value, transaction_id, *(str(part) for part in about if part is not None)])


def actions_of(order_id: str, transaction_id: str, work: Work) -> Iterator[Action]:
    """Yield the requests that go on with the work; a return is no invoice that can be cancelled (R38)."""
    transaction = f"/api/pvt/transactions/{transaction_id}"
    names = {"operation": work.operation, "leg": work.leg, "approval": work.approval, "delivery": work.delivery,
             "payment": work.payment_id, "payout": work.payout, "order": order_id,
             "invoice": work.invoice}  # fmt: skip
    for name, method, path in _ACTIONS[work.kind]:
        if work.is_return and name == _CANCEL_INVOICE[0]:
            continue
        yield Action(name, method, path.format(transaction=transaction, **names))


def published_item(order_id: str, transaction_id: str, currency: str, work: Work) -> Mapping[str, Json]:
    """Return a work item as an event tells it: the fields of the work list, with the times of events."""
    return {
        "id": item_id(transaction_id, work),
        "kind": work.kind.value,
        "orderId": order_id,
        "transactionId": transaction_id,
        "paymentId": work.payment_id,
        "operationId": work.operation,
        "legId": None if work.leg is None else f"{work.operation}-{work.leg}",
        "approvalId": work.approval,
        "deliveryId": work.delivery,
        "invoiceNumber": work.invoice,
        "value": work.value,
        "currency": currency,
        "since": work.since.isoformat(),
        "dueAt": None if work.due_at is None else work.due_at.isoformat(),
        "message": work.message,
        "nextStep": NEXT_STEPS[work.kind],
        "actions": [
            {"name": action.name, "method": action.method, "href": action.href}
            for action in actions_of(order_id, transaction_id, work)
        ],
    }
