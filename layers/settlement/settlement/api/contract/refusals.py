"""The catalogue of published refusals: what each code of ``domain/errors.py`` says, by the status it comes with."""

WHEN: dict[tuple[int, str], str] = {
    (400, "1402"): (
        "a direct request for zero, or for more than is available; payments that do not add up to their "
        "transaction's value"
    ),
    (400, "CHK0022"): "a change's item has no id, or is new and has no price",
    (400, "CHK0023"): "a change's quantity is not above zero, or above the order's",
    (400, "CHK0034"): "a change would leave less than the invoiced value, or nothing",
    (400, "CHK0098"): "a change's value or price is negative or too large",
    (400, "CHK0124"): "a change has no reason, or changes nothing",
    (400, "NFE_CHECK_DIGIT"): "the last digit of the access key does not check the others",
    (400, "NFE_CURRENCY"): "the order's currency is not BRL, in which an NF-e is issued",
    (400, "NFE_DATE_DIFFERS"): "`issuanceDate` is not the day of the document",
    (400, "NFE_EVENT"): "the event is another one than a cancellation, 110111",
    (400, "NFE_EVENTS"): "the body has several events",
    (400, "NFE_FIELD"): "a field of the document is missing, stands twice, or is no value of its type",
    (400, "NFE_ITEM"): "an item of the document is not in the order, or not in the sale that it returns",
    (400, "NFE_ITEMS"): "the document has no items, or more than 990",
    (400, "NFE_KEY"): "the access key is none",
    (
        400,
        "NFE_KEY_CONTENT",
    ): "the access key differs from model, series, number, issuer, protocol or event of its document",
    (400, "NFE_KEY_DIFFERS"): "`invoiceKey` is not the key of the document",
    (400, "NFE_MODEL"): "the document is of another model than 55",
    (
        400,
        "NFE_NOT_AUTHORISED",
    ): "the tax authority has denied or cancelled the document, or has not registered its event",
    (
        400,
        "NFE_NO_PROTOCOL",
    ): "the document does not say that the tax authority has authorised it, or registered its event",
    (400, "NFE_NUMBER_DIFFERS"): "`invoiceNumber` is another number than the document's",
    (400, "NFE_PROTOCOL_DIFFERS"): "the event names another authorisation than that of the invoice's document",
    (400, "NFE_PURPOSE"): "the document is neither a sale nor a return",
    (400, "NFE_QUANTITY"): "the document has more units of an item than are left, or others than the request",
    (400, "NFE_REFERENCE"): "a return names no sale of the order, or is above what is left of its value",
    (400, "NFE_ROOT"): "the document is no NF-e, and no event of one",
    (400, "NFE_TEST"): "the document is of the test environment",
    (400, "NFE_TYPE_DIFFERS"): "the document is a sale and `type` is not, or a return",
    (400, "NFE_UNREADABLE"): "the document is no XML, too large or too deep, or has a document type",
    (400, "NFE_VALUE_DIFFERS"): "`invoiceValue` is not the value of the document",
    (400, "NFE_VERSION"): "the document is of another layout than 4.00, or the event than 1.00",
    (400, "OMS001"): (
        "a field is missing, of the wrong type or outside its limits; sums do not add up; unknown connector; card data"
    ),
    (400, "OMS010"): "`strictInvoices`: the invoice is above the value left to invoice",
    (400, "OMS011"): "a return above the invoiced value, less earlier returns",
    (400, "OMS012"): "cancel of an order with a sale invoice",
    (400, "OMS013"): "more than 50 registered changes, or 200 modifications",
    (400, "OMS020"): "`strictInvoices`: an item of the invoice is no line of the order",
    (400, "OMS021"): "`strictInvoices`: the invoice has more units of an item than are left to invoice or return",
    (400, "OMS022"): "`strictInvoices`: an item costs more than its line, or items and extra value are not the value",
    (400, "SalesOrderSystem010"): "the item to remove is not in the order",
    (400, "SalesOrderSystem011"): "more to remove than the order has",
    (400, "SalesOrderSystem026"): "the item is on several lines: give the `uniqueId` of one",
    (400, "SalesOrderSystem046"): "the item is invoiced already",
    (401, "1"): "key or token missing or wrong; a callback's signature is not the payment's",
    (403, "2"): (
        "the key lacks the role of the route, or has asked for what it would approve; the gateway or the firewall "
        "refuses the request"
    ),
    (404, "1404"): "no such transaction, payment, affiliation or route",
    (404, "CHK0201"): "no such order, to modify",
    (404, "CHK0289"): "no such modification",
    (404, "OMS004"): "no such invoice",
    (404, "OMS005"): "a registered change removes an item that is not in the order",
    (404, "OMS007"): "no such order",
    (404, "OMS014"): "the app key has no feed, or no hook",
    (409, "1402"): "the payments no longer hold the value to settle",
    (409, "1403"): (
        "a direct request on a transaction that is not authorised, or cancelled; payments for one that accepts no "
        "more; a notification of a denied payment"
    ),
    (409, "1414"): "the authorisation of a transaction without payments",
    (409, "1419"): "a direct request on a transaction without payments",
    (409, "CHK00342"): "the payments cannot be raised by this value",
    (409, "CHK0054"): "the captured payments cannot refund this value",
    (409, "CHK0096"): "the payments cannot give this value back",
    (409, "CHK0124"): "the order's status does not allow a modification",
    (409, "NFE_KEY_USED"): "the access key is that of another invoice of the account",
    (409, "OMS003"): (
        "the order's status does not allow the request: not started, cancelled, not `ready-for-handling`, "
        "completely invoiced"
    ),
    (409, "OMS008"): "the id exists already, with other content",
    (409, "OMS009"): (
        "100 operations wait on the transaction; or it has too many operations for a direct request or a retry, or "
        "its timeline too many events"
    ),
    (409, "OMS015"): "the secret with the credentials of all connectors is full: 65,536 bytes",
    (409, "OMS016"): "the invoice is a return, was cancelled before, or a return rests on it",
    (409, "SalesOrderSystem008"): "the order is cancelled",
    (409, "SalesOrderSystem014"): "a modification is in progress",
    (409, "SalesOrderSystem015"): "an order accepts changes of one API only, registered or modifications",
    (409, "SalesOrderSystem016"): "the modification is finished, or can no longer be cancelled",
    (409, "SalesOrderSystem046"): "the item was invoiced since, so the modification cannot be cancelled",
    (412, "OMS412"): "`If-Match` names a version that is not the current one",
    (413, "OMS413"): "the body is over 1,000,000 bytes",
    (500, "OMS500"): "a fault of the service; its log has the reason",
    (502, "OMS502"): "a connector whose answer was needed gave none",
    (503, "OMS503"): "too many writers on one order: nothing is written; or an outage of the table: perhaps written",
}
"""Status and code of each refusal, and when a request gets it; `docs/api.md` says the same, which a test holds."""
