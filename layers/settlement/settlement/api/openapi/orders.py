"""Answers about orders (C§1). Amounts are minor units."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field
from pydantic.alias_generators import to_pascal
from pydantic.json_schema import SkipJsonSchema

from settlement.api.openapi.parts import Cents, OmsDate, Receipt, Unknown, Unsigned, View
from settlement.api.openapi.shoppers import ClientProfileAnswer, ShippingAnswer
from settlement.domain.account.account import ExpiryPolicy
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.planning.drafting import RefundPriority
from settlement.domain.transaction.statuses import OrderStatus, TransactionStatus

TotalId = Literal["Items", "Discounts", "Shipping", "Tax"]


class PlacedOrder(View):
    """An order that was placed, with the status its payments gave it."""

    order_id: str
    order_group: str
    transaction_id: str
    status: OrderStatus
    value: Cents


class ConnectorResponses(View):
    """What the connector said of the authorisation; ids are empty until it said any."""

    model_config = ConfigDict(alias_generator=to_pascal)

    tid: str
    return_code: str | None
    message: str | None
    auth_id: Annotated[str, Field(alias="authId")]


class OmsPayment(View):
    """A payment as the OMS shows it."""

    id: str
    payment_system: str
    payment_system_name: str
    value: Cents
    installments: int
    reference_value: Cents
    card_holder: str | None
    card_number: None
    first_digits: str
    last_digits: str
    cvv2: None
    expire_month: None
    expire_year: None
    url: str | None
    gift_card_id: None
    gift_card_name: None
    gift_card_caption: None
    redemption_code: None
    group: str
    tid: str
    due_date: None
    connector_responses: ConnectorResponses


class OmsTransaction(View):
    """An order's transaction as the OMS shows it."""

    status: TransactionStatus
    is_active: bool
    transaction_id: str
    merchant_name: str
    payments: list[OmsPayment]


class AlternativeTotal(View):
    """A part of a total that is worth naming: what order changes took or added."""

    id: Literal["Change"]
    name: str
    value: Cents


class OrderPart(View):
    """A part of the order's current value; only discounts are negative."""

    id: TotalId
    name: str
    value: Cents
    alternative_totals: list[AlternativeTotal]


class CancellationData(View):
    """Who cancelled the order, why and when."""

    model_config = ConfigDict(alias_generator=to_pascal)

    requested_by_user: bool
    requested_by_system: bool
    requested_by_seller_notification: bool
    requested_by_payment_notification: bool
    reason: str | None
    cancellation_date: OmsDate


class SellingPriceAnswer(View):
    """A unit price, and how many units have it."""

    value: Cents
    quantity: Unsigned


class PriceDefinitionAnswer(View):
    """The exact prices of a line."""

    calculated_selling_price: Cents
    total: Cents
    selling_prices: list[SellingPriceAnswer]


class OrderLine(View):
    """A line of the order, with what became of its units."""

    unique_id: str
    id: str
    name: str
    quantity: Unsigned
    price: Cents
    list_price: Cents
    selling_price: Cents
    price_definition: PriceDefinitionAnswer
    measurement_unit: str
    unit_multiplier: float
    invoiced_quantity: Unsigned
    returned_quantity: Unsigned
    removed_quantity: Unsigned
    pending_to_invoice: Unsigned


class PackedItem(View):
    """An item of an invoice."""

    item_index: int | None
    quantity: int
    price: Cents
    description: str
    unit_multiplier: float


class ParcelSighting(View):
    """Where a parcel was seen."""

    last_change: str
    city: str
    state: str
    description: str
    create_date: str


class CourierStatus(View):
    """How far a parcel is."""

    status: Literal["delivered", "in-transit"]
    finished: bool
    delivered_date: str
    data: list[ParcelSighting]


class ReturnedItem(View):
    """An item of a return."""

    use_freight: None
    is_compensation: bool
    compensation_value: Cents
    id: str
    quantity: int
    price: Cents
    description: str


class Restitution(View):
    """What a return gives back."""

    value: Cents
    gift_card_data: None
    items: list[ReturnedItem]


class Restitutions(View):
    """The restitutions of a return invoice."""

    refund: Annotated[Restitution, Field(alias="Refund")]


class Package(View):
    """An invoice of the order; ``countedValue`` is the part of it that counts towards the order's value."""

    items: list[PackedItem]
    type: InvoiceType
    invoice_number: str
    invoice_value: Cents
    invoice_url: str | None
    invoice_key: str | None
    issuance_date: str
    embedded_invoice: str
    courier: str | None
    tracking_number: str | None
    tracking_url: str | None
    dispatched_date: str | None
    courier_status: CourierStatus | None
    cfop: str | None
    volumes: int | SkipJsonSchema[None] = None
    extra_value: Cents
    counted_value: Cents
    enable_infer_items: Annotated[bool, Field(alias="EnableInferItems")]
    restitutions: Restitutions | SkipJsonSchema[None] = None


class Packages(View):
    """The order's invoices, in the order they were received."""

    packages: list[Package]


class ChangedItem(View):
    """An item that a change added or removed."""

    id: str
    name: str
    quantity: int
    price: Cents
    unit_multiplier: str | None


class RegisteredChange(View):
    """A registered change."""

    reason: str
    discount_value: Cents
    increment_value: Cents
    items_added: list[ChangedItem]
    items_removed: list[ChangedItem]
    receipt: Receipt


class ChangesAttachment(View):
    """The order's registered changes, oldest first."""

    id: str
    changes_data: list[RegisteredChange]


class OrderPaymentData(View):
    """How the order is paid."""

    gift_cards: Annotated[list[Unknown], Field(max_length=0)]
    transactions: Annotated[list[OmsTransaction], Field(min_length=1, max_length=1)]


class CurrencyFormat(View):
    """How amounts are written."""

    currency_decimal_digits: Annotated[int, Field(alias="CurrencyDecimalDigits")]


class StorePreferences(View):
    """The order's currency."""

    currency_code: str
    currency_format_info: CurrencyFormat


class NoRates(View):
    """Promotions, which this system does not know."""

    id: str
    rate_and_benefits_identifiers: Annotated[list[Unknown], Field(max_length=0)]


class NoMetadata(View):
    """Catalogue data, which this system does not know."""

    items: Annotated[list[Unknown], Field(alias="Items", max_length=0)]


class OrderAnswer(View):
    """A whole order.

    ``value`` is current, after changes; ``invoicedValue`` what sale invoices count up to; ``settledValue`` and
    ``refundedValue`` what connectors did; ``openValue`` what is neither settled nor cancelled.
    """

    order_id: str
    order_group: str
    sequence: str
    marketplace_order_id: str
    marketplace_services_endpoint: str
    seller_order_id: str
    origin: Literal["Marketplace"]
    affiliate_id: str
    sales_channel: str
    hostname: str
    merchant_name: str
    status: OrderStatus
    status_description: str
    workflow_is_in_error: bool
    is_completed: bool
    is_checked_in: bool
    checked_in_pickup_point_id: None
    allow_cancellation: bool
    allow_edition: bool
    value: Cents
    invoiced_value: Cents
    settled_value: Cents
    refunded_value: Cents
    open_value: Cents
    written_off_value: Cents
    paid_otherwise_value: Cents
    refund_written_off_value: Cents
    rounding_error: Cents
    totals: list[OrderPart]
    creation_date: OmsDate
    last_change: OmsDate
    authorized_date: OmsDate | None
    invoiced_date: OmsDate | None
    cancel_reason: str | None
    cancellation_data: CancellationData | None
    items: list[OrderLine]
    marketplace_items: Annotated[list[Unknown], Field(max_length=0)]
    sellers: Annotated[list[Unknown], Field(max_length=0)]
    store_preferences_data: StorePreferences
    package_attachment: Packages
    changes_attachment: ChangesAttachment
    payment_data: OrderPaymentData
    shipping_data: ShippingAnswer
    rates_and_benefits_data: NoRates
    item_metadata: NoMetadata
    client_profile_data: ClientProfileAnswer
    client_preferences_data: Unknown
    follow_up_email: str
    last_message: None
    order_form_id: str
    marketplace: None
    marketing_data: None
    gift_registry_data: None
    call_center_operator_data: None
    open_text_field: None
    invoice_data: None
    custom_data: None
    tax_data: None
    subscription_data: None
    commercial_condition_data: None
    authorization_policy_data: Annotated[list[Unknown], Field(max_length=0)]


class PendingLine(View):
    """What is left to invoice of a line."""

    unique_id: str
    id: str
    item_index: int
    quantity: Unsigned
    value: Cents
    selling_prices: list[SellingPriceAnswer]


class LeftToInvoiceAnswer(View):
    """What the next invoices have to say so that no cent is left over."""

    order_id: str
    value: Cents
    items: list[PendingLine]
    extra_value: Cents
    invoice_values: list[Cents]


class Settings(View):
    """The account's settings."""

    merchant_name: str
    partial_settlement: bool
    strict_invoices: bool
    refund_priority: RefundPriority
    auto_settle: bool
    expiry_policy: ExpiryPolicy
