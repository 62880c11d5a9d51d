"""The shopper in answers: who ordered, and where it goes."""

from typing import Annotated

from pydantic import Field
from pydantic.json_schema import SkipJsonSchema

from settlement.api.openapi.parts import Unknown, View


class ClientProfileAnswer(View):
    """Who ordered, as far as it was told; every value is `***` once it was erased."""

    id: str | SkipJsonSchema[None] = None
    is_corporate: bool | SkipJsonSchema[None] = None
    email: str | SkipJsonSchema[None] = None
    first_name: str | SkipJsonSchema[None] = None
    last_name: str | SkipJsonSchema[None] = None
    document_type: str | SkipJsonSchema[None] = None
    document: str | SkipJsonSchema[None] = None
    phone: str | SkipJsonSchema[None] = None


class AddressAnswer(View):
    """Where the order goes; every value is `***` once it was erased."""

    address_type: str
    receiver_name: str
    postal_code: str
    city: str
    state: str
    country: str
    street: str
    number: str
    neighborhood: str
    complement: str
    reference: str


class ShippingAnswer(View):
    """The address, if there is one; logistics are not known here."""

    id: str | SkipJsonSchema[None] = None
    address: AddressAnswer | SkipJsonSchema[None] = None
    logistics_info: Annotated[list[Unknown], Field(max_length=0)]
