"""Answers about order modifications (C§2.2). Amounts are minor units."""

from typing import Annotated, Literal

from pydantic import Field

from settlement.api.modification_models import (
    Items,
    PaymentConfiguration,
    PipelineConfiguration,
    RolloutConfiguration,
)
from settlement.api.openapi.parts import Cents, OmsDate, Unknown, View

Nothing = Annotated[list[Unknown], Field(max_length=0)]
TotalOfChange = Literal["Items", "Discounts", "Shipping", "Tax", "ManualValues"]


class ChangedTotal(View):
    """What a modification adds to a part of the order's value."""

    id: TotalOfChange
    name: str
    value: Cents


class SettingsOfModification(View):
    """The settings a modification was taken under."""

    payment_configuration: PaymentConfiguration
    rollout_configuration: RolloutConfiguration
    pipeline_configuration: PipelineConfiguration
    custom_payment_systems_allowed: list[str]


class Origin(View):
    """Whose order it is."""

    account: str
    order_id: str
    component: str


class NoTransactions(View):
    """Payments, which a modification does not name."""

    transactions: Nothing


class NoShipping(View):
    """Logistics of what leaves, which a modification does not name."""

    logistics_info: Nothing


class Product(View):
    """The product, which this system does not know."""

    dimension: None
    brand_name: None
    brand_id: None
    offering_info: None
    offering_type: None
    offering_type_id: None
    categories_ids: None
    product_cluster_id: None
    commercial_condition_id: None


class Pickup(View):
    """The pickup point, which this system does not know."""

    is_pickup_store: None
    friendly_name: None
    address: None
    additional_info: None
    dock_id: None


class Leaving(View):
    """An item that is replaced; ``sellingPrice`` is the unit price it leaves with."""

    id: str
    unique_id: str
    quantity: int
    selling_price: Cents
    name: str | None
    unit_multiplier: float
    price: None
    measurement_unit: str | None
    detail_url: None
    image_url: None


class Arriving(View):
    """An item that comes instead."""

    unique_id: str
    id: str
    name: str | None
    quantity: int
    price: Cents | None
    manual_price: Cents | None
    selling_price: Cents | None
    tax: Cents
    reward_value: int
    is_gift: bool
    measurement_unit: str
    unit_multiplier: float
    price_tags: list[str]
    manual_discount_value: Cents
    manual_increment_value: Cents
    product_categories: Unknown
    assemblies: Nothing
    seller_chain: Nothing
    components: Nothing
    bundle_items: Nothing
    attachments: Nothing
    attachment_offerings: Nothing
    offerings: Nothing
    additional_info: Product
    product_id: None
    product_ref_id: None
    ref_id: None
    ean: None
    sku_name: None
    modal_type: None
    parent_item_index: None
    parent_assembly_binding: None
    price_valid_until: None
    list_price: None
    manual_price_applied_by: None
    pre_sale_date: None
    product_category_ids: None
    seller: None
    image_url: None
    detail_url: None
    availability: None
    manufacturer_code: None
    price_definition: None


class DeliveryChannel(View):
    """A way of delivery."""

    id: str


class LogisticsOfItem(View):
    """How an item is sent, and for how much."""

    item_index: int
    item_id: str
    selected_sla: str
    address_id: str
    price: Cents
    list_price: Cents
    selling_price: Cents
    slas: Nothing
    ships_to: Nothing
    delivery_ids: Nothing
    delivery_channels: list[DeliveryChannel]
    pickup_store_info: Pickup
    lock_ttl: Annotated[None, Field(alias="lockTTL")]
    shipping_estimate: None
    dock_estimate: None
    shipping_estimate_date: None
    delivery_company: None
    polygon_name: None
    transit_time: None
    delivery_window: None
    pickup_point_id: None
    pickup_distance: None


class LogisticsInfo(View):
    """How what comes instead is sent."""

    logistics_info: list[LogisticsOfItem]


class ReplacedItems(View):
    """What leaves."""

    payment_data: NoTransactions
    items: list[Leaving]
    shipping_data: NoShipping


class ReplacingItems(View):
    """What comes instead."""

    items: list[Arriving]
    payment_data: NoTransactions
    receipt_data: None
    shipping_data: LogisticsInfo


class ReplacementAnswer(View):
    """Items out, and others in."""

    from_: Annotated[ReplacedItems, Field(alias="from")]
    to: ReplacingItems


class _Asked(View):
    """What every answer about a modification shows."""

    reason: str
    manual_discount_value: Cents
    manual_increment_value: Cents
    total_change_value: Cents
    totals: list[ChangedTotal]
    add: Items | None
    remove: Items | None
    replace: list[ReplacementAnswer]
    settings: SettingsOfModification
    date: OmsDate
    origin: Origin


class ModificationAnswer(_Asked):
    """A modification that was taken."""

    request_id: str
    workflow_id: str


class Log(View):
    """A line of a modification's log."""

    date: OmsDate
    message: str
    source: str
    status: str


class TakenBack(View):
    """Who took a modification back, why and when."""

    requested_by_user: bool
    reason: str
    cancellation_date: OmsDate


class ModificationDetails(ModificationAnswer):
    """A modification with its status and log."""

    status: Literal["waiting-confirmation", "done", "canceling", "canceled"]
    in_progress: bool
    finished: bool
    logs: list[Log]
    cancellation_data: TakenBack | None


class ModificationAction(View):
    """The operation that carries a modification out."""

    request_id: str
    status: Literal["waiting-confirmation", "done", "canceling", "canceled"]
    cancelled_value: Cents
    refunded_value: Cents


class ModificationHistory(View):
    """Every modification that was not taken back."""

    requests: list[ModificationAnswer]
    actions: list[ModificationAction]


class PlannedMovement(View):
    """What a modification would move on a payment."""

    payment_id: str
    operation: str
    value: Cents


class ModificationPreview(_Asked):
    """What a modification would do, with nothing applied."""

    request_id: None
    workflow_id: None
    order_value: Cents
    money_plan: list[PlannedMovement]
