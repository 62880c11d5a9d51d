"""The bodies that the tour of the routes sends."""

from typing import Any

from settlement.domain.connectors.payment_answer import PaymentAnswer, PaymentApp

TOO_LARGE = "x" * 1_000_001

PERSON = {
    "clientProfileData": {
        "email": "maria.silva@mail.example",
        "firstName": "Maria",
        "lastName": "Silva",
        "documentType": "cpf",
        "document": "52998224725",
        "phone": "+5521999999999",
    },
    "shippingData": {
        "address": {
            "addressType": "residential",
            "receiverName": "Maria Silva",
            "postalCode": "22250-040",
            "city": "Rio de Janeiro",
            "state": "RJ",
            "country": "BRA",
            "street": "Praia de Botafogo",
            "number": "300",
            "neighborhood": "Botafogo",
            "complement": "apartment 3",
        },
        "logisticsInfo": [{"itemIndex": 0, "selectedSla": "Normal"}],
    },
    "invoiceData": {"address": {"street": "Brigadeiro Faria Lima", "number": "4440", "city": "São Paulo"}},
}

ITEMS = [{"id": "A", "price": 5000, "quantity": 1, "description": "Shoe"}]


def order_body(order_id: str, **changes: Any) -> dict[str, Any]:
    """The base order of the requirements, paid by card."""
    payment = {
        "paymentSystem": "2",
        "paymentSystemName": "Visa",
        "group": "creditCard",
        "value": 10000,
        "connector": "partial",
        "returnUrl": "https://shop.example/checkout/return",
        "card": {"token": "vault", "holder": "M SILVA", "firstDigits": "444433", "lastDigits": "1111"},
    }
    body: dict[str, Any] = {
        "orderId": order_id,
        "items": [
            {"id": "A", "name": "Shoe", "quantity": 1, "price": 5000, "seller": "1"},
            {"id": "B", "name": "Sock", "quantity": 2, "price": 1500},
        ],
        "totals": [{"id": "Items", "value": 8000}, {"id": "Shipping", "value": 2000}],
        "value": 10000,
        "orderUrl": f"https://admin.shop.example/orders/{order_id}",
        "paymentData": {"transactions": [{"payments": [payment], "ipAddress": "203.0.113.7"}]},
    }
    return body | PERSON | changes


def invoice_body(number: str, value: object, type_: str = "Output", **changes: Any) -> dict[str, Any]:
    """An invoice of an item."""
    body: dict[str, Any] = {
        "type": type_,
        "issuanceDate": "2026-03-02",
        "invoiceNumber": number,
        "invoiceValue": value,
        "items": ITEMS,
    }
    return body | changes


def change_body(request_id: str, discount: int) -> dict[str, Any]:
    """A registered change."""
    item = {"id": "B", "price": 1500, "quantity": 1}
    return {
        "requestId": request_id,
        "reason": "sold out",
        "discountValue": discount,
        "incrementValue": 0,
        "itemsRemoved": [item],
    }


STARTED = {"value": 10000, "referenceId": "1234567", "channel": "store", "salesChannel": "1", "urn": None}

AUTHORISE = {"softDescriptor": "STORE*1234567", "prepareForRecurrency": False}

TOLD = [
    {"name": "cart", "value": '{"items":[{"id":"A","name":"Shoe","value":8000,"quantity":1}],"freight":2000,"tax":0}'},
    {"name": "clientProfileData", "value": '{"email":"a@example.com","firstName":"A","lastName":"B"}'},
]


def sent_payment(value: int, payment_system: int) -> dict[str, Any]:
    """A payment as a checkout sends it."""
    return {
        "paymentSystem": payment_system,
        "installments": 1,
        "currencyCode": "BRL",
        "value": value,
        "installmentsInterestRate": 0,
        "installmentsValue": value,
        "referenceValue": value,
        "fields": {"accountId": "vault-token"},
        "transaction": {},
    }


SWAP = {
    "reason": "another size",
    "replace": [
        {
            "from": {"items": [{"id": "A", "quantity": 1}]},
            "to": {
                "items": [
                    {"id": "C", "quantity": 1, "price": 4000, "priceTags": [{"name": "TAX@MANUALPRICE", "value": 50}]}
                ],
                "shippingData": {
                    "logisticsInfo": [
                        {
                            "itemIndex": 0,
                            "selectedSla": "Normal",
                            "selectedDeliveryChannel": "delivery",
                            "addressId": "home",
                            "price": 0,
                        }
                    ]
                },
            },
        }
    ],
}

RESOLVED = {"resolution": "not-done"}

TRACKING = {"trackingNumber": "T1", "trackingUrl": None, "dispatchedDate": None, "courier": "Post"}

DELIVERY = {
    "isDelivered": False,
    "deliveredDate": None,
    "events": [{"city": "Rio", "state": "RJ", "description": "on its way", "date": "2026-03-03"}],
}


def embedded_document(number: str) -> dict[str, Any]:
    return {
        "type": "Output",
        "issuedDate": "2026-03-02",
        "invoiceNumber": number,
        "invoiceValue": 3500,
        "items": [{"itemIndex": 1, "price": 1500, "quantity": 1}],
    }


SLIP = PaymentAnswer(
    nsu="NSU-60F328ACD8",
    acquirer="TestPay",
    payment_url="https://pay.example/slips/1",
    redirect_url="https://pay.example/old/1",
    payment_app=PaymentApp("shop.pix", "00020126"),
    identification_number="23790504004199031316957008109209378300000019900",
    identification_number_formatted="23790.50400 41990.313169 57008.109209 3 78300000019900",
    bar_code_image_type="i25",
    bar_code_image_number="23793783000000199000504041990313165700810920",
    bank_issue_invoice_id="BI-1",
    delay_to_auto_settle_seconds=21_600,
    delay_after_antifraud_seconds=1_800,
)
"""What a connector tells of a slip, with every other way to pay."""
