"""The shopper and the address of an order: personal data, kept in one item so that it can be erased."""

from dataclasses import fields
from datetime import datetime

from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class Address:
    """An address of a shopper."""

    address_type: str | None = None
    receiver_name: str | None = None
    postal_code: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    street: str | None = None
    number: str | None = None
    neighborhood: str | None = None
    complement: str | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class Shopper:
    """The shopper of one order, with the device of the purchase; an erased one has only the time of the erasure.

    ``address`` is where the order is sent.
    """

    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    document_type: str | None = None
    document: str | None = None
    phone: str | None = None
    address: Address | None = None
    billing_address: Address | None = None
    user_profile_id: str | None = None
    is_corporate: bool | None = None
    corporate_name: str | None = None
    trade_name: str | None = None
    corporate_document: str | None = None
    ip_address: str | None = None
    device_fingerprint: str | None = None
    erased_at: datetime | None = None

    @property
    def is_known(self) -> bool:
        """True if any field is known."""
        return any(getattr(self, field.name) is not None for field in fields(self) if field.name != "erased_at")
