"""Who orders, and where it goes, in requests (C§1.3)."""

from typing import Annotated

from pydantic import (
    Field,
)

from settlement.api.shared.request import Body
from settlement.api.shared.written import (
    NumberToo,
)

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


class ShippingAddress(Body):
    """Where an order is sent (C§1.3)."""

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


class ShippingData(Body):
    """How an order is sent; only its address is kept."""

    address: ShippingAddress | None = None
    """Where the order goes."""
