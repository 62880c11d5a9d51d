"""How a page follows a report that is on its way: it looks again after a while, ever more seldom, and not for ever."""

from settlement.domain.reconciliation.report import Report, ReportState
from settlement.values import dataclass

FIRST_PAUSE, LONGEST_PAUSE = 2, 30
"""Seconds before a page looks again the first time, and at most."""

MAX_LOOKS = 120
"""Times that a page looks again by itself, within about 40 minutes."""

_OVER = frozenset({ReportState.DONE, ReportState.REFUSED, ReportState.FAILED})
_ON_THEIR_WAY = frozenset({ReportState.READING, ReportState.MATCHING})


@dataclass(frozen=True, slots=True)
class Following:
    """A page that follows a report: ``pause`` is the seconds before it looks again, None if it does so no more.

    ``is_sent``: the file was sent from this browser, and nothing has looked at it since.
    """

    is_sent: bool
    looked: int
    pause: int | None


def following(report: Report, sent: str, looked: str) -> Following | None:
    """Return how a report is followed; None once it is over.

    ``sent`` is the version that it had when its file was sent, ``looked`` how often the page has looked; both are the
    texts of a query. A refused or failed report whose file was sent again is not over before that was read.
    """
    is_sent = sent == str(report.version) and report.state not in {ReportState.DONE, *_ON_THEIR_WAY}
    if report.state in _OVER and not is_sent:
        return None
    times = int(looked) if looked.isascii() and looked.isdigit() and len(looked) < 5 else 0
    pause = min(FIRST_PAUSE + times // 3, LONGEST_PAUSE)
    return Following(is_sent, times, pause if times < MAX_LOOKS else None)
