"""Who ordered, and where it goes: personal data, which is kept in one place so that it can be erased."""

from dataclasses import dataclass, fields
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Address:
    """Where an order is sent, as the store knows it."""

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
    """The shopper of one order; one that was erased has nothing but the time of it."""

    email: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    document_type: str | None = None
    document: str | None = None
    phone: str | None = None
    address: Address | None = None
    erased_at: datetime | None = None

    @property
    def is_known(self) -> bool:
        """Whether anything is known of the shopper."""
        return any(getattr(self, field.name) is not None for field in fields(self) if field.name != "erased_at")
