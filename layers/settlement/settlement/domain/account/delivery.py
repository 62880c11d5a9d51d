"""The delivery of one update to one hook: what came of its attempts, and whether it was given up.

The attempts are those of the platform, which runs a failed function again after a minute, and after two minutes more.
"""

from datetime import datetime, timedelta

from settlement.domain.account.feed import StatusUpdate, delivery_id
from settlement.domain.transaction.listed_work import Work, WorkKind
from settlement.values import dataclass

DELAYS = (timedelta(minutes=1), timedelta(minutes=2))
"""How long after the first and the second attempt the next one begins; the third is the last."""

KEPT_FOR = timedelta(days=14)
"""How long a delivery is kept after its last attempt, as long as the queue of failed runs keeps its event."""

MAX_ERROR = 300
"""Characters of the reason of a failure."""


@dataclass(frozen=True, slots=True)
class Called:
    """What came of one call of a hook: the status of its answer, if it gave one, and why it failed, if it did."""

    status: int | None
    error: str | None
    duration_ms: int


@dataclass(frozen=True, slots=True)
class Delivery:
    """An update for the hook of an app key, after its newest attempt ``at``; durations in milliseconds.

    ``error`` is None once the hook has accepted it. It is given up when no attempt follows by itself. ``currency`` is
    the transaction's, of one that was given up.
    """

    app_key: str
    update: StatusUpdate
    transaction_id: str
    at: datetime
    attempts: int
    duration_ms: int
    status: int | None = None
    error: str | None = None
    next_attempt_at: datetime | None = None
    given_up_at: datetime | None = None
    currency: str = ""

    @property
    def is_delivered(self) -> bool:
        """True once the hook has accepted the update."""
        return self.error is None

    @property
    def key(self) -> str:
        """A unique text in the hook's log; keys sort by the time of the update."""
        return self.update.key

    @property
    def id(self) -> str:
        """The public id, unique in the account."""
        return delivery_id(self.app_key, self.key)

    @property
    def expires_at(self) -> datetime | None:
        """When it is no longer kept; None while it is work, which a person ends."""
        return self.at + KEPT_FOR if self.work is None else None

    @property
    def work(self) -> Work | None:
        """The work that it asks for: a person has to look after a hook that did not take it in the end.

        An update that tells of such work asks for none of its own, or one broken hook would feed another.
        """
        if self.given_up_at is None or self.update.hook_at_fault is not None:
            return None
        return Work(WorkKind.UNDELIVERED_HOOK, self.given_up_at, 0, message=self.error, delivery=self.id)


def attempted(
    before: Delivery | None,
    app_key: str,
    update: StatusUpdate,
    transaction_id: str,
    called: Called,
    at: datetime,
    currency: str = "",
) -> Delivery:
    """Return a delivery after one more attempt, which may be made by hand, beside those that the platform makes."""
    attempts = 1 if before is None else before.attempts + 1
    follows = called.error is not None and attempts <= len(DELAYS)
    given_up_at = None
    if called.error is not None and not follows:
        given_up_at = before.given_up_at if before is not None and before.given_up_at is not None else at
    return Delivery(
        app_key=app_key,
        update=update,
        transaction_id=transaction_id,
        at=at,
        attempts=attempts,
        status=called.status,
        error=None if called.error is None else called.error[:MAX_ERROR],
        duration_ms=called.duration_ms,
        next_attempt_at=at + DELAYS[attempts - 1] if follows else None,
        given_up_at=given_up_at,
        currency=currency,
    )
