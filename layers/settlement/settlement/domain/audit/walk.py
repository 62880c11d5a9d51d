"""The walk of an account's audit: month by month, a slice at a time, from the newest orders to those of a year ago."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

AUDITED_MONTHS = 13
"""Months of one pass, by the creation of the orders: what is older has been at rest for long."""

PASS_EVERY = timedelta(hours=24)
SLICE_EVERY = timedelta(minutes=1)

LEASE = timedelta(minutes=5)
"""How long a run owns the slice it takes; one that dies is followed by another at the same place."""


@dataclass(frozen=True, slots=True)
class AuditWalk:
    """How far the audit of an account is.

    The slice that is due at ``due_at`` goes on in ``month``, ``2026-03``, behind the order created at ``after`` (and
    behind ``after_order``, if several were created at that time). Of each month the orders come first, then, in
    ``checkouts``, the transactions that have none in the OMS.
    """

    account: str
    due_at: datetime
    began_at: datetime
    month: str
    checkouts: bool = False
    after: datetime | None = None
    after_order: str = ""
    version: int = 0

    @property
    def month_begins_at(self) -> datetime:
        """The first moment of the month."""
        return datetime.strptime(self.month, "%Y-%m").replace(tzinfo=UTC)

    def is_behind(self, created_at: datetime, order_id: str) -> bool:
        """Whether an order was audited by this pass already."""
        return self.after is not None and (created_at, order_id) <= (self.after, self.after_order)

    def claimed(self, now: datetime) -> "AuditWalk":
        """Return the walk as it is while a run is at its slice."""
        return replace(self, due_at=now + LEASE)

    def past(self, created_at: datetime, order_id: str) -> "AuditWalk":
        """Return the walk behind an order that was audited."""
        return replace(self, after=created_at, after_order=order_id)

    def next_list(self) -> "AuditWalk | None":
        """Return the walk at the beginning of the month's other list, or of the month before; None at the end."""
        if not self.checkouts:
            return replace(self, checkouts=True, after=None, after_order="")
        before = f"{self.month_begins_at - timedelta(days=1):%Y-%m}"
        first = self.began_at.year * 12 + self.began_at.month
        year, month = map(int, before.split("-"))
        if first - (year * 12 + month) >= AUDITED_MONTHS:
            return None
        return replace(self, month=before, checkouts=False, after=None, after_order="")

    def paused(self, now: datetime) -> "AuditWalk":
        """Return the walk as it waits for its next slice."""
        return replace(self, due_at=now + SLICE_EVERY)

    def begun_again(self, now: datetime) -> "AuditWalk":
        """Return the walk at the start of its next pass, a day after this one began and not before now."""
        due_at = max(now + SLICE_EVERY, self.began_at + PASS_EVERY)
        return replace(first_walk(self.account, due_at), version=self.version)


def first_walk(account: str, now: datetime) -> AuditWalk:
    """Return the walk of an account that was never audited."""
    return AuditWalk(account, now, now, f"{now:%Y-%m}")
