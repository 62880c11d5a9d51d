"""An approval as it is shown (R37)."""

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

from settlement.api.shared.dates import oms_date, oms_date_or_none
from settlement.api.shared.view import actor_view

if TYPE_CHECKING:
    from settlement.api.approvals.answer import ApprovalAnswer
    from settlement.api.shared.answer import ActorAnswer
    from settlement.domain.transaction.approval import Approval


_UNSEEN = frozenset({"packed_document", "is_fiscal"})
"""A document is shown by its invoice, once that is made; until then its size is."""


def approval_view(approval: "Approval") -> "ApprovalAnswer":
    """What was asked for, by whom, and what became of it."""
    return {
        "id": approval.id,
        "state": approval.state,
        "kind": approval.kind,
        "action": approval.action,
        "request": _camel_case(approval.request),
        "orderId": approval.order_id,
        "transactionId": approval.transaction_id,
        "value": approval.value,
        "moves": approval.moved,
        "currency": approval.currency,
        "reason": approval.reason,
        "askedBy": cast("ActorAnswer", actor_view(approval.asked_by)),
        "askedAt": oms_date(approval.asked_at),
        "expiresAt": oms_date(approval.expires_at),
        "decidedBy": actor_view(approval.decided_by),
        "decidedAt": oms_date_or_none(approval.decided_at),
        "message": approval.decided_because,
        "code": approval.code,
        "operationId": approval.operation,
    }


def _camel_case(values: Mapping[str, Any]) -> dict[str, Any]:
    """What was asked for, under the names of requests."""
    return {
        re.sub("_([a-z])", lambda found: found[1].upper(), name): _within(held)
        for name, held in values.items()
        if name not in _UNSEEN
    }


def _within(held: Any) -> Any:
    if isinstance(held, Mapping):
        return _camel_case(held)
    return [_camel_case(item) for item in held] if isinstance(held, list | tuple) else held
