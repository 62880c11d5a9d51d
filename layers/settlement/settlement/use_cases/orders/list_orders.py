"""Lists an account's orders: by date, by an id or a term, or by the work that they ask for."""

import re
from collections.abc import Callable, Iterator
from dataclasses import field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from settlement.domain.order.finding import TermKind, term_of, terms_like
from settlement.domain.order.listing import ListedOrder, as_listed
from settlement.domain.transaction.listed_work import WorkKind
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.orders.placed_with import ANY, PlacedWith, placed_with
from settlement.use_cases.shared.ports import ListRange, Page, Store
from settlement.values import dataclass

MAX_LISTED = 3_000
"""Most orders in one list; callers narrow a longer one."""

MAX_MONTHS = 24
"""Longest range of one list, back from its last day."""

MAX_READS = 60
"""Most queries of one list."""

MAX_WORK = 1_000
"""Most work items, the oldest, whose orders one list looks at."""

MAX_FOUND = 100
"""Most orders, the newest, that one term finds."""

WORK_AT_ONCE = 200
"""Work items in one read."""

MAX_HEADS = 500
"""Most orders, the newest, among whose payments one list looks for a part of an id."""

MAX_MONTHS_BEHIND_MARK = 3
"""Most months that a page behind a mark looks into; it can have fewer orders than a page, and go on."""

Mark = tuple[datetime, str]
"""A place in a list: behind the order of this creation time and id; without an id, before all orders of the time."""

_PART_OF_AN_ID = re.compile(r"[0-9A-Za-z-]{4,64}")
"""What can be a part of a payment's id; shorter ones would be in too many."""

_INSTANT = timedelta(microseconds=1)


class SearchField(StrEnum):
    """What a search finds orders by: ids, or terms of the same names."""

    ORDER = "order"
    GROUP = "group"
    TRANSACTION = "transaction"
    PAYMENT = "payment"
    EMAIL = TermKind.EMAIL.value
    DOCUMENT = TermKind.DOCUMENT.value
    NAME = TermKind.NAME.value
    TID = TermKind.TID.value
    NSU = TermKind.NSU.value
    INVOICE_NUMBER = TermKind.INVOICE_NUMBER.value
    ACCESS_KEY = TermKind.ACCESS_KEY.value


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

    ``text`` is a whole id or term of the kind ``search``; without ``search``, one of any kind, or a part of an id of an
    order, its group, transaction or payments. With ``none``, no order matches: a filter asks for a property that no
    order here has. ``attention`` selects the orders with work of these kinds, if there are any. ``placed`` is about
    what orders were placed with. ``after`` is where a list in the order of creation goes on.
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
    attention: frozenset[WorkKind] = frozenset()
    placed: PlacedWith = ANY
    order_by: OrderBy = OrderBy.CREATED
    descending: bool = True
    after: Mark | None = None

    def takes(self, order: ListedOrder) -> bool:
        """True if an order matches all filters but those by id and by what it was placed with."""
        return (
            self.created.holds(order.created_at)
            and self.authorised.holds(order.authorised_at)
            and self.invoiced.holds(order.invoiced_at)
            and (not self.statuses or order.listed_status in self.statuses)
            and (self.sales_channels is None or order.sales_channel in self.sales_channels)
            and (self.payment_name is None or self.payment_name.casefold() in order.payment_names.casefold())
            and (self.has_return is None or self.has_return == (order.returned > 0))
        )

    def is_behind_mark(self, order: ListedOrder) -> bool:
        """True if an order comes after the one behind which the list goes on."""
        if self.after is None:
            return True
        place = order.created_at, order.order_id
        return place < self.after if self.descending else place > self.after


@dataclass(frozen=True, slots=True)
class FoundOrders:
    """The orders found, sorted; if ``is_partial``, there can be more: from ``rest`` on, if the list has such a mark.

    If it ``goes_on``, they are as many as were wanted, and what is behind them was not read.
    """

    orders: list[ListedOrder]
    is_partial: bool = False
    rest: Mark | None = None
    goes_on: bool = False

    @property
    def total(self) -> int:
        """Their number, and one more if the list goes on: whoever pages by it asks for the next page."""
        return len(self.orders) + self.goes_on


def list_orders(
    store: Store, account: str, wanted: OrderQuery, now: datetime, enough: int | None = None
) -> FoundOrders:
    """Return an account's matching orders, at most 3,000, newest first by default.

    In the order of their creation it reads no further than ``enough`` orders; any other order needs all. A longer range
    of creation dates is cut to its last 24 months: some clients ask for all orders since the year 2000.
    """
    if wanted.none:
        return FoundOrders([])
    if wanted.attention:
        return _by_work(store, account, wanted, now)
    if wanted.text is not None and (wanted.after is None or wanted.search is not None):
        by_text = _by_text(store, account, wanted.text, wanted.search)
        taken = (order for order in by_text.orders if wanted.takes(order))
        found = placed_with(store, account, taken, wanted.placed, now)
        if found or wanted.search is not None:
            return FoundOrders(_sort(found, wanted), by_text.is_partial)
    if enough is not None and (enough > MAX_LISTED or wanted.order_by is not OrderBy.CREATED):
        enough = None
    listed = _by_date(_Reading(store, account, wanted, now, enough))
    return replace(listed, orders=_sort(listed.orders, wanted))


def mark_behind(listed: FoundOrders, wanted: OrderQuery, shown: int) -> Mark | None:
    """Return the mark behind the first ``shown`` orders of a list in the order of creation; None at its end."""
    if wanted.order_by is not OrderBy.CREATED:
        return None
    if len(listed.orders) <= shown:
        return listed.rest
    last = listed.orders[shown - 1]
    return last.created_at, last.order_id


def _by_work(store: Store, account: str, wanted: OrderQuery, now: datetime) -> FoundOrders:
    """Return the orders whose work is of the kinds that are asked for, as their heads say; it reads the work alone."""
    waiting, is_partial = _waiting(store, account, wanted.attention, now)
    if wanted.text is not None and wanted.search is not None:
        by_text = _by_text(store, account, wanted.text, wanted.search).orders
        listed = [order for order in by_text if order.order_id in waiting]
    else:
        heads = store.orders(account, waiting).values()
        listed = [as_listed(head) for head in heads if not head.gateway_only]
        listed = [order for order in listed if _mentions(order, wanted.text)]
    taken = (order for order in listed if wanted.takes(order) and wanted.is_behind_mark(order))
    found = placed_with(store, account, taken, wanted.placed, now)
    return FoundOrders(_sort(found, wanted), is_partial)


def _waiting(store: Store, account: str, kinds: frozenset[WorkKind], now: datetime) -> tuple[list[str], bool]:
    """Return the ids of the orders with work of some kinds, and whether there is more work than was looked at."""
    ids: dict[str, None] = {}
    after, read = None, 0
    while read < MAX_WORK:
        page = store.work(account, now, after, min(WORK_AT_ONCE, MAX_WORK - read))
        ids |= {item.order_id: None for item in page.items if item.work.kind in kinds}
        after, read = page.next, read + len(page.items)
        if after is None:
            return list(ids), False
    return list(ids), True


def _by_text(store: Store, account: str, text: str, search: SearchField | None) -> FoundOrders:
    """Return the orders that an id or a term finds: of the kind ``search``, or of any that the text can be."""
    kinds = {kind.value: kind for kind in TermKind}
    if search is not None and search.value not in kinds:
        return FoundOrders(_by_id(store, account, text, search))
    by_id = _by_id(store, account, text, search) if search is None else []
    terms = terms_like(text) if search is None else [term_of(kinds[search.value], text)]
    pages = [store.orders_found(account, term, MAX_FOUND) for term in terms if term is not None]
    known = {order.order_id for order in by_id}
    heads = store.orders(account, (id_ for page in pages for id_ in page.items if id_ not in known)).values()
    by_term = [as_listed(head) for head in heads if not head.gateway_only]
    return FoundOrders([*by_id, *by_term], is_partial=any(page.next is not None for page in pages))


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


@dataclass(frozen=True, slots=True)
class _Months:
    """The range of creation dates of a list, and its months in the list's order; ``is_cut`` if more were asked for."""

    since: datetime
    until: datetime
    names: list[str]
    newest_first: bool
    is_cut: bool

    def mark_behind(self, months: int) -> Mark | None:
        """Return the mark behind the first months; None if there are no others."""
        if len(self.names) <= months:
            return None
        following = datetime.fromisoformat(f"{self.names[months]}-01T00:00:00+00:00")
        return (following if not self.newest_first else _next_month(following)), ""


def _months_of(wanted: OrderQuery, now: datetime) -> _Months:
    until = min(wanted.created.until or now, now)
    earliest = _months_before(until, MAX_MONTHS - 1)
    since = max(wanted.created.since or earliest, earliest)
    is_cut = wanted.created.since is not None and wanted.created.since < earliest
    newest_first = wanted.descending or wanted.order_by is not OrderBy.CREATED
    if wanted.after is not None:
        at, order_id = wanted.after
        if newest_first:
            until = min(until, at if order_id else at - _INSTANT)
        else:
            since = max(since, at)
    names = list(_months(since, until))
    return _Months(since, until, names[::-1] if newest_first else names, newest_first, is_cut)


@dataclass(slots=True)
class _Reading:
    """Matching orders in the order of their creation, read until there are ``enough``; None for all.

    A filter leaves out orders that were read: so each further query of a month may read twice as many. Where the last
    order that is enough is a month's last as well, the months behind it are asked for one more.
    """

    store: Store
    account: str
    wanted: OrderQuery
    now: datetime
    enough: int | None
    found: list[ListedOrder] = field(default_factory=list)
    goes_on: bool = False
    queries: int = 0
    heads: int = 0
    _widening: int = 1

    @property
    def most(self) -> int:
        """The number of orders with which more than enough is known."""
        return (MAX_LISTED if self.enough is None else self.enough) + 1

    def read(self, months: _Months, month: str) -> bool:
        """Read a month; return False if it was not read to its end."""
        page: Page[ListedOrder] | None = None
        while page is None or page.next is not None:
            self.goes_on = page is not None and len(self.found) == self.enough
            if self.goes_on or len(self.found) >= self.most or self.queries == MAX_READS:
                return False
            page = self.store.listed(self.account, self._range(months, month), page.next if page else None)
            self.queries += 1
            taken = self._taken(page.items)
            self.found += placed_with(self.store, self.account, taken, self.wanted.placed, self.now)
            self._widening *= 1 if page.next is None else 2
        return True

    def _taken(self, read: list[ListedOrder]) -> list[ListedOrder]:
        """Return the orders that match; a part of a payment's id is looked for in the heads of so many transactions."""
        text = self.wanted.text
        found = [order for order in read if not self._is_mark(order) and self.wanted.takes(order)]
        if text is None:
            return found
        others = [order for order in found if not _mentions(order, text)][: MAX_HEADS - self.heads]
        by_payment = set()
        if _PART_OF_AN_ID.fullmatch(text) and others:
            self.heads += len(others)
            heads = self.store.transactions(self.account, (order.transaction_id for order in others)).values()
            by_payment = {head.transaction_id for head in heads if _is_paid_by(head, text)}
        return [order for order in found if _mentions(order, text) or order.transaction_id in by_payment]

    def _is_mark(self, order: ListedOrder) -> bool:
        return (order.created_at, order.order_id) == self.wanted.after

    def _range(self, months: _Months, month: str) -> ListRange:
        limit = None if self.enough is None else max(1, self.enough - len(self.found)) * self._widening
        statuses, behind = self.wanted.statuses, self.wanted.after
        return ListRange(month, months.since, months.until, statuses, months.newest_first, limit=limit, behind=behind)


def _by_date(reading: _Reading) -> FoundOrders:
    """Read month by month until there are enough orders; behind a mark, a few months at most, and name the rest."""
    wanted, found = reading.wanted, reading.found
    months = _months_of(wanted, reading.now)
    few = len(months.names) if wanted.after is None else MAX_MONTHS_BEHIND_MARK
    is_read = all(reading.read(months, month) for month in months.names[:few])
    if reading.goes_on:
        return FoundOrders(found, is_partial=True, rest=(found[-1].created_at, found[-1].order_id), goes_on=True)
    if not is_read or len(found) >= reading.most:
        return FoundOrders(found[: min(reading.most, MAX_LISTED)], is_partial=True)
    rest = months.mark_behind(few)
    return FoundOrders(found, is_partial=months.is_cut or rest is not None, rest=rest)


def _mentions(order: ListedOrder, text: str | None) -> bool:
    return text is None or any(
        text.casefold() in id_.casefold() for id_ in (order.order_id, order.order_group, order.transaction_id)
    )


def _is_paid_by(transaction: Transaction, text: str) -> bool:
    return any(text.casefold() in position.payment_id.casefold() for position in transaction.projection)


def _sort(orders: list[ListedOrder], wanted: OrderQuery) -> list[ListedOrder]:
    by = _SORTED[wanted.order_by]
    return sorted(orders, key=lambda order: (*by(order), order.order_id), reverse=wanted.descending)


def _months(since: datetime, until: datetime) -> Iterator[str]:
    """Yield the months of a range, oldest first: ``2026-03``."""
    month = since.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    while month <= until:
        yield f"{month:%Y-%m}"
        month = _next_month(month)


def _next_month(first_day: datetime) -> datetime:
    return (first_day + timedelta(days=32)).replace(day=1)


def _months_before(at: datetime, months: int) -> datetime:
    number = at.year * 12 + at.month - 1 - months
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)
