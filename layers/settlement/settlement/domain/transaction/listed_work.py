"""A piece of work as it is listed: its kind, since when, how much, why (R35, R36). Amounts are minor units."""

from datetime import datetime
from enum import StrEnum

from settlement.values import dataclass


class WorkKind(StrEnum):
    """The kinds of work items."""

    FAILED_AUTHORISATION = "failed-authorisation"
    FAILED_SETTLEMENT = "failed-settlement"
    FAILED_REDUCTION = "failed-reduction"
    FAILED_REFUND = "failed-refund"
    IN_DOUBT = "in-doubt"
    MANUAL_REFUND = "manual-refund"
    MANUAL_CANCELLATION = "manual-cancellation"
    BLOCKED_PAYMENT = "blocked-payment"
    RETRYING = "retrying"
    EXPIRING_AUTHORISATION = "expiring-authorisation"
    UNDECIDED_AUTHORISATION = "undecided-authorisation"
    LEDGER_MISMATCH = "ledger-mismatch"
    UNDELIVERED_HOOK = "undelivered-hook"
    APPROVAL = "approval"
    PAYOUT_DIFFERS = "payout-differs"
    PAYOUT_MISSING = "payout-missing"
    CHARGEBACK = "chargeback"
    USED_ACCESS_KEY = "used-access-key"


@dataclass(frozen=True, slots=True)
class Work:
    """What waits: since when it is listed, its value, until when something happens by itself, and why.

    ``payment_id``, ``operation``, ``leg``, ``approval``, ``delivery``, ``payout`` and ``invoice`` name what it is
    about, as far as it is about one. ``is_return`` is True if the invoice is one.
    """

    kind: WorkKind
    since: datetime
    value: int
    due_at: datetime | None = None
    message: str | None = None
    payment_id: str | None = None
    operation: int | None = None
    leg: str | None = None
    delivery: str | None = None
    approval: str | None = None
    payout: str | None = None
    invoice: str | None = None
    is_return: bool | None = None
