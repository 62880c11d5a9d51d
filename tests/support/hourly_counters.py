"""The counters of the console's figures in memory, as the relay raises them."""

from collections import Counter
from collections.abc import Iterable, Mapping

from settlement.domain.hourly_figures import Hour


class FakeCounters:
    """Counters by hour."""

    def __init__(self) -> None:
        self.raised: dict[Hour, Counter[str]] = {}

    def raise_by(self, counted: Iterable[Mapping[Hour, Mapping[str, int]]]) -> None:
        """Add what several commits count."""
        for hour, counters in (held for hours in counted for held in hours.items()):
            self.raised.setdefault(hour, Counter()).update(counters)
