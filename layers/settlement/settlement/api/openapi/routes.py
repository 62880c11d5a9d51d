"""The table of routes: the one source of what is documented. Tests hold it against template and functions."""

from settlement.api import affiliation_models, feed_models, feed_view
from settlement.api import checkout_models as checkout
from settlement.api import invoice_models as invoices
from settlement.api import models as requests
from settlement.api import modification_models as wanted
from settlement.api.openapi import affiliations, feeds, modifications, order_lists, orders, transactions
from settlement.api.openapi.list_parameters import LIST_PARAMETERS
from settlement.api.openapi.parts import Empty, Health, RepeatableReceipt, Unhealthy
from settlement.api.openapi.route import Listed, Parameter, Relayed, Route, Tag
from settlement.api.order_models import OrderBody
from settlement.domain.account.account import Role
from settlement.domain.order.order import MAX_INVOICES

OPENAPI = {
    "type": "object",
    "required": ["openapi", "info", "paths"],
    "properties": {"openapi": {"type": "string"}, "info": {"type": "object"}, "paths": {"type": "object"}},
}

ORDERS = "/api/oms/pvt/orders"
ORDER = f"{ORDERS}/{{orderId}}"
DOCUMENT = "/api/orders/pvt/document/{orderId}"
INVOICE = f"{ORDER}/invoice/{{invoiceNumber}}"
CHANGES = "/api/order-system/orders/{orderId}/changes"
CHANGE = f"{CHANGES}/{{requestId}}"
TRANSACTION = "/api/pvt/transactions/{transactionId}"
CALLBACK = "/api/pvt/payment-provider/transactions/{transactionId}/payments/{paymentId}"

PAID = "/api/payments/pvt/payments/{paymentId}/payment-notification"

READS = (404,)
LISTS = (400, 404)
WRITES = (400, 404, 409, 413, 503)
INVOICERS = (Role.NOTIFY_INVOICE, Role.NOTIFY_REFUND)

ACCOUNT_PARAMETERS = (
    Parameter("an", "The account of the app key; another one is refused.", {"type": "string"}),
    Parameter("accountName", "The same.", {"type": "string"}),
)
SIGNATURE = (
    Parameter("accountName", "The account of the payment.", {"type": "string"}, required=True),
    Parameter(
        "X-VTEX-signature", "The signature in the payment's callback address.", {"type": "string"}, required=True
    ),
)
IDEMPOTENCY_KEY = Parameter(
    "Idempotency-Key",
    "Makes a repeat safe: the same key and request answer with the operation that the first one made.",
    {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    where="header",
)
INVOICES_PARAMETER = Parameter(
    "invoices", "Over how many invoices to split it.", {"type": "integer", "minimum": 1, "maximum": MAX_INVOICES}
)
PAGE = (
    Parameter("limit", "Events per page.", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 1000}),
    Parameter("after", "Where to go on, as the `Link` of the page before says.", {"type": "string"}),
)

_MANAGEMENT = "order_management"
_ORDERS = (
    Route(
        "post", ORDERS, _MANAGEMENT, "placeOrder", "Place an order, and wait a while for its authorisation", Tag.ORDERS,
        {201: orders.PlacedOrder}, (400, 409, 413, 503), (Role.PLACE_ORDER,), OrderBody,
    ),
    Route(
        "get", ORDERS, _MANAGEMENT, "listOrders", "List orders, newest first, or find them by an id", Tag.ORDERS,
        {200: order_lists.OrderList}, (400,), (Role.VIEW_ORDER,), parameters=LIST_PARAMETERS,
    ),
    Route(
        "get", f"{ORDERS}/order-group/{{orderGroup}}", _MANAGEMENT, "getOrderGroup", "Show the orders of a group",
        Tag.ORDERS, {200: Listed(orders.OrderAnswer)}, LISTS, (Role.VIEW_ORDER,),
    ),
    Route(
        "post", f"{ORDER}/interactions", _MANAGEMENT, "addInteraction", "Add a line to an order's timeline", Tag.ORDERS,
        {200: Empty}, (400, 404, 413, 503), (Role.HANDLE_ORDER,), requests.InteractionBody,
    ),
    Route(
        "get", ORDER, _MANAGEMENT, "getOrder", "Show an order", Tag.ORDERS,
        {200: orders.OrderAnswer}, READS, (Role.VIEW_ORDER,),
    ),
    Route(
        "get", f"{ORDER}/left-to-invoice", _MANAGEMENT, "getLeftToInvoice",
        "Show what is left to invoice, to the cent, and how it splits", Tag.ORDERS,
        {200: orders.LeftToInvoiceAnswer}, (400, 404), (Role.VIEW_ORDER,), parameters=(INVOICES_PARAMETER,),
    ),
    *(
        Route("post", path, _MANAGEMENT, name, "Start handling an order", Tag.ORDERS,
              {204: None}, (404, 409, 503), (Role.HANDLE_ORDER,))
        for name, path in (
            ("startHandling", f"{ORDER}/start-handling"),
            ("startHandlingDocument", f"{DOCUMENT}/actions/start-handling"),
        )
    ),
    *(
        Route("post", path, _MANAGEMENT, name, "Cancel an order that has no sale invoice", Tag.ORDERS,
              {200: RepeatableReceipt}, WRITES, (Role.CANCEL_ORDER,), requests.CancelBody, body_required=False)
        for name, path in (("cancelOrder", f"{ORDER}/cancel"), ("cancelDocument", f"{DOCUMENT}/cancel"))
    ),
    Route(
        "delete", f"{ORDER}/shopper", _MANAGEMENT, "eraseShopper",
        "Erase what is known of the person behind an order", Tag.ORDERS,
        {204: None}, (404, 503), (Role.ACCOUNT_ADMIN,),
    ),
    Route(
        "delete", f"{TRANSACTION}/shopper", _MANAGEMENT, "eraseShopperOfTransaction",
        "Erase what is known of the person behind a transaction", Tag.TRANSACTIONS,
        {204: None}, (404, 503), (Role.ACCOUNT_ADMIN,),
    ),
    Route(
        "get", "/api/oms/pvt/account/settings", _MANAGEMENT, "getSettings", "Show the account's settings", Tag.ACCOUNT,
        {200: orders.Settings}, (), (Role.ACCOUNT_ADMIN,),
    ),
    Route(
        "patch", "/api/oms/pvt/account/settings", _MANAGEMENT, "changeSettings",
        "Change the account's settings; answers with all of them", Tag.ACCOUNT,
        {200: orders.Settings}, (400, 413), (Role.ACCOUNT_ADMIN,), requests.SettingsBody,
    ),
    Route(
        "get", "/health", _MANAGEMENT, "getHealth", "Tell whether the service can take an order", Tag.SERVICE,
        {200: Health, 503: Unhealthy},
    ),
    Route(
        "get", "/openapi.json", _MANAGEMENT, "getOpenApi", "Show this document", Tag.SERVICE,
        {200: OPENAPI},
    ),
)  # fmt: skip

_INVOICES = tuple(
    Route(
        method, path, "invoice_notification", name, summary, Tag.INVOICES,
        {200: RepeatableReceipt}, WRITES, roles, body,
    )
    for method, path, name, summary, roles, body in (
        ("post", f"{ORDER}/invoice", "notifyInvoice", "Notify a sale or return invoice",
         INVOICERS, invoices.InvoiceBody),
        ("post", f"{DOCUMENT}/invoices", "notifyDocumentInvoice",
         "Notify an invoice with its items by index and an extra value", INVOICERS, invoices.DocumentInvoiceBody),
        ("patch", INVOICE, "trackInvoice", "Say where the parcel of an invoice is to be found",
         INVOICERS[:1], invoices.TrackingBody),
        ("put", f"{INVOICE}/tracking", "trackDelivery", "Say how far the parcel of an invoice is",
         INVOICERS[:1], invoices.TrackingBody),
    )
)  # fmt: skip

_CHANGER = (Role.CHANGE_ORDER,)
_CHANGES = (
    Route(
        "post", f"{ORDER}/changes", "order_change", "registerChange", "Register a change of an order", Tag.CHANGES,
        {200: RepeatableReceipt}, WRITES, _CHANGER, requests.ChangeBody,
    ),
    Route(
        "patch", CHANGES, "order_change", "modifyOrder", "Modify an order; carried out after the answer", Tag.CHANGES,
        {202: modifications.ModificationAnswer}, WRITES, _CHANGER, wanted.ModificationBody,
        parameters=ACCOUNT_PARAMETERS,
    ),
    Route(
        "get", CHANGES, "order_change", "listModifications", "Show an order's modifications", Tag.CHANGES,
        {200: modifications.ModificationHistory}, LISTS, (Role.VIEW_ORDER,), parameters=ACCOUNT_PARAMETERS,
    ),
    Route(
        "post", f"{CHANGES}/preview", "order_change", "previewModification",
        "Show what a modification would do, with its money plan", Tag.CHANGES,
        {200: modifications.ModificationPreview}, (400, 404, 409, 413), _CHANGER, wanted.ModificationBody,
        parameters=ACCOUNT_PARAMETERS,
    ),
    Route(
        "get", CHANGE, "order_change", "getModification", "Show a modification, its status and its log", Tag.CHANGES,
        {200: modifications.ModificationDetails}, READS, (Role.VIEW_ORDER,), parameters=ACCOUNT_PARAMETERS,
    ),
    Route(
        "post", f"{CHANGE}/retry", "order_change", "retryModification", "Try a waiting modification at once",
        Tag.CHANGES, {204: None}, (404, 409, 503), _CHANGER, parameters=ACCOUNT_PARAMETERS,
    ),
    Route(
        "post", f"{CHANGE}/cancel", "order_change", "takeBackModification",
        "Take back a modification whose money has not moved", Tag.CHANGES,
        {200: Empty}, WRITES, _CHANGER, wanted.TakeBackBody, parameters=ACCOUNT_PARAMETERS,
    ),
    Route(
        "get", "/api/order-system/orders/changes/settings", "order_change", "getModificationSettings",
        "Show the account's settings of modifications", Tag.ACCOUNT,
        {200: wanted.ModificationSettings}, (), _CHANGER, parameters=ACCOUNT_PARAMETERS,
    ),
    Route(
        "put", "/api/order-system/orders/changes/settings", "order_change", "putModificationSettings",
        "Replace the account's settings of modifications", Tag.ACCOUNT,
        {200: wanted.ModificationSettings}, (400, 413), (Role.ACCOUNT_ADMIN,), wanted.ModificationSettings,
        parameters=ACCOUNT_PARAMETERS,
    ),
)  # fmt: skip

_VIEWER = (Role.VIEW_PAYMENT,)
_TRANSACTIONS = (
    Route(
        "get", f"{ORDER}/payment-transaction", "transaction_retrieval", "getPaymentTransaction",
        "Show an order's transaction as the OMS does", Tag.ORDERS,
        {200: orders.OmsTransaction}, READS, _VIEWER,
    ),
    *(
        Route("get", f"{TRANSACTION}{part}", "transaction_retrieval", name, summary, Tag.TRANSACTIONS,
              {200: content}, LISTS if name.startswith("list") else READS, _VIEWER)
        for part, name, summary, content in (
            ("", "getTransaction", "Show a transaction, and whether its books agree", transactions.TransactionAnswer),
            ("/payments", "listPayments", "Show a transaction's payments", Listed(transactions.PaymentAnswer)),
            ("/payments/{paymentId}", "getPayment", "Show one payment", transactions.PaymentAnswer),
            ("/settlements", "listSettlements", "Show what was asked to be settled, and what was",
             transactions.Settlements),
            ("/refunds", "listRefunds", "Show what was asked to be refunded, and what was", transactions.Reversals),
            ("/cancellations", "listCancellations", "Show what was asked to be cancelled, and what was",
             transactions.Reversals),
            ("/audit", "auditTransaction", "Compare every figure with the others that tell of it",
             transactions.AuditAnswer),
            ("/capabilities", "getCapabilities", "Show by how much the value may change", transactions.Capabilities),
        )
    ),
    Route(
        "get", f"{TRANSACTION}/interactions", "transaction_retrieval", "listInteractions",
        "Show the timeline, newest first, a page at a time", Tag.TRANSACTIONS,
        {200: Listed(transactions.Interaction)}, (400, 404), _VIEWER, parameters=PAGE,
        answer_headers={"Link": "The address of the next page, `rel=\"next\"`; none on the last page."},
    ),
)  # fmt: skip

_PROCESSOR = (Role.PROCESS_PAYMENT,)
_GATEWAY = tuple(
    Route(
        "post", f"{TRANSACTION}/{part}-request", "transaction_operation", name, summary, Tag.GATEWAY,
        {200: transactions.OperationResult}, WRITES, _PROCESSOR, requests.MovementBody,
        parameters=(IDEMPOTENCY_KEY,),
    )
    for part, name, summary in (
        ("settlement", "requestSettlement", "Settle a value of what is not requested yet"),
        ("refunding", "requestRefund", "Refund a value of what is settled"),
        ("cancellation", "requestCancellation", "Cancel a value of what is not settled"),
    )
)  # fmt: skip
_CHECKOUT_ACCOUNT = (
    Parameter("an", "The account.", {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,100}$"}, required=True),
)
_PURCHASE = (
    Parameter(
        "orderId",
        "The purchase that is paid; connectors are told it.",
        {"type": "string", "pattern": "^[A-Za-z0-9._-]{1,100}$"},
    ),
)
_INTAKE = "transaction_intake"
_CHECKOUT = (
    Route(
        "get", "/api/pvt/payment-systems", _INTAKE, "listPaymentSystems",
        "Show the payment systems that the account's connectors serve", Tag.GATEWAY,
        {200: Listed(transactions.PaymentSystemAnswer)}, (400,), _VIEWER,
    ),
    Route(
        "post", "/api/pvt/transactions", _INTAKE, "startTransaction", "Start a transaction without an order",
        Tag.GATEWAY, {200: transactions.TransactionAnswer}, (400, 409, 413, 503), _PROCESSOR, checkout.TransactionBody,
        parameters=(IDEMPOTENCY_KEY,),
    ),
    Route(
        "post", "/api/payments/transactions/{transactionId}/payments", _INTAKE, "sendPaymentsPublic",
        "Send payments from a shopper's browser; the transaction's id is what lets it in", Tag.GATEWAY,
        {201: None}, WRITES, (), checkout.PaymentsBody, parameters=(*_CHECKOUT_ACCOUNT, *_PURCHASE),
    ),
    Route(
        "post", f"{TRANSACTION}/payments", _INTAKE, "sendPayments", "Send payments; answers with all there are",
        Tag.GATEWAY, {200: Listed(transactions.PaymentAnswer)}, WRITES, _PROCESSOR, checkout.PaymentsBody,
        parameters=_PURCHASE,
    ),
    *(
        Route(method, f"{TRANSACTION}/additional-data", _INTAKE, name, "Tell more about a transaction: cart, shopper",
              Tag.GATEWAY, {200: Empty}, (400, 404, 413, 503), _PROCESSOR, checkout.AdditionalDataBody)
        for method, name in (("post", "sendAdditionalData"), ("patch", "updateAdditionalData"))
    ),
    Route(
        "post", f"{TRANSACTION}/authorization-request", _INTAKE, "requestAuthorization",
        "Authorise a transaction's payments, all or none", Tag.GATEWAY,
        {200: transactions.OperationResult}, WRITES, _PROCESSOR, checkout.AuthorisationBody,
    ),
    Route(
        "get", PAID, _INTAKE, "notifyPaymentReceived", "Tell that a payment was received outside of its connector",
        Tag.GATEWAY, {200: Empty}, (404, 409, 503), _PROCESSOR,
    ),
    Route(
        "post", PAID, _INTAKE, "notifyPaymentValueReceived", "The same, with its value and date", Tag.GATEWAY,
        {200: Empty}, WRITES, _PROCESSOR, checkout.ReceivedBody,
    ),
    Route(
        "post", f"{ORDER}/payments/{{paymentId}}/payment-notification", _INTAKE, "notifyOrderPaymentReceived",
        "The same, of a payment of an order", Tag.ORDERS, {200: Empty}, (404, 409, 503), _PROCESSOR,
    ),
)  # fmt: skip
_OPERATIONS = (
    Route(
        "get", f"{TRANSACTION}/operations", "transaction_operation", "listOperations",
        "Show what was asked of a transaction, newest first, and how far it is", Tag.GATEWAY,
        {200: Listed(transactions.OperationAnswer)}, LISTS, _VIEWER,
    ),
    Route(
        "post", f"{TRANSACTION}/operations/{{operationId}}/retry", "transaction_operation", "retryOperation",
        "Try again what a failed operation is missing, or at once one that waits", Tag.GATEWAY,
        {202: transactions.Retried}, (404, 409, 503), _PROCESSOR,
    ),
    Route(
        "post", f"{TRANSACTION}/operations/{{operationId}}/write-off", "transaction_operation", "writeOffOperation",
        "Write off what a failed operation will never do", Tag.GATEWAY,
        {200: transactions.Ended}, WRITES, _PROCESSOR, requests.WriteOffBody,
    ),
    Route(
        "post", f"{TRANSACTION}/operations/{{operationId}}/paid-otherwise", "transaction_operation",
        "payOperationOtherwise", "Say that what a failed operation could not settle was paid by other means",
        Tag.GATEWAY, {200: transactions.Ended}, WRITES, _PROCESSOR, requests.PaidOtherwiseBody,
    ),
    Route(
        "post", f"{TRANSACTION}/legs/{{legId}}/resolve", "transaction_operation", "resolveLeg",
        "Say what became of a connector call that is in doubt, refused, or left to a person", Tag.GATEWAY,
        {204: None}, WRITES, _PROCESSOR, requests.ResolutionBody,
    ),
)  # fmt: skip

FEED, HOOK = "/api/orders/feed", "/api/orders/hook/config"
_LOT = Parameter("maxlot", "Updates at most.", {"type": "integer", "minimum": 1, "maximum": feed_view.MAX_LOT})
_FEEDS = tuple(
    Route(
        method, path, function, name, summary, Tag.FEED, {200: content}, refusals, (Role.ORDER_FEED,), body,
        parameters=parameters,
    )
    for method, path, function, name, summary, content, refusals, body, parameters in (
        ("get", FEED, "order_feed", "readFeed", "Hand out the oldest updates, and hide them for a while",
         Listed(feeds.UpdateAnswer), (400, 404), None, (_LOT,)),
        ("post", FEED, "order_feed", "commitFeed", "Take updates off the feed that were processed",
         Empty, (400, 404, 413), feed_models.CommitBody, ()),
        ("get", f"{FEED}/config", "order_feed", "getFeed", "Show the caller's feed and how much waits in it",
         feeds.FeedStateAnswer, READS, None, ()),
        ("post", f"{FEED}/config", "order_feed", "configureFeed", "Create the caller's feed, or change it",
         feeds.FeedAnswer, (400, 413), feed_models.FeedBody, ()),
        ("delete", f"{FEED}/config", "order_feed", "deleteFeed", "Forget the caller's feed and what is in it",
         Empty, (), None, ()),
        ("get", HOOK, "order_hook", "getHook", "Show the caller's hook", feeds.HookAnswer, READS, None, ()),
        ("post", HOOK, "order_hook", "configureHook",
         "Create or replace the caller's hook, once its address has answered a ping",
         feeds.HookAnswer, (400, 413), feed_models.HookBody, ()),
        ("delete", HOOK, "order_hook", "deleteHook", "Forget the caller's hook", Empty, (), None, ()),
    )
)  # fmt: skip

_CALLBACKS = tuple(
    Route(
        "post", f"{CALLBACK}/{part}", "connector_callback", name, summary, Tag.CONNECTORS,
        {200: Empty}, (401, 404, 503), parameters=SIGNATURE,
    )
    for part, name, summary in (
        ("callback", "callBack", "Tell that an authorisation is decided; it is asked for, the body is not believed"),
        ("notification", "notifyAuthorisation", "The same"),
        ("retry", "retryAuthorisation", "The same"),
    )
)  # fmt: skip

_INBOUND = Route(
    "post", f"{CALLBACK}/inbound-request/{{action}}", "connector_callback", "relayInbound",
    "Hand a request on to the connector; answered with its status, content type and content", Tag.CONNECTORS,
    {200: Relayed()}, (400, 401, 404, 413, 503), parameters=SIGNATURE,
)  # fmt: skip

AFFILIATIONS = "/api/pvt/affiliations"
AFFILIATION = f"{AFFILIATIONS}/{{affiliationId}}"
_AFFILIATIONS = tuple(
    Route(
        method, path, "connector_configuration", name, summary, Tag.CONNECTORS,
        {204: None} if content is None else {200: content}, refusals, (Role.ACCOUNT_ADMIN,), body,
    )
    for method, path, name, summary, content, refusals, body in (
        ("get", AFFILIATIONS, "listAffiliations", "List the account's connectors",
         Listed(affiliations.AffiliationAnswer), (400,), None),
        ("post", AFFILIATIONS, "addAffiliation", "Add a connector, with its credentials",
         affiliations.AffiliationAnswer, (400, 409, 413, 503), affiliation_models.AffiliationBody),
        ("get", AFFILIATION, "getAffiliation", "Show a connector, by its id or its name",
         affiliations.AffiliationAnswer, READS, None),
        ("put", AFFILIATION, "putAffiliation", "Replace a connector's configuration; credentials left out stay",
         affiliations.AffiliationAnswer, WRITES, affiliation_models.AffiliationBody),
        ("delete", AFFILIATION, "disableAffiliation", "Let a connector take no new payments; those it has go on",
         None, (404, 503), None),
        ("get", f"{AFFILIATION}/manifest", "getManifest", "Show what a connector says it can do",
         affiliations.ManifestAnswer, READS, None),
    )
)  # fmt: skip

ROUTES: tuple[Route, ...] = (
    *_ORDERS, *_INVOICES, *_CHANGES, *_TRANSACTIONS, *_GATEWAY, *_CHECKOUT, *_OPERATIONS, *_FEEDS, *_CALLBACKS,
    _INBOUND, *_AFFILIATIONS,
)  # fmt: skip
