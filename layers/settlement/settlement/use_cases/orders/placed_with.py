"""Filters of lists by what orders were placed with: seller, affiliate, campaign, promotion, operator, delivery.

The index of the list does not have it, so a filter reads it for the orders that match everything else.
"""

from collections.abc import Iterable
from dataclasses import fields
from datetime import date, datetime, timedelta

from settlement.domain.errors import InvalidRequest
from settlement.domain.order.listing import ListedOrder
from settlement.domain.order.placement import NOTHING_LISTED, ListedParts
from settlement.use_cases.shared.ports import Store
from settlement.values import dataclass

MAX_LOOKED_INTO = 300
"""Orders whose lines a search by items reads at once."""


@dataclass(frozen=True, slots=True)
class PlacedWith:
    """What the parts of an order have to be; names are compared whole, without case.

    ``days_to_delivery`` is a number of days from today within which it has to arrive; below 0, it is late. ``skus`` are
    items of which it has to have a line, ``has_sale`` whether a sale invoice counts.
    """

    affiliates: frozenset[str] | None = None
    sellers: frozenset[str] | None = None
    utm_source: str | None = None
    promotion: str | None = None
    operator: str | None = None
    gift_list: str | None = None
    days_to_delivery: int | None = None
    skus: frozenset[str] | None = None
    has_sale: bool | None = None

    @property
    def is_any(self) -> bool:
        """True if every order will do."""
        return all(getattr(self, field.name) is None for field in fields(self))

    def takes(self, parts: ListedParts, today: datetime) -> bool:
        """True if the parts match all filters."""
        return (
            _is_one_of(self.affiliates, (parts.affiliate_id,))
            and _is_one_of(self.sellers, parts.sellers)
            and _is_one_of(_only(self.utm_source), (parts.utm_source,))
            and _is_one_of(_only(self.promotion), parts.promotions)
            and _is_one_of(_only(self.operator), (parts.operator,))
            and _is_one_of(_only(self.gift_list), (parts.gift_list,))
            and (self.days_to_delivery is None or _arrives_within(self.days_to_delivery, parts, today))
        )


ANY = PlacedWith()


def placed_with(
    store: Store, account: str, orders: Iterable[ListedOrder], wanted: PlacedWith, now: datetime
) -> list[ListedOrder]:
    """Return the orders whose parts match; reads nothing if every order will do."""
    found = list(orders)
    if wanted.is_any or not found:
        return found
    parts = store.listed_parts(account, (order.order_id for order in found))
    found = [order for order in found if wanted.takes(parts.get(order.order_id, NOTHING_LISTED), now)]
    if wanted.has_sale is not None:
        heads = store.orders(account, (order.order_id for order in found))
        sold = {order_id for order_id, head in heads.items() if head.invoiced > 0}
        found = [order for order in found if (order.order_id in sold) is wanted.has_sale]
    return found if wanted.skus is None else _with_skus(store, account, found, wanted.skus)


def _with_skus(store: Store, account: str, orders: list[ListedOrder], skus: frozenset[str]) -> list[ListedOrder]:
    """Return the orders that have a line of some item; raises ``InvalidRequest`` for too many orders to look into."""
    if len(orders) > MAX_LOOKED_INTO:
        raise InvalidRequest(
            f"sku_Ids: more than {MAX_LOOKED_INTO} orders match the other filters; narrow them, by f_creationDate"
        )
    return [order for order in orders if not skus.isdisjoint(line.id for line in store.lines(account, order.order_id))]


def _only(wanted: str | None) -> frozenset[str] | None:
    return None if wanted is None else frozenset({wanted})


def _is_one_of(wanted: frozenset[str] | None, names: Iterable[str]) -> bool:
    if wanted is None:
        return True
    return not {name.casefold() for name in wanted}.isdisjoint(name.casefold() for name in names)


def _arrives_within(days: int, parts: ListedParts, now: datetime) -> bool:
    """True if the last delivery is estimated between today and ``days`` from now; below 0, before today."""
    last = _day(parts.estimates[-1]) if parts.estimates else None
    if last is None:
        return False
    today = now.date()
    return last < today if days < 0 else today <= last <= today + timedelta(days=days)


def _day(estimate: str) -> date | None:
    try:
        return datetime.fromisoformat(estimate.replace("Z", "+00:00")).date()
    except ValueError:
        return None
