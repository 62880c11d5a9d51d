"""The request body of an order, with its lines (C§1.3). Amounts are minor units."""

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, Field, PrivateAttr, StrictBool, StrictInt, model_validator

from settlement.api.orders.parts import KeptItemParts, KeptParts
from settlement.api.payments.card_data import refuse_card_data_in
from settlement.api.payments.request import PaymentData
from settlement.api.shared.exact_decimal import ExactDecimal
from settlement.api.shared.request import (
    MAX_ANY_TEXT,
    MAX_NAME_BYTES,
    MAX_QUANTITY,
    MAX_TOTALS,
    Body,
    CurrencyCode,
    Id,
    ItemId,
    Measure,
    OrderId,
    Price,
    Quantity,
    SalesChannel,
    SignedValue,
    Text,
    Value,
)
from settlement.api.shared.unit_multiplier import UnitMultiplier
from settlement.api.shared.written import Described, DigitsToo, EmptyToo, NumberToo, Shaped
from settlement.api.shopper.request import ClientProfile, InvoiceData, ShippingData
from settlement.domain.connectors.addresses import MAX_ADDRESS_CHARACTERS
from settlement.domain.errors import InvalidRequest
from settlement.domain.order.line_value import ONE, UnitPrice, times, total_of
from settlement.domain.order.order import DEFAULT_SALES_CHANNEL, MAX_LINES, MAX_PART_CHARACTERS, OrderTotal
from settlement.domain.order.placement import Placement, placement_of
from settlement.domain.order.shopper import Shopper
from settlement.domain.transaction.checkout import optional_text
from settlement.use_cases.orders.place_order import NewLine, NewOrder

MAX_ROUNDING = MAX_QUANTITY
MAX_UNIT_PRICES = 20
MAX_PRICE_TAGS = 100


def _short(value: str) -> str:
    if (size := len(value.encode())) > MAX_NAME_BYTES:
        raise ValueError(f"has {size} bytes; the limit is {MAX_NAME_BYTES}")
    return value


class SellingPrice(Body):
    """A price that some units of a line have, its multiplier included (C§1.3)."""

    value: Price
    """The price of one unit, its multiplier included."""
    quantity: Quantity
    """How many units have it."""


class PriceDefinition(Body):
    """The exact prices of a line's units; ``calculatedSellingPrice`` is one of theirs or the line's (C§1.3)."""

    calculated_selling_price: Price | None = None
    """One of the unit prices, or the line's selling price."""
    total: Price | None = None
    """What the unit prices add up to."""
    selling_prices: Annotated[list[SellingPrice], Field(min_length=1, max_length=MAX_UNIT_PRICES)]
    """Unit prices; their quantities add up to the line's."""


class AppliedPriceTag(Body):
    """What made a price: a discount (negative) or tax; minor units of the whole line, or per cent of it."""

    name: Text
    """What made the price; one that begins with `TAX` is a tax."""
    value: SignedValue
    """Minor units of the whole line, or per cent of it; negative for a discount."""
    is_percentual: StrictBool = False
    """Whether the value is per cent."""

    @property
    def is_tax(self) -> bool:
        """Whether it is a tax, which stands in the order's totals and not in the line."""
        return self.name.upper().startswith("TAX")


PartOfLine = Annotated[str, Field(min_length=1, max_length=MAX_PART_CHARACTERS), NumberToo()]


class ItemInfo(Body):
    """Where an item stands in the catalogue; only its category is kept."""

    categories_ids: Annotated[str, Field(max_length=MAX_ANY_TEXT)] | None = None
    """The ids of its categories from the top, as `/1/9/`; connectors get the last one, of at most 50 characters."""

    @property
    def category_id(self) -> str | None:
        """The innermost category; raises ``InvalidRequest`` if its id is too long."""
        ids = [id_ for id_ in (self.categories_ids or "").split("/") if id_]
        return optional_text("additionalInfo.categoriesIds", ids[-1], MAX_PART_CHARACTERS) if ids else None


class OrderItem(KeptItemParts):
    """One line of a new order; ``price`` and ``sellingPrice`` are for one measurement unit.

    Of the published fields, those that would give the line another value than these are refused.
    """

    unique_id: Id | None = None
    """The line's id, unique in the order; without it one is made."""
    id: ItemId
    """The item's id."""
    name: Annotated[Text, AfterValidator(_short)] | None = None
    """The item's name; without it the id."""
    quantity: Quantity
    """How many units."""
    price: Price
    """The price of one measurement unit."""
    selling_price: Price | None = None
    """What one measurement unit is sold for; without it the price."""
    unit_multiplier: UnitMultiplier | None = None
    """How many measurement units one unit has, with at most six decimals."""
    measurement_unit: Measure | None = None
    """What it is measured in, such as `un` or `kg`."""
    price_definition: PriceDefinition | None = None
    """The exact prices of the units."""
    list_price: Price | None = None
    """The price without promotions, of one measurement unit; without it the price."""
    manual_price: Price | None = None
    """The price or selling price again; another one is refused."""
    price_tags: Annotated[list[AppliedPriceTag], Field(max_length=MAX_PRICE_TAGS)] | None = None
    """What made the price; discounts are in the selling price already."""
    tax: Price | None = None
    """The line's tax; it is in `totals` too."""
    bundle_items: Annotated[list[Any], Field(max_length=MAX_PRICE_TAGS), Described((("maxItems", 0),))] | None = None
    """Empty: what belongs to a bundle is sent as items."""

    tax_rate: ExactDecimal | None = None
    """The rate of the tax: 0.05 is five per cent. Only told to connectors."""
    seller: Annotated[PartOfLine | None, EmptyToo()] = None
    """The id of the line's seller. Only told to connectors."""
    additional_info: ItemInfo | None = None
    """Where the item stands in the catalogue."""

    def as_line(self, delivery_type: str | None = None) -> NewLine:
        """Return the line to place; raises ``InvalidRequest`` when its fields say different prices."""
        line = NewLine(
            self.id,
            self.name or self.id,
            self.quantity,
            self.price,
            self.price if self.selling_price is None else self.selling_price,
            self.unique_id,
            unit_multiplier=self.unit_multiplier or ONE,
            measurement_unit=self.measurement_unit or "un",
            list_price=self.list_price,
            prices=self._prices(),
            seller_id=self.seller,
            category_id=self.additional_info.category_id if self.additional_info else None,
            delivery_type=delivery_type,
            tax=self.tax,
            tax_rate=None if self.tax_rate is None else str(self.tax_rate),
        )
        self._require_one_price(line)
        return line

    def _prices(self) -> tuple[UnitPrice, ...]:
        """The prices of its units, dearest first, where they are said."""
        told = self.price_definition
        if told is None:
            return ()
        named = sorted(told.selling_prices, key=lambda price: -price.value)
        prices = tuple(UnitPrice(price.value, price.quantity) for price in named)
        units = sum(price.quantity for price in prices)
        if units != self.quantity:
            raise InvalidRequest(
                f"priceDefinition of item {self.id}: sellingPrices are of {units} units, quantity is {self.quantity}"
            )
        if told.total not in (None, total_of(prices)):
            raise InvalidRequest(
                f"priceDefinition of item {self.id}: total is {told.total}, sellingPrices add up to {total_of(prices)}"
            )
        return prices

    def _require_one_price(self, line: NewLine) -> None:
        told = self.price_definition.calculated_selling_price if self.price_definition else None
        values = [price.value for price in line.prices]
        if told not in (None, line.price, line.selling_price) and not min(values) <= told <= max(values):
            raise InvalidRequest(
                f"priceDefinition of item {self.id}: calculatedSellingPrice {told} is none of its sellingPrices"
            )
        if self.manual_price not in (None, line.price, line.selling_price):
            raise InvalidRequest(
                f"manualPrice of item {self.id} is {self.manual_price}, its sellingPrice {line.selling_price}; "
                "send the price that holds as sellingPrice"
            )
        if self.bundle_items:
            raise InvalidRequest(f"bundleItems of item {self.id}: are not taken; send each as an item of its own")
        self._require_discounts_in_price(line)

    def _require_discounts_in_price(self, line: NewLine) -> None:
        """Check that the discounts its tags name are in its selling price, to one minor unit per unit."""
        undiscounted = times(line.price, line.unit_multiplier, line.quantity)
        tags = [tag for tag in self.price_tags or () if not tag.is_tax]
        tagged = sum(undiscounted * tag.value // 100 if tag.is_percentual else tag.value for tag in tags)
        value = total_of(line.prices) or times(line.selling_price, line.unit_multiplier, line.quantity)
        if tags and abs(undiscounted + tagged - value) > line.quantity + len(tags):
            raise InvalidRequest(
                f"priceTags of item {self.id}: with them it is worth {undiscounted + tagged}, "
                f"by its sellingPrice {value}"
            )


class Total(Body):
    """One part of the order's value; only discounts are negative."""

    id: Annotated[str, Shaped("(Items|Discounts|Shipping|Tax)", "Items, Discounts, Shipping or Tax")]
    """Which part."""
    value: SignedValue
    """Its value in minor units; only that of discounts may be negative."""

    def as_total(self) -> OrderTotal:
        """Return the part, checked for its sign."""
        if (self.value > 0) if self.id == "Discounts" else (self.value < 0):
            raise InvalidRequest(f"totals: the value of {self.id}, {self.value}, has the wrong sign")
        return OrderTotal(self.id, self.value)


class OrderBody(KeptParts):
    """``POST /api/oms/pvt/orders``."""

    _sent: dict[str, Any] = PrivateAttr(default_factory=dict)

    order_id: OrderId | None = None
    """The order's id; without it one is made. A repeat is taken once."""
    items: Annotated[list[OrderItem], Field(min_length=1, max_length=MAX_LINES)]
    """The lines."""
    totals: Annotated[list[Total], Field(min_length=1, max_length=MAX_TOTALS)]
    """The parts of the value; with `roundingError` they add up to it."""
    value: Value
    """What is to be paid."""
    currency: CurrencyCode = "BRL"
    """The currency, as ISO 4217 code."""
    payment_data: PaymentData
    """How it is paid."""
    client_profile_data: ClientProfile | None = None
    """Who orders."""
    shipping_data: ShippingData | None = None
    """Where it goes."""
    invoice_data: InvoiceData | None = None
    """Where the bill goes."""
    order_url: Annotated[str, Field(max_length=MAX_ADDRESS_CHARACTERS)] | None = None
    """The merchant's page of the order; connectors get it as `url`."""
    sales_channel: SalesChannel = DEFAULT_SALES_CHANNEL
    """The sales channel."""
    rounding_error: Annotated[StrictInt, Field(ge=-MAX_ROUNDING, le=MAX_ROUNDING), DigitsToo()] = 0
    """By how many minor units lines and `Items` may differ: at most one for each unit."""

    @model_validator(mode="wrap")
    @classmethod
    def _with_what_was_sent(cls, sent: Any, read: Callable[[Any], Any]) -> Any:
        """Keep the body as it was sent: its parts come back unchanged, as no model reads them."""
        body = read(sent)
        if isinstance(sent, dict):
            body._sent = sent
        return body

    def as_order(self) -> NewOrder:
        """Return the order to place."""
        transaction = self.payment_data.transactions[0]
        taxes, told = sum(item.tax or 0 for item in self.items), [total for total in self.totals if total.id == "Tax"]
        if taxes and not any(total.value for total in told):
            raise InvalidRequest(f"items: their tax adds up to {taxes}; totals has no Tax")
        ways = self._ways_of_delivery()
        return NewOrder(
            lines=tuple(item.as_line(ways.get(index)) for index, item in enumerate(self.items)),
            totals=tuple(total.as_total() for total in self.totals),
            value=self.value,
            currency=self.currency,
            payments=tuple(payment.as_payment() for payment in transaction.payments),
            order_id=self.order_id,
            transaction_id=transaction.transaction_id,
            sales_channel=self.sales_channel,
            rounding_error=self.rounding_error,
            url=self.order_url,
            shopper=self._shopper(),
            placement=self._placement(),
        )

    def _placement(self) -> Placement | None:
        """Return what is kept as it was sent; raises ``InvalidRequest`` for the number of a card in it."""
        placement = placement_of(self._sent)
        if placement is not None:
            refuse_card_data_in(placement.parts)
        return placement

    def _ways_of_delivery(self) -> dict[int, str]:
        """Return how lines are sent, by their index; raises ``InvalidRequest`` for one that is not there."""
        told = (self.shipping_data.logistics_info or []) if self.shipping_data else []
        for way in told:
            if way.item_index >= len(self.items):
                raise InvalidRequest(
                    f"shippingData.logisticsInfo: itemIndex {way.item_index} is none of the {len(self.items)} items"
                )
        return {way.item_index: way.selected_sla for way in told if way.selected_sla}

    def _shopper(self) -> Shopper | None:
        """Return whom the order is for, None if it says nothing of that."""
        sent = self.shipping_data.address if self.shipping_data else None
        billed = self.invoice_data.address if self.invoice_data else None
        transaction = self.payment_data.transactions[0]
        profile = dict(self.client_profile_data) if self.client_profile_data else {}
        shopper = Shopper(
            **profile,
            address=sent.as_address() if sent else None,
            billing_address=billed.as_address() if billed else None,
            ip_address=transaction.ip_address,
            device_fingerprint=transaction.device_fingerprint,
        )
        return shopper if shopper.is_known else None


class CancelBody(Body):
    """``POST /api/oms/pvt/orders/{orderId}/cancel``."""

    reason: Text | None = None
    """Why, in words."""
