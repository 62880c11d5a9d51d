"""The schedule of an operation's attempts (C§4.2, C§4.3, R24, D12)."""

from datetime import datetime, timedelta

_DELAYS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
_LATER = timedelta(hours=4)

GIVE_UP_AFTER = timedelta(hours=24)
"""How long a settlement, cancellation or refund is tried after its first attempt."""

LEASE = timedelta(minutes=6)
"""How long an execution owns an operation; longer than any execution can run."""

NO_CALL_AFTER = timedelta(seconds=200)
"""Age after which an execution starts no further connector call."""

MAX_LEGS = 2_000
"""Most connector calls of one operation; its plan is written in one step and read in every step."""

MAX_LEGS_AT_ONCE = 25
MAX_REMAINDERS_AT_ONCE = 5

DEFAULT_DELAY_TO_CANCEL = timedelta(days=7)
DEFAULT_DELAY_TO_AUTO_SETTLE = timedelta(days=4)


def next_attempt(attempts: int, started_at: datetime) -> datetime:
    """Return the time of the next attempt: 1, 5, 15 and 60 minutes, then 4 hours after attempt ``attempts`` started.

    It counts from the start, so a slow connector does not delay the schedule.

    >>> start = datetime(2026, 3, 2, 14, 0)
    >>> [f"{next_attempt(attempts, start):%H:%M}" for attempts in (1, 2, 3, 4, 5, 6)]
    ['14:01', '14:05', '14:15', '15:00', '18:00', '18:00']
    """
    return started_at + (_DELAYS[attempts - 1] if attempts <= len(_DELAYS) else _LATER)


def next_inquiry(delay_to_cancel: timedelta, now: datetime) -> datetime:
    """Return when to ask again about an undecided authorisation, by its allowed duration (C§4.2)."""
    if delay_to_cancel <= timedelta(hours=1):
        return now + timedelta(minutes=5)
    if delay_to_cancel < timedelta(hours=24):
        return now + timedelta(hours=1)
    return now + timedelta(hours=4)


def expiry_watch(authorised_at: datetime, cancel_at: datetime) -> datetime:
    """Return when to act on an authorisation before it lapses at ``cancel_at``: a tenth of its time or a day before."""
    return cancel_at - min((cancel_at - authorised_at) / 10, timedelta(days=1))
