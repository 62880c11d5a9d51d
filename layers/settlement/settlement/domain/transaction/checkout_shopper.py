"""The shopper of whom a checkout tells in additional data: profile, addresses, device (C§3.2)."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace

from settlement.domain.connectors.addresses import is_ip_address
from settlement.domain.errors import InvalidRequest
from settlement.domain.order.shopper import Address, Shopper
from settlement.domain.transaction.checkout import (
    CLIENT_PROFILE,
    DEVICE_FINGERPRINT,
    IP_ADDRESS,
    AdditionalData,
    optional_text,
    read_object,
)

MAX_PERSONAL_CHARACTERS = 200
"""A fact about a person."""

MAX_FINGERPRINT_CHARACTERS = 2_000

NOTHING = "{}"
"""Stands in place of erased additional data."""

_PROFILE = {
    "email": "email",
    "firstName": "first_name",
    "lastName": "last_name",
    "documentType": "document_type",
    "document": "document",
    "phone": "phone",
    "id": "user_profile_id",
    "userProfileId": "user_profile_id",
    "corporateName": "corporate_name",
    "tradeName": "trade_name",
    "corporateDocument": "corporate_document",
}
_ADDRESS = {
    "addressType": "address_type",
    "receiverName": "receiver_name",
    "postalCode": "postal_code",
    "city": "city",
    "state": "state",
    "country": "country",
    "street": "street",
    "number": "number",
    "neighborhood": "neighborhood",
    "complement": "complement",
    "reference": "reference",
}


def read_shopper(told: Iterable[AdditionalData], known: Shopper) -> Shopper:
    """Return the known shopper with what additional data tells; raises ``InvalidRequest``, naming field and limit."""
    texts = {data.name: data.value for data in told if data.value != NOTHING}
    shopper = known
    if (profile := texts.get(CLIENT_PROFILE)) is not None:
        shopper = _with_profile(shopper, read_object(CLIENT_PROFILE, profile))
    if ip_address := texts.get(IP_ADDRESS):
        if not is_ip_address(ip_address):
            raise InvalidRequest(f"{IP_ADDRESS}: must be an IPv4 or IPv6 address")
        shopper = replace(shopper, ip_address=ip_address)
    fingerprint = optional_text(DEVICE_FINGERPRINT, texts.get(DEVICE_FINGERPRINT), MAX_FINGERPRINT_CHARACTERS)
    return shopper if fingerprint is None else replace(shopper, device_fingerprint=fingerprint)


def read_stored_shopper(told: Iterable[AdditionalData], known: Shopper) -> Shopper:
    """Do the same with stored data; what cannot be used is left out, since earlier versions took it unread."""
    shopper = known
    for data in told:
        with suppress(InvalidRequest):
            shopper = read_shopper([data], shopper)
    return shopper


def _with_profile(shopper: Shopper, profile: dict[str, object]) -> Shopper:
    facts = [(name, _fact(f"{CLIENT_PROFILE}.{key}", profile.get(key))) for key, name in _PROFILE.items()]
    is_corporate, written = profile.get("isCorporate"), profile.get("address")
    if is_corporate is not None and not isinstance(is_corporate, bool):
        raise InvalidRequest(f"{CLIENT_PROFILE}.isCorporate: must be true or false")
    address = shopper.address
    if isinstance(written, dict):
        parts = {name: _fact(f"{CLIENT_PROFILE}.address.{key}", written.get(key)) for key, name in _ADDRESS.items()}
        address = Address(**parts) if any(parts.values()) else address
    named = {name: fact for name, fact in facts if fact is not None}
    return replace(shopper, is_corporate=is_corporate, address=address, **named)  # type: ignore[arg-type]


def _fact(where: str, value: object) -> str | None:
    return optional_text(where, value, MAX_PERSONAL_CHARACTERS)
