"""Lists what waits for a person in an account, oldest first (R35). A read costs what it shows, not the account."""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import datetime

from settlement.domain.transaction.listed_work import WorkKind
from settlement.use_cases.shared.ports import Page, Ports, WorkItem

ITEMS_AT_ONCE = 100
"""Items in one read of the index."""

KindAndCurrency = tuple[WorkKind, str]


def list_work(ports: Ports, account: str, kinds: Collection[WorkKind], after: str | None, limit: int) -> Page[WorkItem]:
    """Return a page of work, behind a place in the list; empty ``kinds`` select all."""
    found: list[WorkItem] = []
    for item in _each(ports, account, after, limit + 1):
        if not kinds or item.work.kind in kinds:
            found.append(item)
        if len(found) > limit:
            return Page(found[:limit], found[limit - 1].place)
    return Page(found)


def summarise_work(ports: Ports, account: str) -> dict[KindAndCurrency, tuple[int, int]]:
    """Return number and value, in minor units, of all work by kind and currency."""
    counts: Counter[KindAndCurrency] = Counter()
    values: Counter[KindAndCurrency] = Counter()
    for item in _each(ports, account, None, ITEMS_AT_ONCE):
        which = item.work.kind, item.currency
        counts[which] += 1
        values[which] += item.work.value
    return {which: (counts[which], values[which]) for which in sorted(counts)}


def _each(ports: Ports, account: str, after: str | None, at_once: int) -> Iterator[WorkItem]:
    now: datetime = ports.now()
    while True:
        page = ports.store.work(account, now, after, at_once)
        yield from page.items
        after = page.next
        if after is None:
            return
