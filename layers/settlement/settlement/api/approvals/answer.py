"""The answer about a movement that waits for a second key, or has waited (R37). Amounts are minor units."""

from typing import Any

from typing_extensions import TypedDict

from settlement.api.shared.answer import ActorAnswer, Cents, OmsDate
from settlement.domain.transaction.approval import ApprovalAction, ApprovalKind, ApprovalState


class ApprovalAnswer(TypedDict):
    """A request that another app key has to approve before it is done."""

    id: str
    """The approval's id."""
    state: ApprovalState
    """`pending` until another key decides; `executed`; `failed` if it was approved and no longer possible; `refused`;
    `expired`."""
    kind: ApprovalKind
    """What kind of movement is above its limit."""
    action: ApprovalAction
    """What was asked for."""
    request: dict[str, Any]
    """What was asked for, in full."""
    orderId: str
    """The order that it is about."""
    transactionId: str
    """The order's transaction."""
    value: Cents
    """How much it would move of that kind, when it was asked for."""
    moves: dict[ApprovalKind, Cents]
    """All that it would move, by kind, when it was asked for."""
    currency: str
    """The currency of the value, as ISO 4217 code."""
    reason: str | None
    """Why, in the words of who asked."""
    askedBy: ActorAnswer
    """Who asked."""
    askedAt: OmsDate
    """When."""
    expiresAt: OmsDate
    """When it expires, if nobody has decided until then."""
    decidedBy: ActorAnswer | None
    """Who decided; null until then."""
    decidedAt: OmsDate | None
    """When; null until then."""
    message: str | None
    """Why it was refused, or why it was no longer possible."""
    code: str | None
    """The code of the refusal, if it was no longer possible."""
    operationId: int | None
    """The operation that carries it out, if it needs one."""
