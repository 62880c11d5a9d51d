"""Placing, showing and cancelling orders; their invoices and parcels."""

from settlement.api.approvals.answer import ApprovalAnswer
from settlement.api.change_summaries.answer import ChangeSummaryAnswer
from settlement.api.contract.described import Listed, Tag, describe
from settlement.api.contract.parameters import IF_MATCH, INVOICES, LIST_PARAMETERS, REASON, VERSION_TAG
from settlement.api.invoices.request import DocumentInvoiceBody, InvoiceBody, TrackingBody
from settlement.api.invoices.taking_back import InvoiceCancelBody
from settlement.api.operations.request import AcceptanceBody
from settlement.api.order_lists.answer import OrderList
from settlement.api.order_searches.answer import FoundOrders
from settlement.api.order_searches.request import SearchBody
from settlement.api.orders.answer import LeftToInvoiceAnswer, OrderAnswer, PlacedOrder
from settlement.api.orders.document_answer import DocumentAnswer
from settlement.api.orders.request import CancelBody, OrderBody
from settlement.api.payments.answer import OmsTransaction
from settlement.api.previews.answer import MoneyPreview
from settlement.api.shared.answer import Empty, RepeatableReceipt
from settlement.api.timeline.request import InteractionBody

_REFUSED_INVOICE = {
    400: "OMS001 OMS010 OMS011 OMS020 OMS021 OMS022",
    404: "OMS007",
    409: "OMS003 OMS008 OMS009 1402 CHK0054",
    412: "OMS412",
    413: "OMS413",
}
_OF_KEY = "NFE_CHECK_DIGIT NFE_KEY NFE_MODEL"
_OF_DOCUMENT = (
    f"{_OF_KEY} NFE_FIELD NFE_ITEM NFE_ITEMS NFE_KEY_CONTENT NFE_NOT_AUTHORISED NFE_NO_PROTOCOL NFE_PURPOSE "
    "NFE_QUANTITY NFE_REFERENCE NFE_ROOT NFE_TEST NFE_UNREADABLE NFE_VERSION"
)
_OF_EMBEDDED = f"{_OF_DOCUMENT} NFE_DATE_DIFFERS NFE_KEY_DIFFERS NFE_NUMBER_DIFFERS NFE_TYPE_DIFFERS NFE_VALUE_DIFFERS"
_REFUSED_KEY = {409: f"{_REFUSED_INVOICE[409]} NFE_KEY_USED"}
_CORRECTION = {404: "OMS004 OMS007", 409: f"{_REFUSED_KEY[409]} OMS016"}
_REFUSED_BY_INDEX = _REFUSED_INVOICE | _CORRECTION | {400: f"{_REFUSED_INVOICE[400]} {_OF_KEY}"}
_REFUSED_WITH_TEXT = _REFUSED_INVOICE | _CORRECTION | {400: f"{_REFUSED_INVOICE[400]} {_OF_EMBEDDED}"}
_OF_EVENT = "NFE_EVENT NFE_EVENTS NFE_PROTOCOL_DIFFERS"
_REFUSED_DOCUMENT = (
    _REFUSED_INVOICE | _CORRECTION | {400: f"{_REFUSED_INVOICE[400]} {_OF_DOCUMENT} {_OF_EVENT} NFE_CURRENCY"}
)
_REFUSED_PARCEL = {
    400: f"OMS001 {_OF_EMBEDDED}",
    404: "OMS004 OMS007",
    409: "OMS003 OMS009 NFE_KEY_USED",
    413: "OMS413",
    503: "OMS503",
}
_REFUSED_INVOICE_CANCEL = {
    400: "OMS001",
    404: "OMS004 OMS007",
    409: "OMS003 OMS008 OMS009 OMS016 CHK0054",
    412: "OMS412",
    413: "OMS413",
}
_REFUSED_CANCEL = {400: "OMS001 OMS012", 404: "OMS007", 409: "OMS009 CHK0096", 412: "OMS412", 413: "OMS413"}

ROUTES = (
    describe(
        "placeOrder",
        Tag.ORDERS,
        "Place an order, and wait a while for its authorisation",
        "Writes the order, its transaction and its payments, and waits up to 8 seconds for the connectors to "
        "authorise them. The same order id with the same content answers with the order that stands; with other "
        "content it is refused.",
        {201: PlacedOrder},
        {400: "OMS001", 409: "OMS008", 413: "OMS413", 503: "OMS503"},
        body=OrderBody,
    ),
    describe(
        "listOrders",
        Tag.ORDERS,
        "List orders, newest first, or find them by an id",
        "Answers one page of the account's orders, with figures over those that were found: up to the page's end, or "
        "all that match with `_stats=1`. `Link` leads to the next page, which costs the same however far it is. A "
        "parameter that the list does not know is refused, since it would filter nothing.",
        {200: OrderList},
        {400: "OMS001"},
        parameters=LIST_PARAMETERS,
        answer_headers={"Link": 'The address of the next page, `rel="next"`; none on the last page.'},
    ),
    describe(
        "searchOrders",
        Tag.ORDERS,
        "Search orders by a body",
        "Answers one page of the account's orders, newest first. The filters are those of the list, in a body, and "
        "some of the published search: an unknown one is refused. What tells of persons is hidden.",
        {200: FoundOrders},
        {400: "OMS001", 413: "OMS413"},
        body=SearchBody,
    ),
    describe(
        "getOrderGroup",
        Tag.ORDERS,
        "Show the orders of a group",
        "Answers every order that was placed under one group, whole.",
        {200: Listed(OrderAnswer)},
        {400: "OMS001", 404: "OMS007"},
    ),
    describe(
        "addInteraction",
        Tag.ORDERS,
        "Add a line to an order's timeline",
        "Appends a text and its source to the timeline of the order's transaction. It moves no money and changes "
        "no status.",
        {200: Empty},
        {400: "OMS001", 404: "OMS007", 409: "OMS009", 413: "OMS413", 503: "OMS503"},
        body=InteractionBody,
    ),
    describe(
        "getOrder",
        Tag.ORDERS,
        "Show an order",
        "Answers the whole order: status, values, lines with what became of their units, invoices, changes, "
        "payments and shopper.",
        {200: OrderAnswer},
        {404: "OMS007"},
        answer_headers=VERSION_TAG,
    ),
    describe(
        "getDocument",
        Tag.ORDERS,
        "Show an order, its persons for a reason only",
        "Answers the whole order as `GET /api/oms/pvt/orders/{orderId}` does, in the form of the published document. "
        "What tells of persons is hidden, as an erasure would leave it, unless `reason` says why it is needed; then it "
        "is logged which app key asked.",
        {200: DocumentAnswer},
        {400: "OMS001", 404: "OMS007"},
        parameters=(REASON,),
        answer_headers=VERSION_TAG,
    ),
    describe(
        "getChangeSummary",
        Tag.ORDERS,
        "Show what changes did to an order",
        "Answers the lines that the order was placed with, what changes of either kind added, removed and replaced "
        "since, and by how much its value changed.",
        {200: ChangeSummaryAnswer},
        {404: "OMS007"},
    ),
    describe(
        "getLeftToInvoice",
        Tag.ORDERS,
        "Show what is left to invoice, to the cent, and how it splits",
        "Answers the values that the next invoices have to name so that the order is invoiced to the cent, line "
        "by line. With `invoices`, the value is split over so many invoices.",
        {200: LeftToInvoiceAnswer},
        {400: "OMS001", 404: "OMS007"},
        parameters=(INVOICES,),
    ),
    describe(
        "startHandling",
        Tag.ORDERS,
        "Start handling an order",
        "Takes the order from `ready-for-handling` to `handling`; invoices and changes are taken from then on.",
        {204: None},
        {404: "OMS007", 409: "OMS003", 503: "OMS503"},
    ),
    describe(
        "startHandlingDocument",
        Tag.ORDERS,
        "Start handling an order",
        "Does the same as `POST /api/oms/pvt/orders/{orderId}/start-handling`, by the path of the document API.",
        {204: None},
        {404: "OMS007", 409: "OMS003", 503: "OMS503"},
    ),
    describe(
        "cancelOrder",
        Tag.ORDERS,
        "Cancel an order that has no sale invoice",
        "Cancels the order and queues the cancellation of all that is not settled. A repeat answers with the "
        "receipt of the first one. "
        "Above the account's `approvalAbove` it waits for a second key.",
        {200: RepeatableReceipt, 202: ApprovalAnswer},
        _REFUSED_CANCEL | {503: "OMS503"},
        body=CancelBody,
        body_required=False,
        parameters=(IF_MATCH,),
    ),
    describe(
        "cancelDocument",
        Tag.ORDERS,
        "Cancel an order that has no sale invoice",
        "Does the same as `POST /api/oms/pvt/orders/{orderId}/cancel`, by the path of the document API. "
        "Above the account's `approvalAbove` it waits for a second key.",
        {200: RepeatableReceipt, 202: ApprovalAnswer},
        _REFUSED_CANCEL | {503: "OMS503"},
        body=CancelBody,
        body_required=False,
        parameters=(IF_MATCH,),
    ),
    describe(
        "previewCancel",
        Tag.ORDERS,
        "Show what cancelling an order would do, with its money plan",
        "Answers the order's figures and status after a cancellation, the calls of connectors, and warnings. It "
        "refuses what the cancellation would refuse, and writes nothing.",
        {200: MoneyPreview},
        _REFUSED_CANCEL,
        body=CancelBody,
        body_required=False,
        parameters=(IF_MATCH,),
    ),
    describe(
        "previewCancelDocument",
        Tag.ORDERS,
        "Show what cancelling an order would do, with its money plan",
        "Does the same as `POST /api/oms/pvt/orders/{orderId}/cancel/preview`, by the path of the document API.",
        {200: MoneyPreview},
        _REFUSED_CANCEL,
        body=CancelBody,
        body_required=False,
        parameters=(IF_MATCH,),
    ),
    describe(
        "eraseShopper",
        Tag.ORDERS,
        "Erase what is known of the person behind an order",
        "Erases the person of the order, the names on its cards and its additional data but the cart, for "
        "good; answers show `***` in their place. A repeat changes nothing.",
        {204: None},
        {404: "OMS007", 503: "OMS503"},
    ),
    describe(
        "notifyInvoice",
        Tag.INVOICES,
        "Notify a sale or return invoice",
        "Takes an invoice and queues the money that it moves: a sale (`Output`) settles its value, a return "
        "(`Input`) refunds it. The invoice's number makes a repeat safe: it answers with the first receipt. "
        "A sale that `replaces` another one cancels it by the same write, and moves only the difference. "
        "A return or a correction above the account's `approvalAbove` waits for a second key.",
        {200: RepeatableReceipt, 202: ApprovalAnswer},
        _REFUSED_WITH_TEXT | {503: "OMS503"},
        body=InvoiceBody,
        parameters=(IF_MATCH,),
    ),
    describe(
        "notifyDocumentInvoice",
        Tag.INVOICES,
        "Notify an invoice with its items by index and an extra value",
        "Takes an invoice whose items are named by their index in the order, with an extra value beside them. It "
        "moves money as `POST /api/oms/pvt/orders/{orderId}/invoice` does. "
        "A return above the account's `approvalAbove` waits for a second key.",
        {200: RepeatableReceipt, 202: ApprovalAnswer},
        _REFUSED_BY_INDEX | {503: "OMS503"},
        body=DocumentInvoiceBody,
        parameters=(IF_MATCH,),
    ),
    describe(
        "previewInvoice",
        Tag.INVOICES,
        "Show what an invoice would do, with its money plan",
        "Takes the invoice's body and answers what the notification would do now: the order's figures and status "
        "after it, the calls of connectors, and warnings. It refuses what the notification would refuse, and "
        "writes nothing.",
        {200: MoneyPreview},
        _REFUSED_WITH_TEXT,
        body=InvoiceBody,
        parameters=(IF_MATCH,),
    ),
    describe(
        "previewDocumentInvoice",
        Tag.INVOICES,
        "Show what an invoice would do, with its money plan",
        "Does the same as `POST /api/oms/pvt/orders/{orderId}/invoice/preview`, with items by their index and an "
        "extra value beside them.",
        {200: MoneyPreview},
        _REFUSED_BY_INDEX,
        body=DocumentInvoiceBody,
        parameters=(IF_MATCH,),
    ),
    describe(
        "notifyFiscalDocument",
        Tag.INVOICES,
        "Notify the invoice that an NF-e is, or cancel it by its event",
        "Takes the XML of an NF-e (`nfeProc` or `NFe`, layout 4.00, at most 500,000 bytes), reads number, key, value, "
        "date and items from it, and is then the notification of that invoice. A document of return (`finNFe` 4) is an "
        "`Input`; it names the sale. The document is kept, and shown as `embeddedInvoice`. "
        "The event that cancels a note (110111, layout 1.00, as `procEventoNFe`, `evento` or `envEvento` of one event) "
        "is the cancellation of the order's invoice with its key: `reason` is `xJust`, `requestId` the event's `Id`. "
        "A return or a cancellation above the account's `approvalAbove` waits for a second key.",
        {200: RepeatableReceipt, 202: ApprovalAnswer},
        _REFUSED_DOCUMENT | {503: "OMS503"},
        is_xml=True,
        parameters=(IF_MATCH,),
    ),
    describe(
        "previewFiscalDocument",
        Tag.INVOICES,
        "Show what the invoice that an NF-e is, or its event, would do, with its money plan",
        "Does the same as `POST /api/oms/pvt/orders/{orderId}/invoice/preview`, with an NF-e as body; with the event "
        "that cancels one, the same as `POST /api/oms/pvt/orders/{orderId}/invoice/{invoiceNumber}/cancel/preview`.",
        {200: MoneyPreview},
        _REFUSED_DOCUMENT,
        is_xml=True,
        parameters=(IF_MATCH,),
    ),
    describe(
        "cancelInvoice",
        Tag.INVOICES,
        "Cancel a sale invoice, and refund what was paid for it",
        "Takes a sale back: its value and its units are to be invoiced again, its settlement request is withdrawn, and "
        "what was paid for it is refunded. An order that was completely invoiced is open again. A repeat answers with "
        "the receipt of the first one. "
        "Above the account's `approvalAbove` it waits for a second key.",
        {200: RepeatableReceipt, 202: ApprovalAnswer},
        _REFUSED_INVOICE_CANCEL | {503: "OMS503"},
        body=InvoiceCancelBody,
        parameters=(IF_MATCH,),
    ),
    describe(
        "acceptUsedKey",
        Tag.INVOICES,
        "Say that an invoice may have the access key of another one",
        "Closes the work of the kind `used-access-key`, with the reference of what makes it right; it stands on the "
        "timeline, and changes no figure. The same reference again changes nothing. Another key that is another "
        "invoice's opens work again.",
        {204: None},
        {400: "OMS001", 404: "OMS004 OMS007", 409: "OMS003", 413: "OMS413", 503: "OMS503"},
        body=AcceptanceBody,
    ),
    describe(
        "previewInvoiceCancel",
        Tag.INVOICES,
        "Show what cancelling a sale invoice would do, with its money plan",
        "Answers the order's figures and status after the cancellation, the refunds, and warnings. It refuses what "
        "the cancellation would refuse, and writes nothing.",
        {200: MoneyPreview},
        _REFUSED_INVOICE_CANCEL,
        body=InvoiceCancelBody,
        parameters=(IF_MATCH,),
    ),
    describe(
        "trackInvoice",
        Tag.INVOICES,
        "Say where the parcel of an invoice is to be found",
        "Stores carrier and tracking number of an invoice's parcel, and fills in what the invoice left out. It "
        "moves no money.",
        {200: RepeatableReceipt},
        _REFUSED_PARCEL,
        body=TrackingBody,
    ),
    describe(
        "trackDelivery",
        Tag.INVOICES,
        "Say how far the parcel of an invoice is",
        "Stores where the parcel was seen and whether it was delivered. It moves no money.",
        {200: RepeatableReceipt},
        _REFUSED_PARCEL,
        body=TrackingBody,
    ),
    describe(
        "getPaymentTransaction",
        Tag.ORDERS,
        "Show an order's transaction as the OMS does",
        "Answers the order's transaction with its payments, in the keys of the OMS.",
        {200: OmsTransaction},
        {404: "OMS007"},
        answer_headers=VERSION_TAG,
    ),
    describe(
        "notifyOrderPaymentReceived",
        Tag.ORDERS,
        "The same, of a payment of an order",
        "Takes the merchant's word that a payment of an order, which waits for its connector, was received in full.",
        {200: Empty},
        {404: "OMS007 1404", 409: "1403", 503: "OMS503"},
    ),
)
