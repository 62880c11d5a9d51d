"""Events: append-only facts of a transaction. They are the operator's timeline, the journal of the ledger, and the
outbox that the table's stream publishes (R30).

Values in ``data`` are minor units. Events are gapless per writer and ordered by time, writer and number.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from enum import StrEnum

from settlement.domain.actor import Actor
from settlement.values import dataclass

Json = str | int | bool | None | Sequence["Json"] | Mapping[str, "Json"]


class EventType(StrEnum):
    """The kinds of events."""

    ORDER_PLACED = "OrderPlaced"
    TRANSACTION_STARTED = "TransactionStarted"
    PAYMENTS_RECEIVED = "PaymentsReceived"
    ADDITIONAL_DATA_RECEIVED = "AdditionalDataReceived"
    AUTHORISATION_REQUESTED = "AuthorisationRequested"
    PAYMENT_NOTIFIED = "PaymentNotified"
    HANDLING_STARTED = "HandlingStarted"
    INVOICE_NOTIFIED = "InvoiceNotified"
    INVOICE_REPLAY_DIFFERED = "InvoiceReplayDiffered"
    INVOICE_CANCELLED = "InvoiceCancelled"
    TRACKING_UPDATED = "TrackingUpdated"
    INVOICE_SUPPLEMENTED = "InvoiceSupplemented"
    ORDER_CHANGED = "OrderChanged"
    ORDER_MODIFIED = "OrderModified"
    ORDER_MODIFICATION_CANCELLED = "OrderModificationCancelled"
    ORDER_CANCELLED = "OrderCancelled"
    INTERACTION_ADDED = "InteractionAdded"
    SHOPPER_ERASED = "ShopperErased"
    INBOUND_RELAYED = "InboundRelayed"
    SETTLEMENT_REQUESTED = "SettlementRequested"
    CANCELLATION_REQUESTED = "CancellationRequested"
    REFUND_REQUESTED = "RefundRequested"
    OPERATION_READY = "OperationReady"
    OPERATION_PLANNED = "OperationPlanned"
    OPERATION_WAITING = "OperationWaiting"
    OPERATION_FAILED = "OperationFailed"
    OPERATION_RETRIED = "OperationRetried"
    ANSWER_REMARKED = "AnswerRemarked"
    CONNECTOR_CALL_UNRESOLVED = "ConnectorCallUnresolved"
    CONNECTOR_REFUSED = "ConnectorRefused"
    AUTHORISATION_UNDECIDED = "AuthorisationUndecided"
    PAYMENT_AUTHORISED = "PaymentAuthorised"
    PAYMENT_DENIED = "PaymentDenied"
    PAYMENT_RAISED = "PaymentRaised"
    PAYMENT_SETTLED = "PaymentSettled"
    PAYMENT_CANCELLED = "PaymentCancelled"
    PAYMENT_REFUNDED = "PaymentRefunded"
    VALUE_WITHHELD = "ValueWithheld"
    VALUE_IN_DOUBT = "ValueInDoubt"
    AUTHORISATION_EXPIRING = "AuthorisationExpiring"
    MANUAL_REFUND_REQUIRED = "ManualRefundRequired"
    MANUAL_CANCELLATION_REQUIRED = "ManualCancellationRequired"
    APPROVAL_REQUESTED = "ApprovalRequested"
    APPROVAL_DECIDED = "ApprovalDecided"
    BOOKS_UPDATED = "BooksUpdated"
    LEDGER_MISMATCH = "LedgerMismatch"
    LEDGER_AGREES = "LedgerAgrees"
    OPERATION_ENDED = "OperationEnded"
    WRITE_OFF_REVERSED = "WriteOffReversed"
    VALUE_WRITTEN_OFF = "ValueWrittenOff"
    REFUND_WRITTEN_OFF = "RefundWrittenOff"
    REFUND_COUNTED = "RefundCounted"
    VALUE_PAID_OTHERWISE = "ValuePaidOtherwise"
    ORDER_ERROR_CHANGED = "OrderErrorChanged"
    ORDER_STATUS_CHANGED = "OrderStatusChanged"
    TRANSACTION_STATUS_CHANGED = "TransactionStatusChanged"
    CAPTURE_REPORTED = "CaptureReported"
    CAPTURE_PAID = "CapturePaid"
    PAYOUT_DIFFERS = "PayoutDiffers"
    PAYOUT_MISSING = "PayoutMissing"
    CHARGED_BACK = "ChargedBack"
    CHARGEBACK_REVERSED = "ChargebackReversed"
    PAYOUT_ACCEPTED = "PayoutAccepted"
    PAYOUT_RESOLVED = "PayoutResolved"
    USED_KEY_ACCEPTED = "UsedKeyAccepted"
    WORK_ITEM_OPENED = "WorkItemOpened"
    WORK_ITEM_CLOSED = "WorkItemClosed"


PUBLISHED = frozenset(
    {
        EventType.OPERATION_FAILED,
        EventType.AUTHORISATION_EXPIRING,
        EventType.MANUAL_REFUND_REQUIRED,
        EventType.MANUAL_CANCELLATION_REQUIRED,
        EventType.PAYMENT_SETTLED,
        EventType.PAYMENT_REFUNDED,
        EventType.LEDGER_MISMATCH,
        EventType.OPERATION_ENDED,
        EventType.APPROVAL_REQUESTED,
        EventType.APPROVAL_DECIDED,
        EventType.ORDER_ERROR_CHANGED,
        EventType.ORDER_STATUS_CHANGED,
        EventType.TRANSACTION_STATUS_CHANGED,
        EventType.CAPTURE_REPORTED,
        EventType.CAPTURE_PAID,
        EventType.PAYOUT_DIFFERS,
        EventType.PAYOUT_MISSING,
        EventType.CHARGED_BACK,
        EventType.CHARGEBACK_REVERSED,
        EventType.WORK_ITEM_OPENED,
        EventType.WORK_ITEM_CLOSED,
    }
)
"""Events that are published on the bus."""

RELAYED = PUBLISHED | {EventType.OPERATION_READY}
"""Events that leave the table by its stream: to the bus, or to start the workflow."""


@dataclass(frozen=True, slots=True)
class Event:
    """One fact; ``writer`` and ``number`` identify it within its transaction.

    ``actor`` is who caused its commit, which stores it once; None until then, and for events of earlier versions.
    """

    type: EventType
    at: datetime
    writer: str
    number: int
    order_id: str
    transaction_id: str
    payment_id: str | None = None
    data: Mapping[str, object] = field(default_factory=dict)
    actor: Actor | None = None

    @property
    def id(self) -> str:
        """Its id among all events, by which a repeat is recognised."""
        return f"{self.transaction_id}-{self.writer}-{self.number}"


def leg_writer(operation: int, number: str) -> str:
    """The writer of the events of a leg."""
    return f"leg-{operation:06d}-{number}"


def operation_writer(sequence: int) -> str:
    """The writer of the events of an operation's plan."""
    return f"operation-{sequence:06d}"


def approval_writer(name: str) -> str:
    """The writer of the events of an approval."""
    return f"approval-{name}"


_REPORT = "report-"


def report_writer(report_id: str, run: str) -> str:
    """The writer of the events of one write of what a settlement report told; each run of a report has its own."""
    return f"{_REPORT}{report_id}-{run}"


_PAYOUT = "payout-"


def payout_writer(payment_id: str, name: str, version: int) -> str:
    """The writer of the event that accepts what a report told of a payment; each version of that has its own."""
    return f"{_PAYOUT}{hashlib.sha256(f'{payment_id}/{name}'.encode()).hexdigest()[:16]}-{version}"


_WORK = "work-"


def work_writer(cause: Event) -> str:
    """The writer of the events of work that the write of an event opens or closes."""
    return f"{_WORK}{cause.writer}-{cause.number}"


def delivery_work_writer(delivery: str, attempts: int, because: str) -> str:
    """The writer of the events of work that an attempt of a delivery, or what else ends it, opens or closes."""
    name = hashlib.sha256(delivery.encode()).hexdigest()[:16]
    return f"{_WORK}delivery-{name}-{attempts}-{because}"


def is_of_report(writer: str) -> bool:
    """True for a writer of events of what a settlement report told: it wrote in one commit, and no item counts them."""
    return writer.startswith((_REPORT, _PAYOUT))


def is_of_work(writer: str) -> bool:
    """True for a writer of events of work: it wrote in one commit, and no item counts its numbers."""
    return writer.startswith(_WORK)


class Journal:
    """Collects the events of one decision and numbers them without a gap after those of the same writer."""

    def __init__(self, *, writer: str, written: int, order_id: str, transaction_id: str, at: datetime) -> None:
        self._writer = writer
        self._order_id = order_id
        self._transaction_id = transaction_id
        self.at = at
        self.written = written
        self.events: list[Event] = []

    def record(self, type_: EventType, payment_id: str | None = None, /, **data: Json) -> None:
        """Append a fact."""
        self.written += 1
        self.events.append(
            Event(
                type_,
                self.at,
                self._writer,
                self.written,
                self._order_id,
                self._transaction_id,
                payment_id,
                data,
            )
        )
