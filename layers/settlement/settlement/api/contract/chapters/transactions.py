"""What an order's transaction and payments hold, asked for and did."""

from settlement.api.contract.described import Listed, Tag, describe
from settlement.api.contract.parameters import PAGE, VERSION_TAG
from settlement.api.payments.answer import PaymentAnswer
from settlement.api.timeline.answer import Interaction
from settlement.api.transactions.answer import AuditAnswer, Capabilities, Reversals, Settlements, TransactionAnswer

ROUTES = (
    describe(
        "eraseShopperOfTransaction",
        Tag.TRANSACTIONS,
        "Erase what is known of the person behind a transaction",
        "Does the same as `DELETE /api/oms/pvt/orders/{orderId}/shopper`, for a transaction that may have no order.",
        {204: None},
        {404: "1404", 503: "OMS503"},
    ),
    describe(
        "getTransaction",
        Tag.TRANSACTIONS,
        "Show a transaction, and whether its books agree",
        "Answers the transaction in the gateway's keys, with its ledger, its queue, its timers, and whether "
        "requests, actions and ledger agree.",
        {200: TransactionAnswer},
        {404: "1404"},
        answer_headers=VERSION_TAG,
    ),
    describe(
        "listPayments",
        Tag.TRANSACTIONS,
        "Show a transaction's payments",
        "Answers every payment of the transaction with its ledger.",
        {200: Listed(PaymentAnswer)},
        {400: "OMS001", 404: "1404"},
    ),
    describe(
        "getPayment",
        Tag.TRANSACTIONS,
        "Show one payment",
        "Answers one payment with its ledger.",
        {200: PaymentAnswer},
        {404: "1404"},
    ),
    describe(
        "listSettlements",
        Tag.TRANSACTIONS,
        "Show what was asked to be settled, and what was",
        "Answers one request for each invoice or direct request, and one action for each capture at a connector.",
        {200: Settlements},
        {400: "OMS001", 404: "1404"},
    ),
    describe(
        "listRefunds",
        Tag.TRANSACTIONS,
        "Show what was asked to be refunded, and what was",
        "Answers what returns, changes and direct requests asked to be refunded, and each refund at a connector.",
        {200: Reversals},
        {400: "OMS001", 404: "1404"},
    ),
    describe(
        "listCancellations",
        Tag.TRANSACTIONS,
        "Show what was asked to be cancelled, and what was",
        "Answers what was asked to be cancelled, and each cancellation that reached a connector; value that is "
        "withheld reaches none.",
        {200: Reversals},
        {400: "OMS001", 404: "1404"},
    ),
    describe(
        "auditTransaction",
        Tag.TRANSACTIONS,
        "Compare every figure with the others that tell of it",
        "Reads every item of the order and its transaction, adds up what happened, and answers each figure that "
        "disagrees with another.",
        {200: AuditAnswer},
        {404: "1404"},
    ),
    describe(
        "getCapabilities",
        Tag.TRANSACTIONS,
        "Show by how much the value may change",
        "Answers between which values the transaction's value may be changed.",
        {200: Capabilities},
        {404: "1404"},
    ),
    describe(
        "listInteractions",
        Tag.TRANSACTIONS,
        "Show the timeline, newest first, a page at a time",
        "Answers the timeline's events, newest first. `Link` leads to the next page.",
        {200: Listed(Interaction)},
        {400: "OMS001", 404: "1404"},
        parameters=PAGE,
        answer_headers={"Link": 'The address of the next page, `rel="next"`; none on the last page.'},
    ),
)
