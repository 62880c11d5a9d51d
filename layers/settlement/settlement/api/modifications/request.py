"""Request bodies of order modifications and their settings (C§2.2). Amounts are minor units."""

import json
from collections.abc import Callable
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    StrictBool,
    StrictInt,
    WithJsonSchema,
    model_validator,
)
from pydantic.alias_generators import to_camel

from settlement.api.modifications.unread import told_in_vain
from settlement.api.shared.request import MAX_QUANTITY, Body, Code, Measure, Price, Text
from settlement.api.shared.unit_multiplier import UnitMultiplier
from settlement.api.shared.written import DigitsToo, FullText, NumberToo, WholeNumber
from settlement.domain.changes.modification import ModificationRequest, ModifiedItem, PriceTag
from settlement.domain.errors import InvalidRequest
from settlement.domain.money import MAX_MINOR_UNITS
from settlement.domain.order.order import MAX_LINES

MAX_TAGS = 20
MAX_PAYMENT_SYSTEMS = 100
MAX_SETTINGS_BYTES = 20_000
"""The settings of modifications; those that a change was made under are stored with it."""

MAX_REQUEST_BYTES = 150_000
"""What a change asks for is stored whole, and shown again."""


class Tag(Body):
    """A manual price tag: minor units, or per cent of the item's value."""

    name: Literal["DISCOUNT@MANUALPRICE", "TAX@MANUALPRICE"]
    """Whether it is a discount or a tax."""
    value: Annotated[StrictInt, DigitsToo(least=-MAX_MINOR_UNITS)]
    """Minor units of the whole line, or per cent of it; a discount is taken off."""
    is_percentual: StrictBool = False
    """Whether the value is per cent."""


class Item(Body):
    """An item to add or remove; what its values may be is the contract's to say."""

    id: Annotated[str, Field(max_length=100), FullText, NumberToo()]
    """The item's id."""
    quantity: Annotated[StrictInt, Field(le=MAX_QUANTITY), DigitsToo(least=1)]
    """How many units, above 0."""
    unique_id: Annotated[str, Field(max_length=100), NumberToo()] | None = None
    """The line's id, where the item stands on several; of one that comes, its new line's."""
    price: WholeNumber | None = None
    """The price of one measurement unit; needed for an item that is new to the order."""
    price_tags: Annotated[list[Tag], Field(default_factory=list, max_length=MAX_TAGS)]
    """What makes its price."""
    manual_discount_value: WholeNumber = 0
    """What is taken off."""
    manual_increment_value: WholeNumber = 0
    """What is added."""
    unit_multiplier: UnitMultiplier | None = None
    """How many measurement units one unit has, with at most six decimals."""
    measurement_unit: Measure | None = None
    """What it is measured in, such as `un` or `kg`."""
    list_price: Price | None = None
    """The price without promotions, of one measurement unit."""
    selling_price: Annotated[WholeNumber | None, Field(exclude=True)] = None
    """The price again; another one is refused."""
    manual_price: Annotated[WholeNumber | None, Field(exclude=True)] = None
    """The price again; another one is refused."""
    price_definition: Annotated[dict[str, Any] | None, Field(exclude=True), WithJsonSchema({"type": "null"})] = None
    """Always null: the price of every unit is `price`."""

    @model_validator(mode="after")
    def _one_price(self) -> "Item":
        """Refuse prices that are not computed with; the published body has ``price`` alone."""
        unused = {"sellingPrice": self.selling_price, "manualPrice": self.manual_price}
        for field, value in unused.items():
            if value not in (None, self.price):
                raise ValueError(f"{field} {value} is not taken; state what holds as price")
        if self.price_definition is not None:
            raise ValueError("priceDefinition is not taken; state what holds as price and priceTags")
        return self

    def as_item(self) -> ModifiedItem:
        """Return the item as the domain names it."""
        tags = (PriceTag(tag.value, tag.is_percentual, tag.name.startswith("TAX")) for tag in self.price_tags)
        return ModifiedItem(
            self.id,
            self.quantity,
            self.unique_id,
            self.price,
            tuple(tags),
            unit_multiplier=self.unit_multiplier,
            measurement_unit=self.measurement_unit,
            list_price=self.list_price,
        )


class Items(Body):
    """A list of items."""

    items: Annotated[list[Item], Field(max_length=MAX_LINES)]
    """The items."""


class Logistics(Body):
    """How a replacement is sent, and for how much."""

    item_index: Annotated[StrictInt, Field(ge=0, lt=MAX_LINES), DigitsToo()] = 0
    """The item's index in `items`, from 0."""
    selected_sla: Text | None = None
    """The way of delivery that was chosen; kept and shown, it has no effect here."""
    selected_delivery_channel: Text | None = None
    """The channel that was chosen, such as `delivery`; kept and shown, it has no effect here."""
    address_id: Code | None = None
    """The address that was chosen; kept and shown, it has no effect here."""
    price: Price = 0
    """What sending it costs; it is added to the order's shipping."""


class Shipping(Body):
    """How replacements are sent."""

    logistics_info: Annotated[list[Logistics], Field(default_factory=list, max_length=MAX_LINES)]
    """One for each item whose shipping is named."""


class Replacing(Items):
    """What comes instead."""

    shipping_data: Annotated[Shipping, Field(default_factory=Shipping)]
    """How they are sent."""


class Replacement(Body):
    """Items out, and others in."""

    model_config = ConfigDict(populate_by_name=True)

    from_: Annotated[Items, Field(alias="from")]
    """What leaves."""
    to: Replacing
    """What comes instead."""


class SettingsPart(Body):
    """A part of the settings; an unknown key of it is refused, since one that is misspelt would change nothing."""

    model_config = ConfigDict(extra="forbid")


class Workspaces(SettingsPart):
    """Where changes are enabled."""

    enabled_workspaces: Annotated[list[Text], Field(default_factory=list, max_length=100)]
    """The workspaces where changes are enabled."""


class PaymentConfiguration(SettingsPart):
    """Payment systems that may be changed besides the usual ones."""

    custom_payment_systems_allowed: Annotated[list[Code], Field(default_factory=list, max_length=MAX_PAYMENT_SYSTEMS)]
    """The ids of payment systems that may be changed besides the usual ones."""


class RolloutConfiguration(SettingsPart):
    """Who may change orders."""

    using_default_behavior: StrictBool = True
    """Kept and shown; it has no effect here."""
    enable_api: StrictBool = True
    """Kept and shown; it has no effect here."""
    enable_admin_orders: Annotated[Workspaces, Field(default_factory=Workspaces)]
    """Kept and shown; it has no effect here."""
    enable_my_orders: Annotated[Workspaces, Field(default_factory=Workspaces)]
    """Kept and shown; it has no effect here."""


class PipelineConfiguration(SettingsPart):
    """What is computed anew; only ``compensateShippingChanges`` has an effect here."""

    enable_tax_hub_recalculation: StrictBool = False
    """Kept and shown; it has no effect here."""
    compensate_shipping_changes: StrictBool = False
    """Whether what sending replacements costs leaves the order's value as it is."""
    enable_promotion_recalculation: StrictBool = False
    """Kept and shown; it has no effect here."""
    enable_native_tax_recalculation: StrictBool = False
    """Kept and shown; it has no effect here."""


class ModificationSettings(SettingsPart):
    """``PUT /api/order-system/orders/changes/settings``."""

    payment_configuration: Annotated[PaymentConfiguration, Field(default_factory=PaymentConfiguration)]
    """Payment systems that may be changed besides the usual ones."""
    rollout_configuration: Annotated[RolloutConfiguration, Field(default_factory=RolloutConfiguration)]
    """Who may change orders."""
    pipeline_configuration: Annotated[PipelineConfiguration, Field(default_factory=PipelineConfiguration)]
    """What is computed anew."""

    @model_validator(mode="after")
    def _few_bytes(self) -> "ModificationSettings":
        if (size := len(json.dumps(self.as_view()))) > MAX_SETTINGS_BYTES:
            raise ValueError(f"the settings have {size} bytes; the limit is {MAX_SETTINGS_BYTES}")
        return self

    def as_view(self) -> dict[str, Any]:
        """Return the settings as JSON."""
        return self.model_dump(by_alias=True)


class SettingsOfRequest(ModificationSettings):
    """The settings of one modification, as answers show them: the payment systems stand there twice."""

    custom_payment_systems_allowed: Annotated[
        list[Code] | None, Field(max_length=MAX_PAYMENT_SYSTEMS, exclude=True)
    ] = None
    """The same as in `paymentConfiguration`; other ones are refused."""

    @model_validator(mode="after")
    def _one_list(self) -> "SettingsOfRequest":
        named = self.payment_configuration.custom_payment_systems_allowed
        if self.custom_payment_systems_allowed not in (None, named):
            raise ValueError("customPaymentSystemsAllowed must be as in paymentConfiguration")
        return self


_WITHOUT_EFFECT: dict[type[BaseModel], tuple[str, ...]] = {
    Logistics: ("itemIndex", "selectedSla", "selectedDeliveryChannel", "addressId"),
}
"""Fields that are kept and shown, and that no line, payment or parcel is changed by."""


class ModificationBody(Body):
    """``PATCH …/changes`` and ``POST …/changes/preview``."""

    reason: Annotated[Text, FullText]
    """Why, in words."""
    add: Items | None = None
    """The items that come."""
    remove: Items | None = None
    """The items that leave."""
    replace: Annotated[list[Replacement], Field(default_factory=list, max_length=MAX_LINES)]
    """Items that leave, and others that come instead."""
    manual_discount_value: WholeNumber = 0
    """What is taken off beside the items."""
    manual_increment_value: WholeNumber = 0
    """What is added beside the items."""
    settings: SettingsOfRequest | None = None
    """Under which settings; without it the account's."""
    _sent: Any = PrivateAttr(default=None)

    @model_validator(mode="wrap")
    @classmethod
    def _with_what_was_sent(cls, sent: Any, read: Callable[[Any], Any]) -> Any:
        """Keep the body as it was sent, to tell of the fields that have no effect."""
        body = read(sent)
        body._sent = sent
        return body

    @property
    def without_effect(self) -> tuple[str, ...]:
        """The ways to the fields that were sent and that nothing is done with."""
        return told_in_vain(type(self), self._sent, _WITHOUT_EFFECT)

    def as_wanted(self, account: ModificationSettings) -> ModificationRequest:
        """Return what is wanted, under the body's own settings or else the account's."""
        removed = [*(self.remove.items if self.remove else []), *(i for part in self.replace for i in part.from_.items)]
        added = [*(self.add.items if self.add else []), *(item for part in self.replace for item in part.to.items)]
        for item in removed:
            if item.manual_discount_value or item.manual_increment_value:
                raise InvalidRequest(
                    f"manualDiscountValue and manualIncrementValue of item {item.id}, which is removed: send them "
                    "beside add, remove and replace"
                )
        pipeline = (self.settings or account).pipeline_configuration
        return ModificationRequest(
            reason=self.reason,
            removed=tuple(item.as_item() for item in removed),
            added=tuple(item.as_item() for item in added),
            shipping_value=sum(info.price for part in self.replace for info in part.to.shipping_data.logistics_info),
            manual_discount=self.manual_discount_value + sum(item.manual_discount_value for item in added),
            manual_increment=self.manual_increment_value + sum(item.manual_increment_value for item in added),
            compensates_shipping=pipeline.compensate_shipping_changes,
            ignored=self.without_effect,
        )

    def as_text(self, account: ModificationSettings) -> str:
        """Return what was asked, and under which settings, as JSON text to show again; at most 150 KB."""
        asked = self.model_dump(by_alias=True, include={"add", "remove", "replace"})
        asked["ignoredFields"] = self.without_effect
        text = json.dumps(asked | {"settings": (self.settings or account).as_view()})
        if len(text) > MAX_REQUEST_BYTES:
            raise InvalidRequest(f"add, remove and replace have {len(text)} bytes; the limit is {MAX_REQUEST_BYTES}")
        return text


class TakeBackBody(Body):
    """``POST …/changes/{changeRequestId}/cancel``."""

    model_config = ConfigDict(alias_generator=to_camel)

    reason: Text
    """Why, in words."""
