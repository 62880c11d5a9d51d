"""Orders along an account's list, to the end of a range."""

from collections.abc import Iterator
from datetime import UTC, datetime

from settlement.domain.order.listing import ListedOrder
from settlement.use_cases.shared.ports import ListRange, Store

_EVER = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def whole_month(month: str, *, gateway_only: bool = False) -> ListRange:
    """Return the range of a month, ``2026-03``, from its first moment to its last."""
    return ListRange(month, *_EVER, gateway_only=gateway_only)


def listed_orders(store: Store, account: str, within: ListRange) -> Iterator[ListedOrder]:
    """Yield the orders of a range in its order, a page of them in each read; what is not asked for is not read."""
    after = None
    while True:
        page = store.listed(account, within, after)
        yield from page.items
        after = page.next
        if after is None:
            return
