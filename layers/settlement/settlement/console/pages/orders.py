"""The list of orders: search, filters that stay in the address, a bar of each order's money, pages, CSV."""

import csv
import io
import re
from datetime import date

from settlement.api.order_lists.query import ListQuery, read_list_query
from settlement.api.shared.http import Response
from settlement.api.shared.spreadsheet import cell
from settlement.console.money_bar import MoneyBar, money_bar
from settlement.console.rendering import page
from settlement.console.visit import Visit
from settlement.domain.errors import InvalidRequest
from settlement.domain.money import to_major
from settlement.domain.order.listing import ListedOrder
from settlement.domain.transaction.listed_work import WorkKind
from settlement.domain.transaction.statuses import OrderStatus
from settlement.use_cases.orders.list_orders import Mark, list_orders, mark_behind
from settlement.values import dataclass

PER_PAGE = 20
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True, slots=True)
class Row:
    """An order in the list, with its money."""

    order: ListedOrder
    bar: MoneyBar | None


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for."""

    text: str
    statuses: tuple[str, ...]
    since: str
    until: str
    after: str
    attention: bool

    def without(self, **changes: object) -> dict[str, object]:
        """Return the parameters of the same list with some changed, from its first page on."""
        told: dict[str, object] = {
            "q": self.text,
            "status": self.statuses,
            "attention": "1" if self.attention else None,
            "from": self.since,
            "to": self.until,
        }
        return told | {name.rstrip("_"): value for name, value in changes.items()}

    @property
    def since_day(self) -> str:
        """The first day, if it is one; a field for days holds nothing else."""
        return self.since if _DAY.fullmatch(self.since) else ""

    @property
    def until_day(self) -> str:
        """The last day, if it is one."""
        return self.until if _DAY.fullmatch(self.until) else ""

    @property
    def is_narrow(self) -> bool:
        """Whether they leave anything out."""
        return bool(self.text or self.statuses or self.since or self.until or self.attention)


def show(visit: Visit) -> Response:
    """Show a page of the list. What makes no sense in the address is told, and the form keeps it."""
    filters, problem = _filters(visit), ""
    rows: list[Row] = []
    rest: Mark | None = None
    try:
        rows, rest = _found(visit, filters)
    except InvalidRequest as refusal:
        problem = refusal.message
    return page(
        visit,
        "orders",
        400 if problem else 200,
        filters=filters,
        statuses=[status.value for status in OrderStatus],
        rows=rows,
        more=_mark(rest),
        per_page=PER_PAGE,
        problem=problem,
    )


def download(visit: Visit) -> Response:
    """Return the same page of the list as CSV; amounts are decimals, times UTC."""
    rows, _ = _found(visit, _filters(visit))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    figures = ("invoiced", "captured", "open", "cancelled", "refunded")
    writer.writerow(["order", "transaction", "created", "status", "attention", "currency", "value", *figures])
    for row in rows:
        order, told = row.order, dict(row.bar.figures) if row.bar else {}
        amounts = [order.value, *(told.get(name) for name in figures)]
        plain = ["" if one is None else str(to_major(one, order.currency)) for one in amounts]
        facts = [order.order_id, order.transaction_id, order.created_at.isoformat(), order.listed_status]
        writer.writerow([*map(cell, facts), str(order.in_error).lower(), order.currency, *plain])
    headers = {"Content-Disposition": 'attachment; filename="orders.csv"'}
    return Response(200, "text/csv; charset=utf-8", text.getvalue(), headers)


def _filters(visit: Visit) -> Filters:
    return Filters(
        visit.asked("q"),
        tuple(dict.fromkeys(visit.all_asked("status"))),
        visit.asked("from"),
        visit.asked("to"),
        visit.asked("after"),
        visit.asked("attention") == "1",
    )


def _found(visit: Visit, filters: Filters) -> tuple[list[Row], Mark | None]:
    query = _query(filters)
    listed = list_orders(visit.ports.store, visit.account, query.wanted, visit.now, query.enough)
    shown = listed.orders[:PER_PAGE]
    return _rows(visit, shown), mark_behind(listed, query.wanted, query.shown)


def _rows(visit: Visit, shown: list[ListedOrder]) -> list[Row]:
    """Return orders with their bars, from the heads of all of them; the list may be ahead of a head."""
    store, account = visit.ports.store, visit.account
    orders = store.orders(account, (order.order_id for order in shown))
    transactions = store.transactions(account, (order.transaction_id for order in shown))
    return [
        Row(listed, money_bar(order, transaction) if order is not None and transaction is not None else None)
        for listed in shown
        for order, transaction in [(orders.get(listed.order_id), transactions.get(listed.transaction_id))]
    ]


def _query(filters: Filters) -> ListQuery:
    """Return the query of the API that asks for the same."""
    given = {"q": filters.text, "f_status": ",".join(filters.statuses), "after": filters.after}
    if filters.attention:
        given["f_attention"] = ",".join(WorkKind)
    if filters.since or filters.until:
        since, until = (_day(name, text) for name, text in (("from", filters.since), ("to", filters.until)))
        given["f_creationDate"] = f"creationDate:[{since} TO {until}]"
    return read_list_query({"per_page": str(PER_PAGE), **{name: text for name, text in given.items() if text}})


def _day(name: str, text: str) -> str:
    if not text:
        return "*"
    try:
        if not _DAY.fullmatch(text):
            raise ValueError
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise InvalidRequest(f"{name}: must be a day such as 2026-11-29; got {text[:40]}") from None


def _mark(rest: Mark | None) -> str | None:
    return None if rest is None else f"{rest[0].isoformat()}_{rest[1]}"
