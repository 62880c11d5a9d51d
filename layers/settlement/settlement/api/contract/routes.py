"""The table of routes: method, path and role of each, declared here and nowhere else.

Functions bind their handlers to these routes by name, and what guards them reads the roles here
(``settlement.api.resolver``). ``descriptions`` says what each takes and answers. Template and documents are held
against this table by tests. It imports no library, for the cold start.
"""

from collections.abc import Iterator

from settlement.domain.account.account import Role
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class Route:
    """One route; ``{…}`` in its path are ids. A name stands for it in functions and in the OpenAPI document.

    ``roles`` are those of which an app key needs one; none for a route that needs no key. Of an invoice, what is sent
    decides which: type ``Input`` needs the role for refunds, another one that for invoices.
    """

    name: str
    method: str
    path: str
    function: str
    roles: tuple[Role, ...]

    @property
    def id(self) -> str:
        """Method and path."""
        return f"{self.method} {self.path}"


def _served_by(function: str, *routes: tuple[str | Role, ...]) -> Iterator[Route]:
    """Routes of one function: name, method, path and roles of each."""
    for name, method, path, *roles in routes:
        yield Route(name, method, path, function, tuple(Role(role) for role in roles))


_FEED = "/api/orders/feed"
_ORDERS = "/api/oms/pvt/orders"
_TRANSACTIONS = "/api/pvt/transactions"
_REPORTS = "/api/pvt/settlement-reports"
_WORK = "/api/pvt/work-items"
_APPROVAL = "/api/pvt/approvals/{approvalId}"
_AFFILIATIONS = "/api/pvt/affiliations"
_HOOK = "/api/orders/hook/config"
_DELIVERIES = "/api/orders/hook/deliveries"
_ORDER = f"{_ORDERS}/{{orderId}}"
_SETTINGS = "/api/oms/pvt/account/settings"
_DOCUMENT = "/api/orders/pvt/document/{orderId}"
_TRANSACTION = f"{_TRANSACTIONS}/{{transactionId}}"
_AFFILIATION = f"{_AFFILIATIONS}/{{affiliationId}}"
_MODIFICATION_SETTINGS = "/api/order-system/orders/changes/settings"
_MODIFICATIONS = "/api/order-system/orders/{orderId}/changes"
_MODIFICATION = f"{_MODIFICATIONS}/{{requestId}}"
_PAID = "/api/payments/pvt/payments/{paymentId}/payment-notification"
_ORDER_PAID = f"{_ORDER}/payments/{{paymentId}}/payment-notification"
_OPERATION = f"{_TRANSACTION}/operations/{{operationId}}"
_CALLBACK = "/api/pvt/payment-provider/transactions/{transactionId}/payments/{paymentId}"

ROUTES: tuple[Route, ...] = (
    *_served_by(
        "order_management",
        ("placeOrder", "post", _ORDERS, Role.PLACE_ORDER),
        ("listOrders", "get", _ORDERS, Role.VIEW_ORDER),
        ("searchOrders", "post", "/api/orders/extendsearch/orders", Role.VIEW_ORDER),
        ("getOrderGroup", "get", f"{_ORDERS}/order-group/{{orderGroup}}", Role.VIEW_ORDER),
        ("addInteraction", "post", f"{_ORDER}/interactions", Role.HANDLE_ORDER),
        ("getOrder", "get", _ORDER, Role.VIEW_ORDER),
        ("getDocument", "get", _DOCUMENT, Role.VIEW_ORDER),
        ("getChangeSummary", "get", f"{_DOCUMENT}/change-summary", Role.VIEW_ORDER),
        ("getLeftToInvoice", "get", f"{_ORDER}/left-to-invoice", Role.VIEW_ORDER),
        ("startHandling", "post", f"{_ORDER}/start-handling", Role.HANDLE_ORDER),
        ("startHandlingDocument", "post", f"{_DOCUMENT}/actions/start-handling", Role.HANDLE_ORDER),
        ("cancelOrder", "post", f"{_ORDER}/cancel", Role.CANCEL_ORDER),
        ("cancelDocument", "post", f"{_DOCUMENT}/cancel", Role.CANCEL_ORDER),
        ("previewCancel", "post", f"{_ORDER}/cancel/preview", Role.CANCEL_ORDER),
        ("previewCancelDocument", "post", f"{_DOCUMENT}/cancel/preview", Role.CANCEL_ORDER),
        ("eraseShopper", "delete", f"{_ORDER}/shopper", Role.ACCOUNT_ADMIN),
        ("eraseShopperOfTransaction", "delete", f"{_TRANSACTION}/shopper", Role.ACCOUNT_ADMIN),
        ("getSettings", "get", _SETTINGS, Role.ACCOUNT_ADMIN),
        ("changeSettings", "patch", _SETTINGS, Role.ACCOUNT_ADMIN),
        ("getHealth", "get", "/health"),
        ("getOpenApi", "get", "/openapi.json"),
    ),
    *_served_by(
        "invoice_notification",
        ("notifyInvoice", "post", f"{_ORDER}/invoice", Role.NOTIFY_INVOICE, Role.NOTIFY_REFUND),
        ("notifyDocumentInvoice", "post", f"{_DOCUMENT}/invoices", Role.NOTIFY_INVOICE, Role.NOTIFY_REFUND),
        ("previewInvoice", "post", f"{_ORDER}/invoice/preview", Role.NOTIFY_INVOICE, Role.NOTIFY_REFUND),
        ("previewDocumentInvoice", "post", f"{_DOCUMENT}/invoices/preview", Role.NOTIFY_INVOICE, Role.NOTIFY_REFUND),
        ("notifyFiscalDocument", "post", f"{_ORDER}/invoice/nfe", Role.NOTIFY_INVOICE, Role.NOTIFY_REFUND),
        ("previewFiscalDocument", "post", f"{_ORDER}/invoice/nfe/preview", Role.NOTIFY_INVOICE, Role.NOTIFY_REFUND),
        ("cancelInvoice", "post", f"{_ORDER}/invoice/{{invoiceNumber}}/cancel", Role.NOTIFY_REFUND),
        ("previewInvoiceCancel", "post", f"{_ORDER}/invoice/{{invoiceNumber}}/cancel/preview", Role.NOTIFY_REFUND),
        ("acceptUsedKey", "post", f"{_ORDER}/invoice/{{invoiceNumber}}/used-key/accept", Role.NOTIFY_INVOICE),
        ("trackInvoice", "patch", f"{_ORDER}/invoice/{{invoiceNumber}}", Role.NOTIFY_INVOICE),
        ("trackDelivery", "put", f"{_ORDER}/invoice/{{invoiceNumber}}/tracking", Role.NOTIFY_INVOICE),
    ),
    *_served_by(
        "order_change",
        ("registerChange", "post", f"{_ORDER}/changes", Role.CHANGE_ORDER),
        ("previewChange", "post", f"{_ORDER}/changes/preview", Role.CHANGE_ORDER),
        ("modifyOrder", "patch", _MODIFICATIONS, Role.CHANGE_ORDER),
        ("listModifications", "get", _MODIFICATIONS, Role.VIEW_ORDER),
        ("previewModification", "post", f"{_MODIFICATIONS}/preview", Role.CHANGE_ORDER),
        ("getModification", "get", _MODIFICATION, Role.VIEW_ORDER),
        ("retryModification", "post", f"{_MODIFICATION}/retry", Role.CHANGE_ORDER),
        ("takeBackModification", "post", f"{_MODIFICATION}/cancel", Role.CHANGE_ORDER),
        ("getModificationSettings", "get", _MODIFICATION_SETTINGS, Role.CHANGE_ORDER),
        ("putModificationSettings", "put", _MODIFICATION_SETTINGS, Role.ACCOUNT_ADMIN),
    ),
    *_served_by(
        "report_intake",
        ("nameSettlementReport", "post", _REPORTS, Role.PROCESS_PAYMENT),
    ),
    *_served_by(
        "transaction_retrieval",
        ("getPaymentTransaction", "get", f"{_ORDER}/payment-transaction", Role.VIEW_PAYMENT),
        ("diagnoseOrder", "get", f"{_ORDER}/diagnosis", Role.VIEW_PAYMENT),
        ("getTransaction", "get", _TRANSACTION, Role.VIEW_PAYMENT),
        ("listPayments", "get", f"{_TRANSACTION}/payments", Role.VIEW_PAYMENT),
        ("getPayment", "get", f"{_TRANSACTION}/payments/{{paymentId}}", Role.VIEW_PAYMENT),
        ("listSettlements", "get", f"{_TRANSACTION}/settlements", Role.VIEW_PAYMENT),
        ("listRefunds", "get", f"{_TRANSACTION}/refunds", Role.VIEW_PAYMENT),
        ("listCancellations", "get", f"{_TRANSACTION}/cancellations", Role.VIEW_PAYMENT),
        ("auditTransaction", "get", f"{_TRANSACTION}/audit", Role.VIEW_PAYMENT),
        ("getCapabilities", "get", f"{_TRANSACTION}/capabilities", Role.VIEW_PAYMENT),
        ("listWorkItems", "get", _WORK, Role.VIEW_PAYMENT),
        ("summariseWorkItems", "get", f"{_WORK}/summary", Role.VIEW_PAYMENT),
        ("getTotals", "get", "/api/pvt/totals", Role.VIEW_PAYMENT),
        ("getJournal", "get", "/api/pvt/journal", Role.VIEW_PAYMENT),
        ("listReceivables", "get", "/api/pvt/receivables", Role.VIEW_PAYMENT),
        ("listSettlementReports", "get", _REPORTS, Role.VIEW_PAYMENT),
        ("getSettlementReport", "get", f"{_REPORTS}/{{reportId}}", Role.VIEW_PAYMENT),
        ("listSettlementReportLines", "get", f"{_REPORTS}/{{reportId}}/lines", Role.VIEW_PAYMENT),
        ("listInteractions", "get", f"{_TRANSACTION}/interactions", Role.VIEW_PAYMENT),
    ),
    *_served_by(
        "transaction_operation",
        ("requestSettlement", "post", f"{_TRANSACTION}/settlement-request", Role.PROCESS_PAYMENT),
        ("requestRefund", "post", f"{_TRANSACTION}/refunding-request", Role.PROCESS_PAYMENT),
        ("requestCancellation", "post", f"{_TRANSACTION}/cancellation-request", Role.PROCESS_PAYMENT),
        ("previewSettlement", "post", f"{_TRANSACTION}/settlement-request/preview", Role.PROCESS_PAYMENT),
        ("previewRefund", "post", f"{_TRANSACTION}/refunding-request/preview", Role.PROCESS_PAYMENT),
        ("previewCancellation", "post", f"{_TRANSACTION}/cancellation-request/preview", Role.PROCESS_PAYMENT),
        ("listOperations", "get", f"{_TRANSACTION}/operations", Role.VIEW_PAYMENT),
        ("retryOperation", "post", f"{_OPERATION}/retry", Role.PROCESS_PAYMENT),
        ("previewRetry", "post", f"{_OPERATION}/retry/preview", Role.PROCESS_PAYMENT),
        ("writeOffOperation", "post", f"{_OPERATION}/write-off", Role.PROCESS_PAYMENT),
        ("payOperationOtherwise", "post", f"{_OPERATION}/paid-otherwise", Role.PROCESS_PAYMENT),
        ("resolveLeg", "post", f"{_TRANSACTION}/legs/{{legId}}/resolve", Role.PROCESS_PAYMENT),
        ("confirmLeg", "post", f"{_TRANSACTION}/legs/{{legId}}/confirm", Role.PROCESS_PAYMENT),
        ("acceptPayout", "post", f"{_TRANSACTION}/payments/{{paymentId}}/payouts/{{payoutId}}/accept",
         Role.PROCESS_PAYMENT),
        ("getApproval", "get", _APPROVAL, Role.VIEW_PAYMENT, Role.APPROVE_PAYMENT),
        ("approveMovement", "post", f"{_APPROVAL}/approve", Role.APPROVE_PAYMENT),
        ("refuseMovement", "post", f"{_APPROVAL}/refuse", Role.APPROVE_PAYMENT),
    ),
    *_served_by(
        "transaction_intake",
        ("listPaymentSystems", "get", "/api/pvt/payment-systems", Role.VIEW_PAYMENT),
        ("startTransaction", "post", _TRANSACTIONS, Role.PROCESS_PAYMENT),
        ("sendPaymentsPublic", "post", "/api/payments/transactions/{transactionId}/payments"),
        ("sendPayments", "post", f"{_TRANSACTION}/payments", Role.PROCESS_PAYMENT),
        ("sendAdditionalData", "post", f"{_TRANSACTION}/additional-data", Role.PROCESS_PAYMENT),
        ("updateAdditionalData", "patch", f"{_TRANSACTION}/additional-data", Role.PROCESS_PAYMENT),
        ("requestAuthorization", "post", f"{_TRANSACTION}/authorization-request", Role.PROCESS_PAYMENT),
        ("notifyPaymentReceived", "get", _PAID, Role.NOTIFY_PAYMENT, Role.PROCESS_PAYMENT),
        ("notifyPaymentValueReceived", "post", _PAID, Role.NOTIFY_PAYMENT, Role.PROCESS_PAYMENT),
        ("notifyOrderPaymentReceived", "post", _ORDER_PAID, Role.NOTIFY_PAYMENT, Role.PROCESS_PAYMENT),
    ),
    *_served_by(
        "order_feed",
        ("readFeed", "get", _FEED, Role.ORDER_FEED),
        ("commitFeed", "post", _FEED, Role.ORDER_FEED),
        ("getFeed", "get", f"{_FEED}/config", Role.ORDER_FEED),
        ("configureFeed", "post", f"{_FEED}/config", Role.ORDER_FEED),
        ("deleteFeed", "delete", f"{_FEED}/config", Role.ORDER_FEED),
    ),
    *_served_by(
        "order_hook",
        ("getHook", "get", _HOOK, Role.ORDER_FEED),
        ("configureHook", "post", _HOOK, Role.ORDER_FEED),
        ("deleteHook", "delete", _HOOK, Role.ORDER_FEED),
        ("rotateHookSecret", "post", f"{_HOOK}/secret", Role.ORDER_FEED),
        ("listDeliveries", "get", _DELIVERIES, Role.ORDER_FEED),
        ("resendDelivery", "post", f"{_DELIVERIES}/{{deliveryId}}/resend", Role.ORDER_FEED),
    ),
    *_served_by(
        "connector_callback",
        ("callBack", "post", f"{_CALLBACK}/callback"),
        ("notifyAuthorisation", "post", f"{_CALLBACK}/notification"),
        ("retryAuthorisation", "post", f"{_CALLBACK}/retry"),
        ("relayInbound", "post", f"{_CALLBACK}/inbound-request/{{action}}"),
    ),
    *_served_by(
        "connector_configuration",
        ("listAffiliations", "get", _AFFILIATIONS, Role.ACCOUNT_ADMIN),
        ("addAffiliation", "post", _AFFILIATIONS, Role.ACCOUNT_ADMIN),
        ("getAffiliation", "get", _AFFILIATION, Role.ACCOUNT_ADMIN),
        ("putAffiliation", "put", _AFFILIATION, Role.ACCOUNT_ADMIN),
        ("disableAffiliation", "delete", _AFFILIATION, Role.ACCOUNT_ADMIN),
        ("getManifest", "get", f"{_AFFILIATION}/manifest", Role.ACCOUNT_ADMIN),
    ),
)  # fmt: skip
"""Every route of the API; the sandbox has its own."""

ROUTE = {route.name: route for route in ROUTES}
"""Each route by its name."""
