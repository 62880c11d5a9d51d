"""What waits for a second app key."""

from settlement.api.approvals.answer import ApprovalAnswer
from settlement.api.approvals.request import RefusalBody
from settlement.api.contract.described import Tag, describe

ROUTES = (
    describe(
        "getApproval",
        Tag.GATEWAY,
        "Show a request that waits for a second key, or has waited",
        "Answers what was asked for, by whom, and what became of it.",
        {200: ApprovalAnswer},
        {404: "1404"},
    ),
    describe(
        "approveMovement",
        Tag.GATEWAY,
        "Do what another app key has asked for",
        "Does the request once, if it is still possible: its gates decide anew, and what is no longer possible ends as "
        "`failed` with the reason. The key that asked cannot approve. A repeat answers the same.",
        {200: ApprovalAnswer},
        {404: "1404", 409: "OMS003 OMS009", 503: "OMS503"},
    ),
    describe(
        "refuseMovement",
        Tag.GATEWAY,
        "Refuse what an app key has asked for",
        "Ends the request, with the reason; nothing of it is done. A repeat answers the first one.",
        {200: ApprovalAnswer},
        {400: "OMS001", 404: "1404", 409: "OMS003", 413: "OMS413", 503: "OMS503"},
        body=RefusalBody,
    ),
)
"""What the document says of approvals."""
