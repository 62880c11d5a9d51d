"""The query of ``GET /api/oms/pvt/orders``, as its clients write it."""

import re
from collections.abc import Mapping
from urllib.parse import urlencode

from settlement.api.shared.moments import end, moment
from settlement.api.shared.patterns import MOMENT
from settlement.api.shared.query_parameters import ACCOUNT_PARAMETERS, require_known
from settlement.domain.errors import InvalidRequest
from settlement.domain.order.finding import TermKind
from settlement.domain.transaction.listed_work import WorkKind
from settlement.use_cases.orders.list_orders import (
    MAX_LISTED,
    FoundOrders,
    Mark,
    OrderBy,
    OrderQuery,
    SearchField,
    Span,
    mark_behind,
)
from settlement.use_cases.orders.placed_with import PlacedWith
from settlement.values import dataclass

PATH = "/api/oms/pvt/orders"
DEFAULT_PER_PAGE = 15
MAX_PER_PAGE = 100

MARK = f"{MOMENT}_(?:[A-Za-z0-9._-]{{1,100}})?"
"""What ``after`` may be: the creation time and id of the order behind which a list goes on."""

_RANGE = re.compile(r"(?:([A-Za-z]+):)?(?:\[\s*(\S+)\s+TO\s+(\S+)\s*\]|([0-9-]+))", re.IGNORECASE)
_OPEN = "*"
_YES = ("1", "true")
_MAX_WORDS = 50
_MAX_TEXT = 200

_FIELDS = {
    "orderid": SearchField.ORDER,
    "ordergroup": SearchField.GROUP,
    "transactionid": SearchField.TRANSACTION,
    "paymentid": SearchField.PAYMENT,
    "pid": SearchField.PAYMENT,
    "email": SearchField.EMAIL,
    "clientemail": SearchField.EMAIL,
    "document": SearchField.DOCUMENT,
    "clientdocument": SearchField.DOCUMENT,
    "name": SearchField.NAME,
    "clientname": SearchField.NAME,
    "tid": SearchField.TID,
    "nsu": SearchField.NSU,
    "invoicenumber": SearchField.INVOICE_NUMBER,
    "accesskey": SearchField.ACCESS_KEY,
    "invoicekey": SearchField.ACCESS_KEY,
}
"""What ``searchField`` may name; anything else in it is looked for itself."""

_PLACED_WITH = (
    "f_affiliateId",
    "f_callCenterOperatorName",
    "f_RnB",
    "f_sellerNames",
    "f_shippingEstimate",
    "f_UtmSource",
)
"""Filters by what orders were placed with."""

DAYS = "^-?[0-9]{1,4}\\.days$"
"""What a filter by days may be."""
_KNOWN = sorted(
    [
        *("page", "per_page", "after", "_stats", "orderBy", "q", "searchField"),
        *("f_status", "f_paymentNames", "f_hasInputInvoice", "f_creationDate", "f_authorizedDate", "f_invoicedDate"),
        *("f_attention", "f_salesChannel", "salesChannelId", "incompleteOrders", "f_isInstore", *_PLACED_WITH),
        *ACCOUNT_PARAMETERS,
    ]
)


@dataclass(frozen=True, slots=True)
class ListQuery:
    """What a list is to have, which page of it is shown, and whether its figures are to be those of all orders."""

    wanted: OrderQuery
    page: int
    per_page: int
    with_stats: bool

    @property
    def shown(self) -> int:
        """The number of orders up to the end of the page."""
        return self.page * self.per_page

    @property
    def enough(self) -> int | None:
        """The number of orders to look for; None for all."""
        return None if self.with_stats else self.shown


def read_list_query(query: Mapping[str, str]) -> ListQuery:
    """Return what a query asks for; raises ``InvalidRequest`` for what makes no sense.

    A name that is unknown is refused: without the filter that was meant, the list would have every order.
    """
    require_known(query, _KNOWN)
    given = {name: value.strip() for name, value in query.items() if value and value.strip()}
    order_by, descending = _order_by(given.get("orderBy"))
    text, search = _search(given)
    wanted = OrderQuery(
        created=_span(given, "f_creationDate"),
        authorised=_span(given, "f_authorizedDate"),
        invoiced=_span(given, "f_invoicedDate"),
        statuses=_statuses(given),
        sales_channels=_sales_channels(given),
        payment_name=given.get("f_paymentNames"),
        has_return=_flag(given, "f_hasInputInvoice"),
        text=text,
        search=search,
        none=_asks_for_nothing(given),
        attention=_attention(given),
        placed=_placed_with(given),
        order_by=order_by,
        descending=descending,
        after=_mark(given, order_by),
    )
    page = _integer(given, "page", 1, MAX_LISTED)
    per_page = _integer(given, "per_page", DEFAULT_PER_PAGE, MAX_PER_PAGE)
    return ListQuery(wanted, page, per_page, with_stats=given.get("_stats") in _YES)


def next_page(given: Mapping[str, str], query: ListQuery, listed: FoundOrders) -> str | None:
    """Return the path of the page behind the one that a query shows; None at the end, and in other sort orders."""
    mark = mark_behind(listed, query.wanted, query.shown)
    if mark is None:
        return None
    at, order_id = mark
    kept = {name: value for name, value in given.items() if name not in ("page", "after")}
    return f"{PATH}?{urlencode({**kept, 'after': f'{at.isoformat()}_{order_id}'})}"


def _mark(given: Mapping[str, str], order_by: OrderBy) -> Mark | None:
    text = given.get("after")
    if text is None:
        return None
    if order_by is not OrderBy.CREATED or "page" in given:
        raise InvalidRequest("after: needs orderBy=creationDate, and no page beside it")
    if re.fullmatch(MARK, text) is None:
        raise InvalidRequest(f"after: must be what the page before names; got {text[:80]}")
    at, _, order_id = text.partition("_")
    return moment("after", at), order_id


def _asks_for_nothing(given: Mapping[str, str]) -> bool:
    return _flag(given, "incompleteOrders") is True or _flag(given, "f_isInstore") is True


def _placed_with(given: Mapping[str, str]) -> PlacedWith:
    affiliates = _listed(given, "f_affiliateId", "affiliate", "affiliates")
    sellers = _listed(given, "f_sellerNames", "seller", "sellers")
    return PlacedWith(
        affiliates=None if affiliates is None else frozenset(affiliates),
        sellers=None if sellers is None else frozenset(sellers),
        utm_source=given.get("f_UtmSource"),
        promotion=given.get("f_RnB"),
        operator=given.get("f_callCenterOperatorName"),
        days_to_delivery=_days(given, "f_shippingEstimate"),
    )


def _days(given: Mapping[str, str], name: str) -> int | None:
    text = given.get(name)
    if text is None:
        return None
    if re.match(DAYS, text) is None:
        raise InvalidRequest(
            f"{name}: must be a number of days, as 7.days, or -1.days for what is late; got {text[:80]}"
        )
    return int(text.partition(".")[0])


def _search(given: Mapping[str, str]) -> tuple[str | None, SearchField | None]:
    text, named = given.get("q"), given.get("searchField")
    search = _FIELDS.get(named.casefold()) if named else None
    if text is None and named is not None and search is None:
        text = named
    if text is not None and named is not None and text != named and search is None:
        fields = "orderId, orderGroup, transactionId, paymentId, " + ", ".join(TermKind)
        raise InvalidRequest(f"searchField: must be one of {fields} beside q; got {named[:80]}")
    if text is not None and len(text) > _MAX_TEXT:
        raise InvalidRequest(f"q: at most {_MAX_TEXT} characters; got {len(text)}")
    return text, search if text is not None else None


def _order_by(text: str | None) -> tuple[OrderBy, bool]:
    if text is None:
        return OrderBy.CREATED, True
    name, _, direction = text.partition(",")
    if name not in set(OrderBy) or direction not in ("", "asc", "desc"):
        names = ", ".join(OrderBy)
        raise InvalidRequest(f"orderBy: must be one of {names}, then ,asc or ,desc; got {text[:80]}")
    return OrderBy(name), direction != "asc"


def _statuses(given: Mapping[str, str]) -> tuple[str, ...]:
    return _listed(given, "f_status", "status", "statuses") or ()


def _attention(given: Mapping[str, str]) -> frozenset[WorkKind]:
    """The kinds of work that are asked for; raises ``InvalidRequest`` for one that there is not."""
    names = _listed(given, "f_attention", "kind of work", "kinds of work") or ()
    for name in names:
        if name not in tuple(WorkKind):
            raise InvalidRequest(f"f_attention: must be of {', '.join(WorkKind)}; got {name[:80]}")
    return frozenset(map(WorkKind, names))


def _sales_channels(given: Mapping[str, str]) -> frozenset[str] | None:
    """The channels that are asked for, by either name of the filter or by both."""
    asked = [
        frozenset(channels)
        for name in ("f_salesChannel", "salesChannelId")
        if (channels := _listed(given, name, "sales channel", "sales channels")) is not None
    ]
    return frozenset.intersection(*asked) if asked else None


def _listed(given: Mapping[str, str], name: str, one: str, many: str) -> tuple[str, ...] | None:
    """What stands between commas; raises ``InvalidRequest`` for nothing but commas."""
    text = given.get(name)
    if text is None:
        return None
    words = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    if not words:
        raise InvalidRequest(f"{name}: must name a {one}; got {text[:80]}")
    if len(words) > _MAX_WORDS:
        raise InvalidRequest(f"{name}: at most {_MAX_WORDS} {many}; got {len(words)}")
    return words


def _span(given: Mapping[str, str], name: str) -> Span:
    text = given.get(name)
    if text is None:
        return Span()
    found = _RANGE.fullmatch(text)
    if found is None or (found[1] or name[2:]).casefold() != name[2:].casefold():
        raise InvalidRequest(f"{name}: must be {name[2:]}:[<from> TO <to>], or a day; got {text[:80]}")
    first, last = found[2] or found[4], found[3] or found[4]
    since = None if first == _OPEN else moment(name, first)
    until = None if last == _OPEN else end(name, last)
    if since is not None and until is not None and since > until:
        raise InvalidRequest(f"{name}: ends before it begins; got {text[:80]}")
    return Span(since, until)


def _flag(given: Mapping[str, str], name: str) -> bool | None:
    text = given.get(name)
    if text is None:
        return None
    if text.lower() not in ("true", "false"):
        raise InvalidRequest(f"{name}: must be true or false; got {text[:80]}")
    return text.lower() == "true"


def _integer(given: Mapping[str, str], name: str, default: int, most: int) -> int:
    text = given.get(name)
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:10]) <= most):
        raise InvalidRequest(f"{name}: must be an integer from 1 to {most}; got {text[:80]}")
    return int(text)
