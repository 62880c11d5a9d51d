#!/usr/bin/env bash
# django-payments (payments for Django shops), 4.1.0, with Django 5.2.8
#
# payment.refund(amount) takes a part: the class that all providers share takes it off captured_amount, and gives the payment
# the status "refunded" once nothing is left. One would expect a payment of 100.00 to be "confirmed" with 90.00 captured after a
# refund of 10.00, and to take another.
#
# Seen: so it is with the provider for tests. PayPal's sets "refunded" itself after any refund: 90.00 are still captured, the
# status says that nothing is, and the next refund is refused, "Only charged payments can be refunded". PayPal's answers are
# those of its Payments API, version 1: nothing is called, the request and the answer are held by the script.
#
# Why it matters: after one returned article the shop can refund no second one, and whoever counts its confirmed payments
# misses 90.00 that it keeps.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check django-payments==4.1.0 Django==5.2.8 requests==2.32.5
cd "$here"
"$here/venv/bin/python" - <<'PYTHON'
from decimal import Decimal

import django
from django.conf import settings

settings.configure(
    INSTALLED_APPS=["payments"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    PAYMENT_HOST="shop.example",
    PAYMENT_VARIANTS={
        "paypal": (
            "payments.paypal.PaypalProvider",
            {"client_id": "id", "secret": "secret", "endpoint": "https://paypal.example", "capture": False},
        ),
        "dummy": ("payments.dummy.DummyProvider", {}),
    },
)
django.setup()

from django.db import connection
from payments import PaymentStatus
from payments.models import BasePayment
from payments.paypal import PaypalProvider


class Payment(BasePayment):
    class Meta:
        app_label = "payments"


with connection.schema_editor() as editor:
    editor.create_model(Payment)


REFUNDS = "https://paypal.example/v1/payments/capture/C1/refund"


def post(self, payment, url, data):
    """Answer as the Payments API answers a refund of a capture: the refund, with its amount and its state."""
    assert url == REFUNDS
    return {"id": "R1", "state": "completed", "amount": data["amount"]}


PaypalProvider.post = post


def after_a_refund_of_10(variant):
    payment = Payment.objects.create(
        variant=variant, currency="BRL", total=Decimal("100.00"), captured_amount=Decimal("100.00"),
        status=PaymentStatus.CONFIRMED,
    )
    payment.attrs.links = {"refund": {"href": REFUNDS}}
    payment.refund(Decimal("10.00"))
    first = (payment.status, str(payment.captured_amount))
    try:
        payment.refund(Decimal("20.00"))
    except ValueError as error:
        return first, str(error)
    return first, (payment.status, str(payment.captured_amount))


seen = {variant: after_a_refund_of_10(variant) for variant in ("dummy", "paypal")}
for variant, (first, second) in seen.items():
    print(f"{variant}: after a refund of 10.00 {first}, after one of 20.00 more {second}")
assert seen["dummy"] == (("confirmed", "90.00"), ("confirmed", "70.00")), "the provider for tests has changed"
assert seen["paypal"] == (("refunded", "90.00"), "Only charged payments can be refunded."), "the behaviour has changed"
PYTHON
echo "seen as described: django-payments 4.1.0 ends a payment by PayPal with its first partial refund"
