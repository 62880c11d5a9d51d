"""Changes of orders: registered at once, or carried out after the answer."""

from settlement.api.approvals.answer import ApprovalAnswer
from settlement.api.changes.request import ChangeBody
from settlement.api.contract.described import Tag, describe
from settlement.api.contract.parameters import ACCOUNT_PARAMETERS, IF_MATCH
from settlement.api.modifications.answer import (
    ModificationDetails,
    ModificationHistory,
    ModificationPreview,
    ModificationTaken,
)
from settlement.api.modifications.request import ModificationBody, TakeBackBody
from settlement.api.previews.answer import MoneyPreview
from settlement.api.shared.answer import Empty, RepeatableReceipt

_REFUSED = {
    400: (
        "OMS001 OMS013 CHK0022 CHK0023 CHK0034 CHK0098 CHK0124 "
        "SalesOrderSystem010 SalesOrderSystem011 SalesOrderSystem026 SalesOrderSystem046"
    ),
    404: "CHK0201",
    409: "OMS009 CHK0096 CHK00342 CHK0124 SalesOrderSystem008 SalesOrderSystem014 SalesOrderSystem015",
    412: "OMS412",
    413: "OMS413",
}
"""Why a modification is not taken."""

_REFUSED_CHANGE = {
    400: "OMS001 OMS013 CHK0022 CHK0023 CHK0034 CHK0098 CHK0124 SalesOrderSystem046",
    404: "OMS005 OMS007",
    409: "OMS003 OMS009 CHK0096 CHK00342 SalesOrderSystem015",
    412: "OMS412",
    413: "OMS413",
}
"""Why a change is not registered."""

ROUTES = (
    describe(
        "registerChange",
        Tag.CHANGES,
        "Register a change of an order",
        "Registers a change of the order's value at once, and queues what it cancels, refunds or raises. The "
        "change's `requestId` makes a repeat safe. "
        "Above the account's `approvalAbove` it waits for a second key.",
        {200: RepeatableReceipt, 202: ApprovalAnswer},
        _REFUSED_CHANGE | {503: "OMS503"},
        body=ChangeBody,
        parameters=(IF_MATCH,),
    ),
    describe(
        "previewChange",
        Tag.CHANGES,
        "Show what a registered change would do, with its money plan",
        "Takes the change's body and answers what registering it would do now: the order's figures and status "
        "after it, the calls of connectors, and warnings. It refuses what the change would be refused for, and "
        "writes nothing.",
        {200: MoneyPreview},
        _REFUSED_CHANGE,
        body=ChangeBody,
        parameters=(IF_MATCH,),
    ),
    describe(
        "modifyOrder",
        Tag.CHANGES,
        "Modify an order; carried out after the answer",
        "Takes items out, adds others or changes their value. The answer comes before the money moves; the "
        "modification's status tells when it is done. "
        "Above the account's `approvalAbove` it waits for a second key, which `approval` tells: the order has no such "
        "modification until then.",
        {202: ModificationTaken},
        _REFUSED | {503: "OMS503"},
        body=ModificationBody,
        parameters=(*ACCOUNT_PARAMETERS, IF_MATCH),
    ),
    describe(
        "listModifications",
        Tag.CHANGES,
        "Show an order's modifications",
        "Answers the modifications that were carried out, and the values that they cancelled and refunded.",
        {200: ModificationHistory},
        {400: "OMS001", 404: "CHK0201"},
        parameters=ACCOUNT_PARAMETERS,
    ),
    describe(
        "previewModification",
        Tag.CHANGES,
        "Show what a modification would do, with its money plan",
        "Answers what the modification would do to the order's value and on which payments, and writes nothing.",
        {200: ModificationPreview},
        _REFUSED,
        body=ModificationBody,
        parameters=(*ACCOUNT_PARAMETERS, IF_MATCH),
    ),
    describe(
        "getModification",
        Tag.CHANGES,
        "Show a modification, its status and its log",
        "Answers one modification: what it asked for, how far it is, and a line for each thing that happened to it.",
        {200: ModificationDetails},
        {404: "CHK0201 CHK0289"},
        parameters=ACCOUNT_PARAMETERS,
    ),
    describe(
        "retryModification",
        Tag.CHANGES,
        "Try a waiting modification at once",
        "Starts the next attempt of a modification's operation now, or tries again what a failed one is missing.",
        {204: None},
        {404: "CHK0201 CHK0289", 409: "OMS003 OMS009 SalesOrderSystem016", 503: "OMS503"},
        parameters=ACCOUNT_PARAMETERS,
    ),
    describe(
        "takeBackModification",
        Tag.CHANGES,
        "Take back a modification whose money has not moved",
        "Puts the order back to what it was before the modification, as long as no connector has been asked for "
        "its money.",
        {200: Empty},
        {
            400: "OMS001",
            404: "CHK0201 CHK0289",
            409: "SalesOrderSystem008 SalesOrderSystem014 SalesOrderSystem016 SalesOrderSystem046",
            413: "OMS413",
            503: "OMS503",
        },
        body=TakeBackBody,
        parameters=ACCOUNT_PARAMETERS,
    ),
)
