"""Lists an account's orders, and finds them by an id."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from settlement.domain.order.listing import ListedOrder, as_listed
from settlement.use_cases.shared.ports import ListRange, Page, Store

MAX_LISTED = 3_000
"""Most orders in one list; callers narrow a longer one."""

MAX_MONTHS = 24
"""Longest range of one list, back from its last day."""

MAX_READS = 60
"""Most queries of one list."""


class SearchField(StrEnum):
    """The ids that a search finds orders by."""

    ORDER = "order"
    GROUP = "group"
    TRANSACTION = "transaction"
    PAYMENT = "payment"


@dataclass(frozen=True, slots=True)
class Span:
    """A range of time, both ends included; None is open."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, at: datetime | None) -> bool:
        """True if the time is within the range; a missing time is within an unlimited range only."""
        if self.since is None and self.until is None:
            return True
        if at is None:
            return False
        return (self.since is None or at >= self.since) and (self.until is None or at <= self.until)


class OrderBy(StrEnum):
    """Sort orders of a list; the values are the public names."""

    CREATED = "creationDate"
    AUTHORISED = "authorizedDate"
    INVOICED = "invoicedDate"
    VALUE = "totalValue"
    ITEMS = "totalItems"
    STATUS = "status"
    ORDER_ID = "orderId"


_NEVER = datetime.min.replace(tzinfo=UTC)
_SORTED: dict[OrderBy, Callable[[ListedOrder], tuple[object, ...]]] = {
    OrderBy.CREATED: lambda order: (order.created_at,),
    OrderBy.AUTHORISED: lambda order: (order.authorised_at or _NEVER, order.created_at),
    OrderBy.INVOICED: lambda order: (order.invoiced_at or _NEVER, order.created_at),
    OrderBy.VALUE: lambda order: (order.value, order.created_at),
    OrderBy.ITEMS: lambda order: (order.total_items, order.created_at),
    OrderBy.STATUS: lambda order: (order.listed_status, order.created_at),
    OrderBy.ORDER_ID: lambda order: (order.order_id,),
}


@dataclass(frozen=True, slots=True)
class OrderQuery:
    """Filters and sort order of a list.

    ``text`` is a whole id of the kind ``search``; without ``search``, an id of any kind or a part of one. With
    ``none``, no order matches: a filter asks for a property that no order here has.
    """

    created: Span = field(default_factory=Span)
    authorised: Span = field(default_factory=Span)
    invoiced: Span = field(default_factory=Span)
    statuses: tuple[str, ...] = ()
    sales_channels: frozenset[str] | None = None
    payment_name: str | None = None
    has_return: bool | None = None
    text: str | None = None
    search: SearchField | None = None
    none: bool = False
    order_by: OrderBy = OrderBy.CREATED
    descending: bool = True

    def takes(self, order: ListedOrder) -> bool:
        """True if an order matches all filters but the one by id."""
        return (
            self.created.holds(order.created_at)
            and self.authorised.holds(order.authorised_at)
            and self.invoiced.holds(order.invoiced_at)
            and (not self.statuses or order.listed_status in self.statuses)
            and (self.sales_channels is None or order.sales_channel in self.sales_channels)
            and (self.payment_name is None or self.payment_name.casefold() in order.payment_names.casefold())
            and (self.has_return is None or self.has_return == (order.returned > 0))
        )


@dataclass(frozen=True, slots=True)
class FoundOrders:
    """The orders found, sorted; if ``is_partial``, there can be more."""

    orders: list[ListedOrder]
    is_partial: bool = False


def list_orders(store: Store, account: str, wanted: OrderQuery, now: datetime) -> FoundOrders:
    """Return an account's matching orders, at most 3,000, newest first by default.

    A longer range of creation dates is cut to its last 24 months: some clients ask for all orders since the year 2000.
    """
    if wanted.none:
        return FoundOrders([])
    if wanted.text is not None:
        found = [order for order in _by_id(store, account, wanted.text, wanted.search) if wanted.takes(order)]
        if found or wanted.search is not None:
            return FoundOrders(_sort(found, wanted))
    listed = _by_date(store, account, wanted, now)
    return FoundOrders(_sort(listed.orders, wanted), listed.is_partial)


def _by_id(store: Store, account: str, text: str, search: SearchField | None) -> list[ListedOrder]:
    ids: list[str] = []
    if search in (None, SearchField.ORDER):
        ids.append(text)
    if search in (None, SearchField.GROUP):
        ids += [text, *store.orders_of_group(account, text)]
    transaction_id: str | None = text if search in (None, SearchField.TRANSACTION) else None
    if search in (None, SearchField.PAYMENT):
        transaction_id = store.transaction_of_payment(account, text) or transaction_id
    if transaction_id and (transaction := store.transaction(account, transaction_id)) is not None:
        ids.append(transaction.order_id)
    orders = [store.order(account, order_id) for order_id in dict.fromkeys(ids)]
    found = [as_listed(order) for order in orders if order is not None and not order.gateway_only]
    return [order for order in found if search is not SearchField.GROUP or order.order_group == text]


def _by_date(store: Store, account: str, wanted: OrderQuery, now: datetime) -> FoundOrders:
    until = min(wanted.created.until or now, now)
    earliest = _months_before(until, MAX_MONTHS - 1)
    since = max(wanted.created.since or earliest, earliest)
    months = list(_months(since, until))
    is_cut = wanted.created.since is not None and wanted.created.since < earliest
    newest_first = wanted.descending or wanted.order_by is not OrderBy.CREATED
    found: list[ListedOrder] = []
    reads = 0
    for month in reversed(months) if newest_first else months:
        asked = ListRange(month, since, until, wanted.statuses, newest_first)
        page: Page[ListedOrder] | None = None
        while page is None or page.next is not None:
            if len(found) > MAX_LISTED or reads == MAX_READS:
                return FoundOrders(found[:MAX_LISTED], is_partial=True)
            page = store.listed(account, asked, page.next if page else None)
            reads += 1
            found += [order for order in page.items if wanted.takes(order) and _mentions(order, wanted.text)]
    return FoundOrders(found[:MAX_LISTED], is_partial=is_cut or len(found) > MAX_LISTED)


def _mentions(order: ListedOrder, text: str | None) -> bool:
    return text is None or any(
        text.casefold() in id_.casefold() for id_ in (order.order_id, order.order_group, order.transaction_id)
    )


def _sort(orders: list[ListedOrder], wanted: OrderQuery) -> list[ListedOrder]:
    by = _SORTED[wanted.order_by]
    return sorted(orders, key=lambda order: (*by(order), order.order_id), reverse=wanted.descending)


def _months(since: datetime, until: datetime) -> Iterator[str]:
    """Yield the months of a range, oldest first: ``2026-03``."""
    month = since.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while month <= until:
        yield f"{month:%Y-%m}"
        month = (month + timedelta(days=32)).replace(day=1)


def _months_before(at: datetime, months: int) -> datetime:
    number = at.year * 12 + at.month - 1 - months
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)
