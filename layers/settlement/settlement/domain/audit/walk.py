"""The progress of an account's audit: slice by slice, month by month, from the newest orders to those of a year ago."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from settlement.domain.audit.open_value import OpenValue, summed
from settlement.values import dataclass

AUDITED_MONTHS = 13
"""Months of one pass, by the orders' creation; older orders have long been at rest."""

PASS_EVERY = timedelta(hours=24)
SLICE_EVERY = timedelta(minutes=1)

LEASE = timedelta(minutes=5)
"""How long a run owns its slice; after a run that died, another starts at the same place."""


@dataclass(frozen=True, slots=True)
class AuditWalk:
    """The progress of an account's audit.

    The next slice is due at ``due_at``. It continues in ``month``, ``2026-03``, after the order created at ``after``
    (and after ``after_order`` among those of the same time). In each month the orders come first, then, with
    ``checkouts``, the gateway-only transactions. ``opened`` is the open authorised value of the orders so far.
    """

    account: str
    due_at: datetime
    began_at: datetime
    month: str
    checkouts: bool = False
    after: datetime | None = None
    after_order: str = ""
    opened: tuple[OpenValue, ...] = ()
    version: int = 0

    @property
    def month_begins_at(self) -> datetime:
        """The start of the month."""
        return datetime.strptime(self.month, "%Y-%m").replace(tzinfo=UTC)

    def is_behind(self, created_at: datetime, order_id: str) -> bool:
        """True if this pass has audited the order already."""
        return self.after is not None and (created_at, order_id) <= (self.after, self.after_order)

    def claimed(self, now: datetime) -> "AuditWalk":
        """Return the walk under the lease of a run."""
        return replace(self, due_at=now + LEASE)

    def past(self, created_at: datetime, order_id: str, opened: Iterable[OpenValue] = ()) -> "AuditWalk":
        """Return the walk after an audited order with its open authorised value."""
        return replace(self, after=created_at, after_order=order_id, opened=summed([*self.opened, *opened]))

    @property
    def is_over(self) -> bool:
        """True if its pass has audited the last month."""
        first = self.began_at.year * 12 + self.began_at.month
        year, month = map(int, self.month.split("-"))
        return first - (year * 12 + month) >= AUDITED_MONTHS

    def next_list(self) -> "AuditWalk":
        """Return the walk at the start of the month's other list, or of the month before."""
        if not self.checkouts:
            return replace(self, checkouts=True, after=None, after_order="")
        before = f"{self.month_begins_at - timedelta(days=1):%Y-%m}"
        return replace(self, month=before, checkouts=False, after=None, after_order="")

    def paused(self, now: datetime) -> "AuditWalk":
        """Return the walk, due again for its next slice."""
        return replace(self, due_at=now + SLICE_EVERY)

    def begun_again(self, now: datetime) -> "AuditWalk":
        """Return the walk at the start of its next pass, due a day after this one began, but not before now."""
        due_at = max(now + SLICE_EVERY, self.began_at + PASS_EVERY)
        return replace(first_walk(self.account, due_at), version=self.version)


def first_walk(account: str, now: datetime) -> AuditWalk:
    """Return the first walk of an account."""
    return AuditWalk(account, now, now, f"{now:%Y-%m}")
