"""``POST /api/orders/extendsearch/orders``: the filters of the list of orders, and some of its own, in a body."""

from dataclasses import replace
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StrictBool, StrictInt

from settlement.api.order_lists.query import DAYS, MAX_PER_PAGE, ListQuery, read_list_query
from settlement.api.shared.request import Body
from settlement.api.shared.written import DigitsToo, NumberToo
from settlement.domain.errors import InvalidRequest
from settlement.domain.transaction.listed_work import WorkKind
from settlement.use_cases.orders.list_orders import MAX_LISTED

Words = Annotated[str, Field(max_length=500), NumberToo()]
PageSize = Annotated[StrictInt, Field(ge=1, le=MAX_PER_PAGE), DigitsToo()]
Page = Annotated[StrictInt, Field(ge=1, le=MAX_LISTED), DigitsToo()]
Days = Annotated[str, Field(max_length=500, pattern=DAYS)]

_PERMANENT = (
    WorkKind.FAILED_AUTHORISATION,
    WorkKind.FAILED_SETTLEMENT,
    WorkKind.FAILED_REDUCTION,
    WorkKind.FAILED_REFUND,
    WorkKind.IN_DOUBT,
    WorkKind.MANUAL_REFUND,
    WorkKind.MANUAL_CANCELLATION,
    WorkKind.BLOCKED_PAYMENT,
    WorkKind.LEDGER_MISMATCH,
)
_ERRORS = {"temp": (WorkKind.RETRYING,), "perm": _PERMANENT, "all": (*_PERMANENT, WorkKind.RETRYING)}
"""The kinds of work that each kind of error is."""

_IDS = {"payment_id": "paymentId", "pci_tid": "tid", "nsu": "nsu"}
"""Fields that look for a whole id, by what the list calls it."""

_OWN = ("filter_error", "sku_ids", "list_id", "f_has_output_invoice", *_IDS)


class SearchBody(Body):
    """Filters that narrow each other; they mean what they mean in the list of orders. Another one is refused."""

    model_config = ConfigDict(extra="forbid")

    f_status: Annotated[Words | None, Field(alias="f_status")] = None
    """Statuses, separated by commas."""
    f_creation_date: Annotated[Words | None, Field(alias="f_creationDate")] = None
    """When it was placed: `creationDate:[<from> TO <to>]`."""
    f_authorized_date: Annotated[Words | None, Field(alias="f_authorizedDate")] = None
    """When its payments were authorised: `authorizedDate:[<from> TO <to>]`."""
    f_invoiced_date: Annotated[Words | None, Field(alias="f_invoicedDate")] = None
    """When it was invoiced to the end: `invoicedDate:[<from> TO <to>]`."""
    incomplete_orders: Annotated[StrictBool | None, Field(alias="incompleteOrders")] = None
    """`true` finds nothing: there are no incomplete orders."""
    filter_error: Annotated[Literal["all", "temp", "perm"] | None, Field(alias="filterError")] = None
    """Orders that are tried again (`temp`), that wait for a person (`perm`), or both."""
    per_page: Annotated[PageSize | None, Field(alias="per_page")] = None
    """How many orders a page has; 15 if it is not said."""
    page: Page | None = None
    """Which page, from 1."""
    order_by: Annotated[Words | None, Field(alias="orderBy")] = None
    """A field and a direction: `creationDate,asc`; also `orderId`, `totalValue`, `origin`."""
    q: Words | None = None
    """An id, or a term of shopper, connector or invoice, whole."""
    sku_ids: Annotated[Words | None, Field(alias="sku_Ids")] = None
    """Ids of items, separated by commas: orders with a line of any of them."""
    list_id: Annotated[Words | None, Field(alias="listId")] = None
    """The gift list that it is for."""
    f_payment_names: Annotated[Words | None, Field(alias="f_paymentNames")] = None
    """A part of a payment system's name."""
    payment_id: Annotated[Words | None, Field(alias="paymentId")] = None
    """The id of a payment."""
    pci_tid: Annotated[Words | None, Field(alias="pci_tid")] = None
    """The connector's transaction id of a payment."""
    nsu: Words | None = None
    """The connector's sequential number of a payment."""
    f_has_input_invoice: Annotated[StrictBool | None, Field(alias="f_hasInputInvoice")] = None
    """Whether it has a return."""
    f_has_output_invoice: Annotated[StrictBool | None, Field(alias="f_hasOutputInvoice")] = None
    """Whether a sale invoice counts."""
    f_shipping_estimate: Annotated[Days | None, Field(alias="f_shippingEstimate")] = None
    """Within how many days it is to arrive: `7.days`."""
    f_seller_names: Annotated[Words | None, Field(alias="f_sellerNames")] = None
    """Names of sellers, separated by commas."""
    f_affiliate_id: Annotated[Words | None, Field(alias="f_affiliateId")] = None
    """Affiliates, separated by commas."""
    f_call_center_operator_name: Annotated[Words | None, Field(alias="f_callCenterOperatorName")] = None
    """Who took it on the telephone."""
    f_is_instore: Annotated[StrictBool | None, Field(alias="f_isInstore")] = None
    """`true` finds nothing."""
    f_rnb: Annotated[Words | None, Field(alias="f_RnB")] = None
    """The name of a promotion."""
    sales_channel_id: Annotated[Words | None, Field(alias="salesChannelId")] = None
    """Sales channels, separated by commas."""
    f_sales_channel: Annotated[Words | None, Field(alias="f_salesChannel")] = None
    """The same."""

    def as_query(self) -> ListQuery:
        """Return what is looked for; raises ``InvalidRequest`` for what makes no sense."""
        fields = type(self).model_fields
        said = {name: value for name, value in self if value is not None}
        given = {fields[name].alias or name: _written(value) for name, value in said.items() if name not in _OWN}
        ids = [name for name in ("q", *_IDS) if name in said]
        if len(ids) > 1:
            raise InvalidRequest(f"{' and '.join(fields[name].alias or name for name in ids)}: send one of them")
        for name in ids:
            if name in _IDS:
                given |= {"q": str(said[name]), "searchField": _IDS[name]}
        if self.filter_error is not None:
            given["f_attention"] = ",".join(_ERRORS[self.filter_error])
        field, comma, direction = given.get("orderBy", "").partition(",")
        if field == "origin":
            given["orderBy"] = f"creationDate{comma}{direction}"
        query = read_list_query(given)
        skus = [sku.strip() for sku in (self.sku_ids or "").split(",") if sku.strip()]
        if self.sku_ids is not None and not skus:
            raise InvalidRequest(f"sku_Ids: must name an item; got {self.sku_ids[:80]}")
        placed = replace(
            query.wanted.placed,
            gift_list=self.list_id,
            skus=frozenset(skus) if skus else None,
            has_sale=self.f_has_output_invoice,
        )
        return replace(query, wanted=replace(query.wanted, placed=placed))


def _written(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
