"""Request bodies of the public routes, and what they ask of the use cases.

Amounts are minor units (C§0). Unknown fields are ignored, as clients send more than they need to.
"""

from types import NoneType
from typing import TYPE_CHECKING, Annotated, Any, get_args

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StrictInt,
    model_validator,
)
from pydantic.alias_generators import to_camel

from settlement.api.unit_multiplier import UnitMultiplier
from settlement.api.written import (
    Described,
    DigitsToo,
    FullText,
    NumberToo,
    Shaped,
    WholeNumber,
    WholeNumberAboveZero,
)
from settlement.domain.account.account import AccountSettings, ExpiryPolicy
from settlement.domain.connectors.connector import VaultedCard
from settlement.domain.errors import InvalidRequest
from settlement.domain.money import MAX_MINOR_UNITS, currencies_in_use, is_currency, is_withdrawn
from settlement.domain.order.order import MAX_LINES, LineMention, OrderTotal
from settlement.domain.planning.drafting import RefundPriority
from settlement.domain.transaction.payment import MAX_PAYMENTS
from settlement.use_cases.orders.change_order import ChangeRequest
from settlement.use_cases.orders.place_order import NewPayment
from settlement.use_cases.recovery.resolve_leg import Resolution

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import core_schema

MAX_QUANTITY = 1_000_000
MAX_ANY_TEXT = 2_000
MAX_TOTALS = 20
MAX_INSTALLMENTS = 99
MAX_NAME_BYTES = 2_000
"""The name of a line: a modification stores the lines it changes in one item of the table, as many as an order has."""


class Body(BaseModel):
    """A request body in camel case; making its validator waits for the first request.

    A null says what is said by leaving the field out, wherever that is allowed.
    """

    model_config = ConfigDict(alias_generator=to_camel, defer_build=True, frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, given: Any) -> Any:
        if not isinstance(given, dict) or None not in given.values():
            return given
        optional = cls.optional_names()
        return {name: value for name, value in given.items() if value is not None or name not in optional}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: "core_schema.CoreSchema", handler: "GetJsonSchemaHandler"
    ) -> "JsonSchemaValue":
        described = handler.resolve_ref_schema(reference := handler(schema))
        properties = described.get("properties", {})
        for name in cls.optional_names() & properties.keys():
            value = properties[name]
            default = {"default": value.pop("default")} if "default" in value else {}
            properties[name] = {"anyOf": [value, {"type": "null"}]} | default
        return reference

    @classmethod
    def optional_names(cls) -> frozenset[str]:
        """The names, as requests have them, of fields that may be left out and whose type has no null."""
        return frozenset(
            field.alias or name
            for name, field in cls.model_fields.items()
            if not field.is_required()
            and NoneType not in get_args(field.annotation)
            and field.annotation is not NoneType
        )


def _currency(value: str) -> str:
    if not is_currency(value) and not is_withdrawn(value):
        raise ValueError("must be an ISO 4217 currency code in capitals")
    return value


Id = Annotated[str, Shaped("[A-Za-z0-9._-]{1,64}", "1 to 64 of A-Z a-z 0-9 . _ -"), NumberToo()]
OrderId = Annotated[str, Shaped("[A-Za-z0-9._-]{1,100}", "1 to 100 of A-Z a-z 0-9 . _ -"), NumberToo()]
ItemId = Annotated[str, Field(min_length=1, max_length=100), NumberToo()]
Text = Annotated[str, Field(max_length=MAX_ANY_TEXT)]
Name = Annotated[str, Field(min_length=1, max_length=100)]
Code = Annotated[str, Field(max_length=MAX_ANY_TEXT), NumberToo()]
"""A text that may be digits alone, which some software writes as a number."""
Price = Annotated[StrictInt, Field(ge=0, le=MAX_MINOR_UNITS), DigitsToo()]
Value = Annotated[StrictInt, Field(gt=0, le=MAX_MINOR_UNITS), DigitsToo()]
SignedValue = Annotated[StrictInt, Field(ge=-MAX_MINOR_UNITS, le=MAX_MINOR_UNITS), DigitsToo()]
CurrencyCode = Annotated[str, AfterValidator(_currency), Described((("enum", currencies_in_use()),))]
PaymentSystemId = Annotated[str, Field(min_length=1, max_length=50), NumberToo()]
Installments = Annotated[StrictInt, Field(ge=1, le=MAX_INSTALLMENTS), DigitsToo()]
VaultToken = Annotated[str, Field(min_length=1, max_length=256)]
FirstDigits = Annotated[str, Shaped("[0-9]{1,6}", "a text of 1 to 6 digits")]
LastDigits = Annotated[str, Shaped("[0-9]{1,4}", "a text of 1 to 4 digits")]
Quantity = Annotated[StrictInt, Field(gt=0, le=MAX_QUANTITY), DigitsToo()]
Index = Annotated[StrictInt, Field(ge=0, le=MAX_QUANTITY), DigitsToo()]
SalesChannel = Annotated[str, Field(min_length=1, max_length=20), NumberToo()]
Measure = Annotated[str, Field(min_length=1, max_length=20)]


class Total(Body):
    """One part of the order's value; only discounts are negative."""

    id: Annotated[str, Shaped("(Items|Discounts|Shipping|Tax)", "Items, Discounts, Shipping or Tax")]
    value: SignedValue

    def as_total(self) -> OrderTotal:
        """Return the part, checked for its sign."""
        if (self.value > 0) if self.id == "Discounts" else (self.value < 0):
            raise InvalidRequest(f"totals: the value of {self.id}, {self.value}, has the wrong sign")
        return OrderTotal(self.id, self.value)


class Card(Body):
    """A card by its vault token."""

    token: VaultToken
    holder: Annotated[str, Field(max_length=100)] | None = None
    first_digits: FirstDigits | None = None
    last_digits: LastDigits | None = None

    def as_card(self) -> VaultedCard:
        """Return the card as the domain names it."""
        return VaultedCard(self.token, self.holder, self.first_digits, self.last_digits)


class OrderPayment(Body):
    """One payment of a new order; without a ``connector`` the one that serves its payment system."""

    id: Id | None = None
    payment_system: PaymentSystemId
    payment_system_name: Name | None = None
    group: Name
    value: Value
    installments: Installments = 1
    connector: Name | None = None
    card: Card | None = None

    def as_payment(self) -> NewPayment:
        """Return the payment to place."""
        card = self.card.as_card() if self.card else None
        return NewPayment(
            connector=self.connector,
            payment_system=self.payment_system,
            payment_system_name=self.payment_system_name or self.payment_system,
            group=self.group,
            value=self.value,
            installments=self.installments,
            payment_id=self.id,
            card=card,
        )


class OrderTransaction(Body):
    """The transaction of a new order."""

    transaction_id: Id | None = None
    payments: Annotated[list[OrderPayment], Field(min_length=1, max_length=MAX_PAYMENTS)]


class PaymentData(Body):
    """How a new order is paid: one transaction."""

    transactions: Annotated[list[OrderTransaction], Field(min_length=1, max_length=1)]


Personal = Annotated[str, Field(max_length=200), NumberToo()]
"""A fact about a person, or nothing; numbers are taken as their digits."""


class ClientProfile(Body):
    """Who ordered (C§1.3)."""

    email: Personal | None = None
    first_name: Personal | None = None
    last_name: Personal | None = None
    document_type: Personal | None = None
    document: Personal | None = None
    phone: Personal | None = None


class ShippingAddress(Body):
    """Where an order is sent (C§1.3)."""

    address_type: Personal | None = None
    receiver_name: Personal | None = None
    postal_code: Personal | None = None
    city: Personal | None = None
    state: Personal | None = None
    country: Personal | None = None
    street: Personal | None = None
    number: Personal | None = None
    neighborhood: Personal | None = None
    complement: Personal | None = None
    reference: Personal | None = None


class ShippingData(Body):
    """How an order is sent; only its address is kept."""

    address: ShippingAddress | None = None


class ChangeItem(Body):
    """An item removed or added by a change; what its values may be is the contract's to say (C§2.1)."""

    id: Annotated[str, Field(max_length=100), FullText, NumberToo()]
    price: WholeNumber = 0
    quantity: Annotated[StrictInt, Field(le=MAX_QUANTITY), DigitsToo(least=1)]
    unique_id: Id | None = None
    unit_multiplier: UnitMultiplier | None = None

    def as_mention(self) -> LineMention:
        """Return the item as the domain names it."""
        return LineMention(self.id, self.price, self.quantity, self.unique_id, unit_multiplier=self.unit_multiplier)


Changes = Annotated[list[ChangeItem], Field(max_length=MAX_LINES)]


class ChangeBody(Body):
    """``POST /api/oms/pvt/orders/{orderId}/changes`` (C§2.1)."""

    request_id: Annotated[str, Shaped(r"[^\x00-\x1f\x7f]{1,100}", "1 to 100 characters, none a control"), NumberToo()]
    reason: Annotated[Text, FullText]
    discount_value: WholeNumber
    increment_value: WholeNumber
    items_removed: Changes | None = None
    items_added: Changes | None = None

    def as_request(self) -> ChangeRequest:
        """Return the change to register."""
        return ChangeRequest(
            request_id=self.request_id,
            reason=self.reason,
            discount_value=self.discount_value,
            increment_value=self.increment_value,
            items_removed=tuple(item.as_mention() for item in self.items_removed or ()),
            items_added=tuple(item.as_mention() for item in self.items_added or ()),
        )


class CancelBody(Body):
    """``POST /api/oms/pvt/orders/{orderId}/cancel``."""

    reason: Text | None = None


class InteractionBody(Body):
    """``POST /api/oms/pvt/orders/{orderId}/interactions``: a line for the timeline, and who says it."""

    source: Name
    message: Annotated[str, Field(min_length=1, max_length=MAX_ANY_TEXT)]


class SettingsBody(Body):
    """``PATCH /api/oms/pvt/account/settings``: what is left out stays as it is."""

    model_config = ConfigDict(extra="forbid")

    partial_settlement: StrictBool | None = None
    strict_invoices: StrictBool | None = None
    refund_priority: RefundPriority | None = None
    auto_settle: StrictBool | None = None
    expiry_policy: ExpiryPolicy | None = None
    merchant_name: Annotated[str, Field(max_length=100)] | None = None

    def applied_to(self, settings: AccountSettings) -> AccountSettings:
        """Return the settings with what the body sets."""
        changes = {name: value for name, value in self if value is not None}
        return AccountSettings(**{name: getattr(settings, name) for name in settings.__slots__} | changes)


class MovementBody(Body):
    """``POST …/settlement-request``, ``…/refunding-request``, ``…/cancellation-request`` (C§3.2); the value is cents.

    Freight, tax and minicart are accepted and not looked at: they matter to payout splits alone.
    """

    value: WholeNumberAboveZero


def _trimmed(value: str) -> str:
    if not (trimmed := value.strip()):
        raise ValueError("must not be blank")
    return trimmed


Reason = Annotated[str, Field(max_length=MAX_ANY_TEXT), AfterValidator(_trimmed), FullText]
Reference = Annotated[str, Field(max_length=100), AfterValidator(_trimmed), FullText]


class ResolutionBody(Body):
    """``POST …/legs/{legId}/resolve``: what a person knows of a connector call, and the connector's name for it."""

    resolution: Resolution
    reference: Reference | None = None


class WriteOffBody(Body):
    """``POST …/operations/{operationId}/write-off``: why what is missing never will be done, and who says so."""

    reason: Reason
    actor: Reference


class PaidOtherwiseBody(WriteOffBody):
    """``POST …/operations/{operationId}/paid-otherwise``: also by what other means it was paid."""

    reference: Reference
