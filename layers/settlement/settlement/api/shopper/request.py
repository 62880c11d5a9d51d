"""Who orders, and where it goes, in requests (C§1.3)."""

from typing import Annotated

from pydantic import Field, StrictBool

from settlement.api.shared.request import Body, Index
from settlement.api.shared.written import NumberToo
from settlement.domain.order.order import MAX_DELIVERY_CHARACTERS, MAX_LINES
from settlement.domain.order.shopper import Address

Personal = Annotated[str, Field(max_length=200), NumberToo()]
"""A fact about a person, or nothing; numbers are taken as their digits."""


class ClientProfile(Body):
    """Who ordered (C§1.3)."""

    email: Personal | None = None
    """The e-mail address."""
    first_name: Personal | None = None
    """The first name."""
    last_name: Personal | None = None
    """The last name."""
    document_type: Personal | None = None
    """The kind of document, such as `cpf`."""
    document: Personal | None = None
    """The document's number."""
    phone: Personal | None = None
    """The telephone number."""
    user_profile_id: Personal | None = None
    """The shopper's id at the shop."""
    is_corporate: StrictBool | None = None
    """Whether a company orders."""
    corporate_name: Personal | None = None
    """The company's registered name."""
    trade_name: Personal | None = None
    """The company's trade name."""
    corporate_document: Personal | None = None
    """The company's document."""


class PostalAddress(Body):
    """An address of the shopper (C§1.3)."""

    address_type: Personal | None = None
    """The kind of address, such as `residential`."""
    receiver_name: Personal | None = None
    """Who receives the parcel."""
    postal_code: Personal | None = None
    """The postal code."""
    city: Personal | None = None
    """The city."""
    state: Personal | None = None
    """The state or region."""
    country: Personal | None = None
    """The country, usually ISO 3166 with three letters."""
    street: Personal | None = None
    """The street."""
    number: Personal | None = None
    """The number in the street."""
    neighborhood: Personal | None = None
    """The neighbourhood."""
    complement: Personal | None = None
    """What else finds the door."""
    reference: Personal | None = None
    """A landmark nearby."""

    def as_address(self) -> Address | None:
        """Return the address, None if it says nothing."""
        address = Address(**dict(self))
        return address if address != Address() else None


class ShippingAddress(PostalAddress):
    """Where an order is sent (C§1.3)."""


class BillingAddress(PostalAddress):
    """Where the bill of a payment goes."""


class LineDelivery(Body):
    """How one line of an order is sent."""

    item_index: Index
    """The line's index in the order, from 0."""
    selected_sla: Annotated[str, Field(max_length=MAX_DELIVERY_CHARACTERS)] | None = None
    """The way of delivery, such as `Normal`; connectors get it as the item's delivery type."""


class ShippingData(Body):
    """How an order is sent: address and ways of delivery."""

    address: ShippingAddress | None = None
    """Where the order goes."""
    logistics_info: Annotated[list[LineDelivery], Field(max_length=MAX_LINES)] | None = None
    """How each line is sent."""


class InvoiceData(Body):
    """What the order says of its bill; only the address is kept."""

    address: BillingAddress | None = None
    """Where the bill goes."""
