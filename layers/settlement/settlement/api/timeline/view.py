"""Events as the operator's timeline: ``…/interactions``, in the gateway's words (C§3.2, C§5.2, R30)."""

from collections.abc import Iterator, Mapping
from string import Formatter
from typing import TYPE_CHECKING

from settlement.api.shared.dates import action_date
from settlement.api.shared.view import actor_view
from settlement.domain.events import Event, EventType
from settlement.domain.money import display

if TYPE_CHECKING:
    from settlement.api.timeline.answer import Interaction, Said


class _Wording:
    """How an event reads; ``{…}`` are taken from its data.

    Of its messages the first is used whose facts are all there, so that the last but needs what is always told.
    """

    def __init__(self, source: str, status: str, *messages: str) -> None:
        self._source = source
        self._status = status
        self._messages = messages

    def read(self, facts: Mapping[str, object]) -> "Said":
        """Return source, status and message; a fact that nobody told, and nothing does without, reads as ``?``."""
        told = {name: fact for name, fact in facts.items() if fact not in (None, "")}
        message = next((message for message in self._messages if _facts_of(message) <= told.keys()), self._messages[-1])
        return {
            "Source": _filled(self._source, told),
            "Status": _filled(self._status, told),
            "Message": _filled(message, told),
        }


def _filled(template: str, told: Mapping[str, object]) -> str:
    return template.format_map({**dict.fromkeys(_facts_of(template), "?"), **told})


def _facts_of(template: str) -> set[str]:
    """The names in ``{…}``."""
    return {name for _, name, _, _ in Formatter().parse(template) if name}


_OMS, _GATEWAY, _WORKER, _AUDITOR = "OMS", "PaymentGateway", "SettlementWorker", "LedgerAudit"
_ACQUIRER = "SettlementReport"

_WORDINGS: dict[EventType, _Wording] = {
    EventType.ORDER_PLACED: _Wording(_OMS, "Order Placed", "Order of {value} placed, {transactionValue} to pay"),
    EventType.TRANSACTION_STARTED: _Wording(_GATEWAY, "Transaction Started", "Transaction of {value} for {reference}"),
    EventType.PAYMENTS_RECEIVED: _Wording(_GATEWAY, "Payments Received", "Payments of {value} received, {total} now"),
    EventType.ADDITIONAL_DATA_RECEIVED: _Wording(_GATEWAY, "Additional Data Received", "Additional data: {names}"),
    EventType.AUTHORISATION_REQUESTED: _Wording(
        _GATEWAY, "Authorization Requested", "Authorization of {value} requested"
    ),
    EventType.PAYMENT_NOTIFIED: _Wording(_OMS, "Payment Notified", "The merchant has received {value}, paid {paidOn}"),
    EventType.HANDLING_STARTED: _Wording(_OMS, "Handling Started", "Start handling requested"),
    EventType.INVOICE_NOTIFIED: _Wording(
        _OMS,
        "Invoice Notified",
        "{invoiceType} invoice {invoiceNumber} of {value} received, {counted} counted: {countedReason}",
        "{invoiceType} invoice {invoiceNumber} of {value} received, {counted} counted",
    ),
    EventType.INVOICE_REPLAY_DIFFERED: _Wording(
        _OMS,
        "Invoice Replay Differed",
        "Invoice {invoiceNumber} of {storedValue} was sent again, differing in {differing}; what was sent first stands",
        "Invoice {invoiceNumber} was sent again with {repeatedValue} or other items; {storedValue} stands",
    ),
    EventType.TRACKING_UPDATED: _Wording(
        _OMS,
        "Tracking Updated",
        "Invoice {invoiceNumber}: tracking number {trackingNumber}",
        "Invoice {invoiceNumber}: no tracking number",
    ),
    EventType.INVOICE_SUPPLEMENTED: _Wording(
        _OMS, "Invoice Supplemented", "Invoice {invoiceNumber} supplemented with {told}"
    ),
    EventType.INVOICE_CANCELLED: _Wording(
        _OMS,
        "Invoice Cancelled",
        "Invoice {invoiceNumber} cancelled, {counted} no longer counted, request of {withdrawn} withdrawn. {reason}",
        "Invoice {invoiceNumber} cancelled, {counted} no longer counted, request of {withdrawn} withdrawn",
    ),
    EventType.ORDER_CHANGED: _Wording(
        _OMS,
        "Order Changed",
        "Change {requestId}: discount {discountValue}, increment {incrementValue}, new value {value}. {reason}",
        "Change {requestId}: discount {discountValue}, increment {incrementValue}, new value {value}",
    ),
    EventType.ORDER_MODIFIED: _Wording(
        _OMS,
        "Order Modified",
        "Change {requestId} by {changeValue}, new value {value}. {reason} Without effect: {ignoredFields}",
        "Change {requestId} by {changeValue}, new value {value}. {reason}",
        "Change {requestId} by {changeValue}, new value {value}",
    ),
    EventType.ORDER_MODIFICATION_CANCELLED: _Wording(
        _OMS,
        "Order Modification Cancelled",
        "Change {requestId} cancelled. {reason}",
        "Change {requestId} cancelled",
    ),
    EventType.ORDER_CANCELLED: _Wording(_OMS, "Order Cancelled", "Cancel requested. {reason}", "Cancel requested"),
    EventType.INTERACTION_ADDED: _Wording("{source}", "Interaction", "{message}"),
    EventType.SHOPPER_ERASED: _Wording(_OMS, "Shopper Erased", "The shopper's personal data was erased"),
    EventType.INBOUND_RELAYED: _Wording(
        _GATEWAY,
        "Inbound Request",
        "Inbound request {action} (request {requestId}) was answered with: {response}",
        "Inbound request {action} (request {requestId}) was not answered",
    ),
    EventType.SETTLEMENT_REQUESTED: _Wording(
        _GATEWAY,
        "Settlement Requested",
        "Transaction settlement started: {value} for {origin}. {reason}",
        "Transaction settlement started: {value} for {origin}",
    ),
    EventType.CANCELLATION_REQUESTED: _Wording(
        _GATEWAY,
        "Cancellation Requested",
        "Transaction cancelation started: {value} for {origin}. {reason}",
        "Transaction cancelation started: {value} for {origin}",
    ),
    EventType.REFUND_REQUESTED: _Wording(
        _GATEWAY,
        "Refund Requested",
        "Refund Payment: {value} for {origin}. {reason}",
        "Refund Payment: {value} for {origin}",
    ),
    EventType.OPERATION_READY: _Wording(_WORKER, "Operation Ready", "Operation {operation} ({kind}) is ready to start"),
    EventType.OPERATION_PLANNED: _Wording(
        _WORKER, "Operation Planned", "Operation {operation} ({kind}) planned; connector calls: {calls}"
    ),
    EventType.OPERATION_WAITING: _Wording(
        _WORKER,
        "Operation Waiting",
        "Operation {operation} ({kind}) waits after attempt {attempts}; next attempt at {nextAttemptAt}",
    ),
    EventType.OPERATION_FAILED: _Wording(
        _WORKER, "Operation Failed", "Settlement operation has returned Failed: {kind} {operation}: {reason}"
    ),
    EventType.OPERATION_RETRIED: _Wording(
        _GATEWAY, "Operation Retried", "Operation {retry} retries operation {operation} ({kind})"
    ),
    EventType.ANSWER_REMARKED: _Wording(
        _WORKER, "Answer Remarked", "The connector's answer to {call} of {asked} (request {requestId}): {remarks}"
    ),
    EventType.CONNECTOR_CALL_UNRESOLVED: _Wording(
        _WORKER, "Payment Unresolved", "No usable answer to {call} of {asked} (request {requestId}): {reason}"
    ),
    EventType.CONNECTOR_REFUSED: _Wording(
        _WORKER,
        "Payment Refused",
        "{call} of {asked} (request {requestId}) was not done, on a person's word: {reason}",
        "The connector refused {call} of {asked} (request {requestId}): {response}",
        "The connector refused {call} of {asked} (request {requestId})",
    ),
    EventType.AUTHORISATION_UNDECIDED: _Wording(
        _WORKER,
        "Payment Authorizing",
        "Authorization response parsed: {response}",
        "Authorization of {asked} undecided",
    ),
    EventType.PAYMENT_AUTHORISED: _Wording(
        _WORKER, "Payment Authorized", "Authorization response parsed: {response}", "{value} authorized"
    ),
    EventType.PAYMENT_DENIED: _Wording(
        _WORKER, "Payment Denied", "Authorization response parsed: {response}", "Authorization of {asked} denied"
    ),
    EventType.PAYMENT_RAISED: _Wording(_WORKER, "Payment Raised", "Payment raised by {value}"),
    EventType.PAYMENT_SETTLED: _Wording(
        _WORKER,
        "Payment Settled",
        "{value} settled, on a person's word: {reason}",
        "Settlement response parsed: {response}",
        "{value} settled",
    ),
    EventType.PAYMENT_CANCELLED: _Wording(
        _WORKER,
        "Payment Cancelled",
        "{value} cancelled, on a person's word: {reason}",
        "Cancellation response parsed: {response}",
        "{value} cancelled",
    ),
    EventType.PAYMENT_REFUNDED: _Wording(
        _WORKER,
        "Payment Refunded",
        "{value} refunded, on a person's word: {reason}",
        "Refund response parsed: {response}",
        "{value} refunded",
    ),
    EventType.VALUE_WITHHELD: _Wording(
        _WORKER, "Value Withheld", "{value} cancelled in the gateway, not at the connector"
    ),
    EventType.VALUE_IN_DOUBT: _Wording(_WORKER, "Value In Doubt", "{value} in doubt: the connector never answered"),
    EventType.AUTHORISATION_EXPIRING: _Wording(
        _WORKER,
        "Authorization Expiring",
        "The authorization of {value} lapses at {expiresAt}; policy: {policy}",
        "The authorization of {value} lapses; policy: {policy}",
    ),
    EventType.MANUAL_REFUND_REQUIRED: _Wording(
        _WORKER,
        "Manual Refund Required",
        "{value} must be refunded manually: {response}",
        "{value} must be refunded manually",
    ),
    EventType.MANUAL_CANCELLATION_REQUIRED: _Wording(
        _WORKER,
        "Manual Cancellation Required",
        "{value} must be cancelled manually: {response}",
        "{value} must be cancelled manually",
    ),
    EventType.OPERATION_ENDED: _Wording(
        _GATEWAY,
        "Operation Ended",
        "{saidBy} ended operation {operation} ({kind}) as {ending}, {value}: {reason}",
        "{actor} ended operation {operation} ({kind}) as {ending}, {value}: {reason}",
    ),
    EventType.APPROVAL_REQUESTED: _Wording(
        _GATEWAY,
        "Approval Requested",
        "{action} of {value} waits until another app key approves it, at most to {expiresAt}. {reason}",
        "{action} of {value} waits until another app key approves it, at most to {expiresAt}",
    ),
    EventType.APPROVAL_DECIDED: _Wording(
        _GATEWAY,
        "Approval Decided",
        "{action} of {value}: {state}. {because}",
        "{action} of {value}: {state}",
    ),
    EventType.WRITE_OFF_REVERSED: _Wording(_WORKER, "Write-Off Reversed", "{value} captured after it was written off"),
    EventType.VALUE_WRITTEN_OFF: _Wording(_WORKER, "Value Written Off", "{value} will never be captured"),
    EventType.REFUND_WRITTEN_OFF: _Wording(_WORKER, "Refund Written Off", "{value} will never be refunded"),
    EventType.REFUND_COUNTED: _Wording(
        _WORKER, "Refund Counted", "{value} that direct requests refunded before counts as refunded for the invoice"
    ),
    EventType.VALUE_PAID_OTHERWISE: _Wording(_WORKER, "Value Paid Otherwise", "{value} was paid by other means"),
    EventType.ORDER_ERROR_CHANGED: _Wording(
        _OMS, "Order Error Changed", "Operator action required: {workflowIsInError}"
    ),
    EventType.BOOKS_UPDATED: _Wording(_WORKER, "Books Updated", "Order and transaction totals updated"),
    EventType.LEDGER_MISMATCH: _Wording(
        _AUDITOR, "Ledger Mismatch", "The audit found {count} differences; GET …/audit lists them"
    ),
    EventType.LEDGER_AGREES: _Wording(_AUDITOR, "Ledger Agrees", "The audit finds no differences any more"),
    EventType.ORDER_STATUS_CHANGED: _Wording(
        _OMS, "Order {to}", "Order status changed from {from} to {to}", "Order status is {to}"
    ),
    EventType.TRANSACTION_STATUS_CHANGED: _Wording(
        _GATEWAY,
        "Transaction {to}",
        "Transaction status changed from {from} to {to}",
        "Transaction status is {to}",
    ),
    EventType.CAPTURE_REPORTED: _Wording(
        _ACQUIRER,
        "Capture Reported",
        "{movement} of {value} reported, {net} to come on {expectedOn}, instalment {installment} of {installments}",
        "{movement} of {value} reported",
    ),
    EventType.CAPTURE_PAID: _Wording(
        _ACQUIRER,
        "Capture Paid",
        "{movement} of {value}: {net} paid on {paidOn}, instalment {installment} of {installments}",
        "{movement} of {value} paid",
    ),
    EventType.PAYOUT_DIFFERS: _Wording(
        _ACQUIRER,
        "Payout Differs",
        "{movement} of {value} differs from the books: {because}",
        "{movement} of {value} differs from the books",
    ),
    EventType.PAYOUT_MISSING: _Wording(
        _ACQUIRER, "Payout Missing", "{movement} of {value} has no line in report {reportId}"
    ),
    EventType.CHARGED_BACK: _Wording(
        _ACQUIRER, "Charged Back", "{movement} of {value}, told before: {sameAs}", "{movement} of {value}"
    ),
    EventType.CHARGEBACK_REVERSED: _Wording(
        _ACQUIRER,
        "Chargeback Reversed",
        "{value} of a chargeback came back, told before: {sameAs}",
        "{value} of a chargeback came back",
    ),
    EventType.USED_KEY_ACCEPTED: _Wording(
        _OMS,
        "Used Key Accepted",
        "Invoice {invoiceNumber} may have the access key {accessKey} of {holder}, by {reference}. {reason}",
        "Invoice {invoiceNumber} may have the access key {accessKey} of {holder}, by {reference}",
    ),
    EventType.PAYOUT_ACCEPTED: _Wording(
        _GATEWAY,
        "Payout Accepted",
        "{movement} of {value} was dealt with, by {reference}: {reason}",
        "{movement} of {value} was dealt with, by {reference}",
    ),
    EventType.PAYOUT_RESOLVED: _Wording(
        _ACQUIRER,
        "Payout Resolved",
        "{movement} of {value} needs nobody any more: {resolvedBy}",
        "{movement} of {value} needs somebody again",
    ),
    EventType.WORK_ITEM_OPENED: _Wording(_WORKER, "Work Item Opened", "Waiting: {kind}, {value}. {nextStep}"),
    EventType.WORK_ITEM_CLOSED: _Wording(_WORKER, "Work Item Closed", "No longer waiting: {kind}, {value}"),
}


_AMOUNTS = frozenset(
    {
        "asked",
        "changeValue",
        "counted",
        "discountValue",
        "fee",
        "incrementValue",
        "net",
        "repeatedValue",
        "storedValue",
        "total",
        "transactionValue",
        "value",
        "withdrawn",
    }
)
"""Facts that are minor units, and read as amounts in messages."""


def interaction_view(event: Event, currency: str) -> "Interaction":
    """One line of the timeline: the gateway's keys, and the event itself in ``Type`` and ``Data``.

    Messages are for people and show amounts as decimals with their currency; ``Data`` has them in minor units.
    """
    wording = _WORDINGS[event.type]
    told_in = event.data.get("currency")
    currency = told_in if isinstance(told_in, str) else currency
    facts = {name: _readable(name, value, currency) for name, value in _told(event)}
    return {
        "Id": f"{event.transaction_id}-{event.writer}-{event.number}",
        "TransactionId": event.transaction_id,
        "PaymentId": event.payment_id,
        "Date": action_date(event.at),
        **wording.read(facts),
        "Type": event.type,
        "Actor": actor_view(event.actor),
        "Data": dict(event.data),
    }


def _told(event: Event) -> Iterator[tuple[str, object]]:
    """Yield the facts that a message may name: those of the event, and of a work item that it is about."""
    item = event.data.get("item")
    yield from event.data.items()
    yield from item.items() if isinstance(item, Mapping) else ()


def _readable(name: str, value: object, currency: str) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return display(value, currency) if name in _AMOUNTS and isinstance(value, int) else value
