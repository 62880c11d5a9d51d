"""The catalogue of published refusals: what each code of ``domain/errors.py`` says, by the status it comes with."""

WHEN: dict[tuple[int, str], str] = {
    (400, "1402"): (
        "a direct request for nothing, or for more than there is; payments that do not make up their "
        "transaction's value"
    ),
    (400, "CHK0022"): "a change's item has no id, or is new and has no price",
    (400, "CHK0023"): "a change's quantity is not above zero, or above what the order has",
    (400, "CHK0034"): "a change would leave less than what is invoiced, or nothing",
    (400, "CHK0098"): "a change's value or price is negative or too large",
    (400, "CHK0124"): "a change has no reason, or changes nothing",
    (400, "OMS001"): (
        "a field is missing, of the wrong type or outside its limits; sums do not add up; unknown connector; card data"
    ),
    (400, "OMS010"): "`strictInvoices`: the invoice is above what is left",
    (400, "OMS011"): "a return above what was invoiced, less earlier returns",
    (400, "OMS012"): "cancel of an order with a sale invoice",
    (400, "OMS013"): "more than 50 registered changes, or 200 modifications",
    (400, "SalesOrderSystem010"): "the item to remove is not in the order",
    (400, "SalesOrderSystem011"): "more to remove than the order has",
    (400, "SalesOrderSystem026"): "the item stands on several lines: name one by `uniqueId`",
    (400, "SalesOrderSystem046"): "the item is invoiced already",
    (401, "1"): "key or token missing or wrong; a callback's signature is not the payment's",
    (403, "2"): "the key lacks the role of the route; the gateway or the firewall refuses the request",
    (404, "1404"): "no such transaction, payment, affiliation or route",
    (404, "CHK0201"): "no such order, to modify",
    (404, "CHK0289"): "no such modification",
    (404, "OMS004"): "no such invoice",
    (404, "OMS005"): "a registered change removes an item that the order does not have",
    (404, "OMS007"): "no such order",
    (404, "OMS014"): "the app key has no feed, or no hook",
    (409, "1402"): "the payments do not hold what is to be settled any more",
    (409, "1403"): (
        "a direct request on a transaction that is not authorised, or cancelled; payments for one that takes "
        "no more; a notification of a payment that was denied"
    ),
    (409, "1414"): "the authorisation of a transaction whose payments were not received",
    (409, "1419"): "a direct request on a transaction that has no payments",
    (409, "CHK00342"): "the payments cannot be raised by this value",
    (409, "CHK0054"): "the captured payments cannot refund this value",
    (409, "CHK0096"): "the payments cannot give this value back",
    (409, "CHK0124"): "the order's status does not take a modification",
    (409, "OMS003"): (
        "the order's status does not take this: not started, cancelled, not `ready-for-handling`, completely invoiced"
    ),
    (409, "OMS008"): "the id is taken by something else",
    (409, "OMS009"): (
        "100 operations wait on the transaction; it has had too many for a direct request or a retry, or its "
        "timeline too many events"
    ),
    (409, "OMS015"): "the secret with the credentials of all connectors is full: 65,536 bytes",
    (409, "SalesOrderSystem008"): "the order is cancelled",
    (409, "SalesOrderSystem014"): "a modification is in progress",
    (409, "SalesOrderSystem015"): "an order takes changes of one API only, registered or modifications",
    (409, "SalesOrderSystem016"): "the modification is over, or cannot be taken back any more",
    (409, "SalesOrderSystem046"): "the item was invoiced since, so the modification cannot be taken back",
    (413, "OMS413"): "the body is over 1,000,000 bytes",
    (500, "OMS500"): "a fault of the service; its log says why",
    (502, "OMS502"): "a connector that had to be asked for the answer gave none",
    (503, "OMS503"): "too many writers on one order: not taken; or the table is away: perhaps taken",
}
"""Status and code of each refusal, and when a request gets it."""
