"""Parts of the published order that are kept as they are sent, and shown again unchanged (C§1.3, D168).

What they hold is not looked into: their types here are those of the outermost value.
"""

from typing import Annotated, Any

from pydantic import Field, StrictBool

from settlement.api.shared.request import MAX_ANY_TEXT, Body
from settlement.api.shared.written import NumberToo

Short = Annotated[str, Field(max_length=200), NumberToo()]
Long = Annotated[str, Field(max_length=MAX_ANY_TEXT)]
Object = dict[str, Any]
Objects = Annotated[list[dict[str, Any]], Field(max_length=100)]
Values = Annotated[list[Any], Field(max_length=1000)]
Anything = Any


class KeptParts(Body):
    """What an order is placed with besides what money needs; all of it comes back with the order."""

    sequence: Short | None = None
    """The order's number at the store."""
    marketplace_order_id: Short | None = None
    """The order's id at the marketplace."""
    marketplace_services_endpoint: Long | None = None
    """Where the marketplace is asked."""
    seller_order_id: Short | None = None
    """The order's id at the seller; without it the order's id."""
    origin: Short | None = None
    """Where it stands in the chain of sale, such as `Marketplace` or `Fulfillment`."""
    affiliate_id: Short | None = None
    """The id of the affiliate that sold it."""
    follow_up_email: Long | None = None
    """Where the shopper is written to."""
    last_message: Long | None = None
    """What was last written to the shopper."""
    order_form_id: Short | None = None
    """The id of the cart that it comes from."""
    is_checked_in: StrictBool | None = None
    """Whether it was placed in a physical store."""
    checked_in_pickup_point_id: Short | None = None
    """The pickup point of that store."""
    sellers: Objects | None = None
    """Who sells it."""
    client_preferences_data: Object | None = None
    """The shopper's language, and whether letters are welcome."""
    rates_and_benefits_data: Object | None = None
    """The promotions that made its prices."""
    item_metadata: Object | None = None
    """What the catalogue says of its items."""
    marketplace: Object | None = None
    """The marketplace."""
    marketing_data: Object | None = None
    """Campaign, coupon and tags."""
    gift_registry_data: Object | None = None
    """The gift list that it is for."""
    call_center_operator_data: Object | None = None
    """Who took it on the telephone."""
    open_text_field: Anything | None = None
    """A note of the shopper's."""
    custom_data: Object | None = None
    """What apps of the store add."""
    tax_data: Object | None = None
    """Taxes, by item."""
    subscription_data: Object | None = None
    """The subscription that it is of."""
    commercial_condition_data: Anything | None = None
    """Commercial conditions."""
    marketplace_items: Values | None = None
    """Its items, as the marketplace has them."""
    authorization_policy_data: Anything | None = None
    """The policy that it was authorised by."""
    store_preferences_data: Object | None = None
    """How the store writes amounts and times; the order's currency is `currency`."""


class KeptItemParts(Body):
    """What a line is placed with besides what money needs; all of it comes back with the line."""

    product_id: Short | None = None
    """The product's id."""
    ean: Short | None = None
    """The article's number."""
    ref_id: Short | None = None
    """The item's id at the merchant's ERP."""
    lock_id: Short | None = None
    """The reservation of its stock."""
    seller_sku: Short | None = None
    """The item's id at the seller."""
    price_valid_until: Short | None = None
    """Until when its price holds."""
    image_url: Long | None = None
    """Its picture."""
    detail_url: Long | None = None
    """Its page."""
    item_attachment: Object | None = None
    """What the shopper had put on it."""
    attachments: Values | None = None
    """The same, of several."""
    components: Values | None = None
    """What it consists of."""
    params: Values | None = None
    """Parameters."""
    offerings: Values | None = None
    """Services that go with it."""
    attachment_offerings: Values | None = None
    """What can be put on it."""
    assemblies: Values | None = None
    """What it is put together of."""
    commission: Anything | None = None
    """The seller's commission."""
    freight_commission: Anything | None = None
    """The commission on its freight."""
    shipping_price: Anything | None = None
    """What sending it costs."""
    cost_price: Anything | None = None
    """What it cost the merchant."""
    reward_value: Anything | None = None
    """Points for it."""
    custom_tax: Anything | None = None
    """A tax of its own."""
    tax_code: Short | None = None
    """Its tax code."""
    is_gift: StrictBool | None = None
    """Whether it is a gift."""
    pre_sale_date: Short | None = None
    """From when it is sold."""
    parent_item_index: Anything | None = None
    """The index of the item that it belongs to."""
    parent_assembly_binding: Short | None = None
    """How it belongs to that item."""
    call_center_operator: Short | None = None
    """Who took it on the telephone."""
    serial_numbers: Anything | None = None
    """Its serial numbers."""
    marketing_data: Object | None = None
    """Its campaign."""
    product_categories: Object | None = None
    """Its categories, by id."""
    manual_price_applied_by: Short | None = None
    """Who made its price by hand."""
