"""Reads all events of a transaction, page after page."""

from collections.abc import Iterator

from settlement.domain.events import Event
from settlement.use_cases.shared.ports import Store

_EVENTS_AT_ONCE = 1000


def all_events(store: Store, account: str, transaction_id: str) -> Iterator[Event]:
    """Yield every event of a transaction, in the order of ``Store.events``; each page is read when it is needed."""
    after = None
    while True:
        page = store.events(account, transaction_id, _EVENTS_AT_ONCE, after)
        yield from page.items
        after = page.next
        if after is None:
            return
