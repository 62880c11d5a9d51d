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
