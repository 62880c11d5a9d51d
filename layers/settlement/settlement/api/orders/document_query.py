"""The query of ``GET /api/orders/pvt/document/{orderId}``."""

from collections.abc import Mapping

from settlement.domain.errors import InvalidRequest

MAX_REASON = 500


def reason_of(query: Mapping[str, str]) -> str | None:
    """Return why personal data is asked for, None if it is not; it is not logged, since it can name a person."""
    reason = query.get("reason", "").strip()
    if len(reason) > MAX_REASON:
        raise InvalidRequest(f"reason: at most {MAX_REASON} characters; got {len(reason)}")
    return reason or None
