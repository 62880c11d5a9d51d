"""A checkout's transactions, direct requests, and the ways on for operators."""

from settlement.api.approvals.answer import ApprovalAnswer
from settlement.api.checkout.request import (
    AdditionalDataBody,
    AuthorisationBody,
    PaymentsBody,
    ReceivedBody,
    TransactionBody,
)
from settlement.api.contract.described import Listed, Tag, describe
from settlement.api.contract.parameters import CHECKOUT_ACCOUNT, IDEMPOTENCY_KEY, IF_MATCH, PURCHASE
from settlement.api.operations.answer import Ended, OperationAnswer, OperationResult, Retried
from settlement.api.operations.request import (
    AcceptanceBody,
    ConfirmationBody,
    MovementBody,
    PaidOtherwiseBody,
    ResolutionBody,
    WriteOffBody,
)
from settlement.api.payments.answer import PaymentAnswer, PaymentSystemAnswer
from settlement.api.previews.answer import MoneyPreview
from settlement.api.shared.answer import Empty
from settlement.api.transactions.answer import TransactionAnswer

ROUTES = (
    describe(
        "requestSettlement",
        Tag.GATEWAY,
        "Settle a value of what is not requested yet",
        "Queues the settlement of a value and waits up to 8 seconds for it. With an `Idempotency-Key` a repeat is "
        "done once.",
        {200: OperationResult},
        {
            400: "OMS001 1402",
            404: "1404",
            409: "1402 1403 1419 OMS008 OMS009",
            412: "OMS412",
            413: "OMS413",
            503: "OMS503",
        },
        body=MovementBody,
        parameters=(IDEMPOTENCY_KEY, IF_MATCH),
    ),
    describe(
        "previewSettlement",
        Tag.GATEWAY,
        "Show what a direct settlement would do, with its money plan",
        "Takes the request's body and answers what it would do now: the statuses after it, the calls of "
        "connectors, and warnings. It refuses what the request would refuse, and writes nothing.",
        {200: MoneyPreview},
        {400: "OMS001 1402", 404: "1404", 409: "1402 1403 1419 OMS008 OMS009", 412: "OMS412", 413: "OMS413"},
        body=MovementBody,
        parameters=(IDEMPOTENCY_KEY, IF_MATCH),
    ),
    describe(
        "requestRefund",
        Tag.GATEWAY,
        "Refund a value of what is settled",
        "Queues the refund of a value and waits up to 8 seconds for it. With an `Idempotency-Key` a repeat is "
        "done once. "
        "Above the account's `approvalAbove` it waits for a second key.",
        {200: OperationResult, 202: ApprovalAnswer},
        {
            400: "OMS001 1402",
            404: "1404",
            409: "1403 1419 OMS008 OMS009 CHK0054",
            412: "OMS412",
            413: "OMS413",
            503: "OMS503",
        },
        body=MovementBody,
        parameters=(IDEMPOTENCY_KEY, IF_MATCH),
    ),
    describe(
        "previewRefund",
        Tag.GATEWAY,
        "Show what a direct refund would do, with its money plan",
        "Takes the request's body and answers what it would do now: the statuses after it, the calls of "
        "connectors, and warnings. It refuses what the request would refuse, and writes nothing.",
        {200: MoneyPreview},
        {400: "OMS001 1402", 404: "1404", 409: "1403 1419 OMS008 OMS009 CHK0054", 412: "OMS412", 413: "OMS413"},
        body=MovementBody,
        parameters=(IDEMPOTENCY_KEY, IF_MATCH),
    ),
    describe(
        "requestCancellation",
        Tag.GATEWAY,
        "Cancel a value of what is not settled",
        "Queues the cancellation of a value and waits up to 8 seconds for it. With an `Idempotency-Key` a repeat "
        "is done once. "
        "Above the account's `approvalAbove` it waits for a second key.",
        {200: OperationResult, 202: ApprovalAnswer},
        {
            400: "OMS001 1402",
            404: "1404",
            409: "1403 OMS008 OMS009 CHK0096",
            412: "OMS412",
            413: "OMS413",
            503: "OMS503",
        },
        body=MovementBody,
        parameters=(IDEMPOTENCY_KEY, IF_MATCH),
    ),
    describe(
        "previewCancellation",
        Tag.GATEWAY,
        "Show what a direct cancellation would do, with its money plan",
        "Takes the request's body and answers what it would do now: the statuses after it, the calls of "
        "connectors, and warnings. It refuses what the request would refuse, and writes nothing.",
        {200: MoneyPreview},
        {400: "OMS001 1402", 404: "1404", 409: "1403 OMS008 OMS009 CHK0096", 412: "OMS412", 413: "OMS413"},
        body=MovementBody,
        parameters=(IDEMPOTENCY_KEY, IF_MATCH),
    ),
    describe(
        "listPaymentSystems",
        Tag.GATEWAY,
        "Show the payment systems that the account's connectors serve",
        "Answers the payment systems whose payments need not name a connector, the usual ones first.",
        {200: Listed(PaymentSystemAnswer)},
        {400: "OMS001"},
    ),
    describe(
        "startTransaction",
        Tag.GATEWAY,
        "Start a transaction without an order",
        "Makes a transaction of a value, without payments. With an `Idempotency-Key` a repeat answers with the "
        "transaction of the first request.",
        {200: TransactionAnswer},
        {400: "OMS001 1402", 409: "OMS008", 413: "OMS413", 503: "OMS503"},
        body=TransactionBody,
        parameters=(IDEMPOTENCY_KEY,),
    ),
    describe(
        "sendPaymentsPublic",
        Tag.GATEWAY,
        "Send payments from a shopper's browser; the transaction's id is what lets it in",
        "Adds payments to a started transaction. It needs no key, since a browser has none; no card number is "
        "taken, only vault tokens.",
        {201: None},
        {400: "OMS001 1402", 404: "1404", 409: "1403 OMS008", 413: "OMS413", 503: "OMS503"},
        body=PaymentsBody,
        parameters=(CHECKOUT_ACCOUNT, PURCHASE),
    ),
    describe(
        "sendPayments",
        Tag.GATEWAY,
        "Send payments; answers with all there are",
        "Adds payments to a started transaction, and answers with all it has. No card number is taken, only vault "
        "tokens.",
        {200: Listed(PaymentAnswer)},
        {400: "OMS001 1402", 404: "1404", 409: "1403 OMS008", 413: "OMS413", 503: "OMS503"},
        body=PaymentsBody,
        parameters=(PURCHASE,),
    ),
    describe(
        "sendAdditionalData",
        Tag.GATEWAY,
        "Tell more about a transaction: cart, shopper",
        "Stores named texts of the transaction; a name that is told again is replaced. Connectors get the "
        "`cart` if it comes before the authorisation is requested.",
        {200: Empty},
        {400: "OMS001", 404: "1404", 409: "OMS009", 413: "OMS413", 503: "OMS503"},
        body=AdditionalDataBody,
    ),
    describe(
        "updateAdditionalData",
        Tag.GATEWAY,
        "Tell more about a transaction: cart, shopper",
        "Does the same as `POST` on this path.",
        {200: Empty},
        {400: "OMS001", 404: "1404", 409: "OMS009", 413: "OMS413", 503: "OMS503"},
        body=AdditionalDataBody,
    ),
    describe(
        "requestAuthorization",
        Tag.GATEWAY,
        "Authorise a transaction's payments, all or none",
        "Asks the connectors to authorise every payment, and waits up to 8 seconds. If one is denied, the others "
        "are cancelled.",
        {200: OperationResult},
        {400: "OMS001 1402", 404: "1404", 409: "1403 1414", 413: "OMS413", 503: "OMS503"},
        body=AuthorisationBody,
    ),
    describe(
        "notifyPaymentReceived",
        Tag.GATEWAY,
        "Tell that a payment was received outside of its connector",
        "Takes the merchant's word that a payment which waits for its connector was received in full.",
        {200: Empty},
        {404: "1404", 409: "1403", 503: "OMS503"},
    ),
    describe(
        "notifyPaymentValueReceived",
        Tag.GATEWAY,
        "The same, with its value and date",
        "Takes the merchant's word that a payment was received, with its value in major units and its date; "
        "another value than the payment's is refused.",
        {200: Empty},
        {400: "OMS001 1402", 404: "1404", 409: "1403", 413: "OMS413", 503: "OMS503"},
        body=ReceivedBody,
    ),
    describe(
        "listOperations",
        Tag.GATEWAY,
        "Show what was asked of a transaction, newest first, and how far it is",
        "Answers each operation of the transaction, its connector calls, and what an operator can do about those "
        "that are stuck.",
        {200: Listed(OperationAnswer)},
        {400: "OMS001", 404: "1404"},
    ),
    describe(
        "retryOperation",
        Tag.GATEWAY,
        "Try again what a failed operation is missing, or at once one that waits",
        "Queues what a failed operation is missing as new operations, and unblocks its payments; one that waits "
        "has its next attempt now.",
        {202: Retried},
        {400: "OMS001", 404: "1404", 409: "OMS003 OMS009 1402 CHK0054 CHK0096 CHK00342", 412: "OMS412", 503: "OMS503"},
        parameters=(IF_MATCH,),
    ),
    describe(
        "previewRetry",
        Tag.GATEWAY,
        "Show what a retry would do, with its money plan",
        "Answers what the retry would do now: the statuses after it, the calls of connectors, and warnings. It "
        "refuses what the retry would refuse, and writes nothing.",
        {200: MoneyPreview},
        {400: "OMS001", 404: "1404", 409: "OMS003 OMS009 1402 CHK0054 CHK0096 CHK00342", 412: "OMS412"},
        parameters=(IF_MATCH,),
    ),
    describe(
        "writeOffOperation",
        Tag.GATEWAY,
        "Write off what a failed operation will never do",
        "Books the value that a failed operation is missing as written off, and unblocks its payments. No "
        "connector is asked. "
        "Above the account's `approvalAbove` it waits for a second key.",
        {200: Ended, 202: ApprovalAnswer},
        {400: "OMS001", 404: "1404", 409: "OMS003", 413: "OMS413", 503: "OMS503"},
        body=WriteOffBody,
    ),
    describe(
        "payOperationOtherwise",
        Tag.GATEWAY,
        "Say that what a failed operation could not settle was paid by other means",
        "Books the value that a failed operation could not settle as paid by other means, and unblocks its "
        "payments. No connector is asked. "
        "Above the account's `approvalAbove` it waits for a second key.",
        {200: Ended, 202: ApprovalAnswer},
        {400: "OMS001", 404: "1404", 409: "OMS003", 413: "OMS413", 503: "OMS503"},
        body=PaidOtherwiseBody,
    ),
    describe(
        "resolveLeg",
        Tag.GATEWAY,
        "Say what became of a connector call that is in doubt, refused, or left to a person",
        "Books what a person has found out about a connector call: that it was done, or that it was not. "
        "Above the account's `approvalAbove` it waits for a second key.",
        {204: None, 202: ApprovalAnswer},
        {400: "OMS001", 404: "1404", 409: "OMS003", 413: "OMS413", 503: "OMS503"},
        body=ResolutionBody,
    ),
    describe(
        "confirmLeg",
        Tag.GATEWAY,
        "Confirm a refund or cancellation that a person has done",
        "Books a connector call that the connector left to a person, with the reference of what was done and who says "
        "so; both stand on the timeline. "
        "Above the account's `approvalAbove` it waits for a second key.",
        {204: None, 202: ApprovalAnswer},
        {400: "OMS001", 404: "1404", 409: "OMS003", 413: "OMS413", 503: "OMS503"},
        body=ConfirmationBody,
    ),
    describe(
        "acceptPayout",
        Tag.GATEWAY,
        "Say that a payout's difference, a missing payout or a chargeback was dealt with",
        "Closes the work on what a settlement report told, with the reference of what was done; it stands on the "
        "timeline, and changes no figure. The same reference again changes nothing. A later report that tells "
        "something new opens work again.",
        {204: None},
        {400: "OMS001", 404: "1404", 409: "OMS003", 413: "OMS413", 503: "OMS503"},
        body=AcceptanceBody,
    ),
)
