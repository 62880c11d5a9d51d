"""The order as ``GET /api/orders/pvt/document/{orderId}`` answers it (C§1.3). Amounts are minor units."""

from typing import Any

from typing_extensions import TypedDict

from settlement.api.orders.answer import OrderFacts
from settlement.api.shared.answer import Null, OmsDate


class DocumentCancellation(TypedDict):
    """Who cancelled the order, why and when."""

    requestedByUser: bool
    """Whether a request cancelled it."""
    requestedBySystem: bool
    """Always false."""
    requestedBySellerNotification: bool
    """Always false."""
    requestedByPaymentNotification: bool
    """Whether a denied payment cancelled it."""
    reason: str | None
    """Why, in words."""
    cancellationDate: OmsDate
    """When."""


class DocumentAnswer(OrderFacts):
    """A whole order in the document's form: some names begin small, and persons are hidden unless a reason is given."""

    cancellationData: DocumentCancellation | None
    """Who cancelled it and when; null if it is not cancelled."""
    id: str
    """The order's id."""
    state: str
    """The same as `status`."""
    piiHidden: bool
    """Whether what tells of persons is hidden."""
    salesChannelData: Any
    """The sales channel, with the order's currency, and what was sent of how its store writes amounts."""
    timeZoneCreationDate: OmsDate
    """The same as `creationDate`."""
    timeZoneLastChange: OmsDate
    """The same as `lastChange`."""
    canceledBy: str | None
    """The app key of who cancelled it; null if it is not cancelled, or no request did."""
    cancelledBy: str | None
    """The same."""
    cancellationRequests: list[Any]
    """Always empty: a cancellation needs nobody's consent."""
    receiptData: Any
    """The receipts of its invoices, by type and date."""
    approvedBy: Null
    handlingData: Null
    userType: Null
    callCenterOperator: Null
    creationEnvironment: Null
    workflowInstanceId: Null
