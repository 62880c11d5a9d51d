"""The shopper as an order shows it (C§1.3): what is known, and a mask in place of what was erased."""

from typing import TYPE_CHECKING, cast

from settlement.domain.order.shopper import Address, Shopper
from settlement.domain.privacy.masking import MASK

if TYPE_CHECKING:
    from settlement.api.shopper.answer import (
        AddressAnswer,
        BillAddressAnswer,
        ClientProfileAnswer,
        InvoiceDataAnswer,
        ShippingAnswer,
    )


def client_profile(shopper: Shopper | None) -> "ClientProfileAnswer":
    """Who ordered; nothing if that was never told, and masks once it was erased."""
    if shopper is None:
        return {}
    shown = _mask if shopper.erased_at is not None else _text
    return {
        "id": "clientProfileData",
        "isCorporate": bool(shopper.is_corporate),
        "email": shown(shopper.email),
        "firstName": shown(shopper.first_name),
        "lastName": shown(shopper.last_name),
        "documentType": shown(shopper.document_type),
        "document": shown(shopper.document),
        "phone": shown(shopper.phone),
        "userProfileId": shown(shopper.user_profile_id),
        "corporateName": shown(shopper.corporate_name),
        "tradeName": shown(shopper.trade_name),
        "corporateDocument": shown(shopper.corporate_document),
    }


def shipping_data(shopper: Shopper | None) -> "ShippingAnswer":
    """Where the order goes; logistics are not known here."""
    if shopper is None or (shopper.address is None and shopper.erased_at is None):
        return {"logisticsInfo": []}
    return {"id": "shippingData", "address": _address(shopper, shopper.address), "logisticsInfo": []}


def invoice_data(shopper: Shopper | None) -> "InvoiceDataAnswer | None":
    """Where the bill goes; None if that was never told, or was erased."""
    if shopper is None or shopper.billing_address is None:
        return None
    told = _address(shopper, shopper.billing_address)
    address = {part: value for part, value in told.items() if value}
    return {"address": cast("BillAddressAnswer", address), "userPaymentInfo": None, "invoiceSubject": None}


def _address(shopper: Shopper, told: Address | None) -> "AddressAnswer":
    address = told or Address()
    shown = _mask if shopper.erased_at is not None else _text
    return {
        "addressType": shown(address.address_type),
        "receiverName": shown(address.receiver_name),
        "postalCode": shown(address.postal_code),
        "city": shown(address.city),
        "state": shown(address.state),
        "country": shown(address.country),
        "street": shown(address.street),
        "number": shown(address.number),
        "neighborhood": shown(address.neighborhood),
        "complement": shown(address.complement),
        "reference": shown(address.reference),
    }


def _text(fact: str | None) -> str:
    return fact or ""


def _mask(fact: str | None) -> str:
    return MASK
