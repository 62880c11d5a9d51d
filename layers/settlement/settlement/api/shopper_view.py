"""The shopper as an order shows it (C§1.3): what is known, and a mask in place of what was erased."""

from dataclasses import fields
from typing import Any

from settlement.domain.order.shopper import Address, Shopper
from settlement.domain.privacy.masking import MASK

_PROFILE = {
    "email": "email",
    "firstName": "first_name",
    "lastName": "last_name",
    "documentType": "document_type",
    "document": "document",
    "phone": "phone",
}


def client_profile(shopper: Shopper | None) -> dict[str, Any]:
    """Who ordered; nothing if that was never told, and masks once it was erased."""
    if shopper is None:
        return {}
    profile = {"id": "clientProfileData", "isCorporate": False}
    if shopper.erased_at is not None:
        return profile | dict.fromkeys(_PROFILE, MASK)
    return profile | {key: getattr(shopper, name) or "" for key, name in _PROFILE.items()}


def shipping_data(shopper: Shopper | None) -> dict[str, Any]:
    """Where the order goes; logistics are not known here."""
    if shopper is None or (shopper.address is None and shopper.erased_at is None):
        return {"logisticsInfo": []}
    return {"id": "shippingData", "address": _address(shopper), "logisticsInfo": []}


def _address(shopper: Shopper) -> dict[str, str]:
    address = shopper.address or Address()
    hidden = shopper.erased_at is not None
    return {_camel(field.name): MASK if hidden else getattr(address, field.name) or "" for field in fields(Address)}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
