"""The cart of create payment: buyer, addresses and items (C§4.2).

A required field with an unknown value is an empty string, or null if the schema allows it; an optional one is left out.
"""

from decimal import Decimal

from settlement.domain.connectors.connector import CartItem
from settlement.domain.connectors.connector_calls import Authorise
from settlement.domain.money import to_major
from settlement.domain.order.shopper import Address, Shopper

Part = dict[str, object]

_ADDRESS = {
    "country": "country",
    "street": "street",
    "number": "number",
    "complement": "complement",
    "neighborhood": "neighborhood",
    "postalCode": "postal_code",
    "city": "city",
    "state": "state",
}


def mini_cart(request: Authorise) -> Part:
    """Return the cart of a request."""
    shopper = request.shopper or Shopper()
    return {
        "shippingValue": to_major(request.shipping_value, request.currency),
        "taxValue": to_major(request.tax_value, request.currency),
        "buyer": _buyer(shopper),
        "shippingAddress": _address(shopper.address),
        "billingAddress": _address(shopper.billing_address),
        "items": [_item(item, request.currency) for item in request.items],
    }


def _buyer(shopper: Shopper) -> Part:
    return {
        "firstName": shopper.first_name or "",
        "lastName": shopper.last_name or "",
        "document": shopper.document,
        "documentType": shopper.document_type,
        "email": shopper.email or "",
        "phone": shopper.phone or "",
        **_known(
            id=shopper.user_profile_id,
            isCorporate=shopper.is_corporate,
            corporateName=shopper.corporate_name,
            tradeName=shopper.trade_name,
            corporateDocument=shopper.corporate_document,
        ),
    }


def _address(address: Address | None) -> Part:
    return {key: getattr(address, name, None) or "" for key, name in _ADDRESS.items()}


def _item(item: CartItem, currency: str) -> Part:
    return {
        "id": item.id,
        "name": item.name,
        "price": to_major(item.price, currency),
        "quantity": item.quantity,
        "discount": 0,
        **_known(
            deliveryType=item.delivery_type,
            categoryId=item.category_id,
            sellerId=item.seller_id,
            taxRate=None if item.tax_rate is None else Decimal(item.tax_rate),
            taxValue=None if item.tax_value is None else to_major(item.tax_value, currency),
        ),
    }


def _known(**fields: object) -> Part:
    return {name: value for name, value in fields.items() if value is not None}
