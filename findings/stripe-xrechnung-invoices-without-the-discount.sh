#!/usr/bin/env bash
# stripe-xrechnung (Stripe invoices as German electronic invoices, for Python), 0.1.0
#
# A line of a Stripe invoice has its amount before discounts. What a coupon takes off is beside it, in discount_amounts of the line
# and total_discount_amounts of the invoice; tax and total are of what is left (Stripe API, "Invoice", "Invoice Line Item"). The
# package's README has the invoice's own total for a cross-check. One would expect the sum to be paid to be Stripe's, 95.20 for
# 100.00 less 20.00, with 19 per cent of VAT, or a complaint.
#
# Seen: the electronic invoice asks for 119.00, with 19.00 of VAT for the 15.20 of Stripe. It has no allowance, and the package's
# own check finds nothing, whatever Stripe's total is.
#
# Why it matters: the invoice is the legal document. It claims 23.80 that were never charged, of them 3.80 of VAT, which is owed
# because it is shown, and no payment of Stripe matches it. Without coupons all is well.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check stripe-xrechnung==0.1.0 pydantic==2.14.4
"$here/venv/bin/python" - <<'PYTHON'
from lxml import etree
from stripe_xrechnung import emit_ubl, map_stripe, validate_invoice

PLACE = {"city": "Berlin", "postal_code": "10115", "country": "DE"}
SELLER = {
    "name": "Beispiel GmbH",
    "street": "Beispielweg 1",
    "vat_id": "DE123456789",
    "email": "seller@example.com",
    "phone": "+49 30 0000000",
    "contact_name": "Beispiel",
    "iban": "DE89370400440532013000",
    **PLACE,
}


def stripe_invoice(discount):
    """The invoice of one line of 100.00, in cents, with 19 per cent of VAT on what the discount leaves."""
    net = 10000 - discount
    tax = net * 19 // 100
    discounts = [{"amount": discount, "discount": "di_1"}] if discount else []
    tax_amount = {"amount": tax, "inclusive": False, "taxable_amount": net, "tax_rate": {"percentage": 19}}
    line = {
        "id": "il_1",
        "object": "line_item",
        "description": "Ware",
        "amount": 10000,
        "quantity": 1,
        "discountable": True,
        "discount_amounts": discounts,
        "price": {"unit_amount": 10000},
        "tax_amounts": [tax_amount],
    }
    return {
        "id": "in_1",
        "object": "invoice",
        "number": "R-1",
        "currency": "eur",
        "created": 1793577600,
        "due_date": 1794787200,
        "customer_name": "Kunde",
        "customer_email": "buyer@example.com",
        "customer_address": {"line1": "Beispielweg 2", **PLACE},
        "metadata": {"buyer_reference": "ORDER-1"},
        "lines": {"object": "list", "data": [line]},
        "subtotal": 10000,
        "total_discount_amounts": discounts,
        "total_excluding_tax": net,
        "total_tax_amounts": [tax_amount],
        "tax": tax,
        "total": net + tax,
        "amount_due": net + tax,
    }


def emitted(discount):
    source = stripe_invoice(discount)
    invoice = map_stripe(source, seller_overlay=SELLER)
    document = etree.fromstring(emit_ubl(invoice))
    names = "TaxAmount", "AllowanceTotalAmount", "PayableAmount"
    figures = {name: next((node.text for node in document.iter("{*}" + name)), None) for name in names}
    complaints = [issue.code for issue in validate_invoice(invoice, profile="xrechnung-ubl").issues]
    print(f"Stripe {source['total'] / 100:.2f}, tax {source['tax'] / 100:.2f}; emitted {figures}, complaints {complaints}")
    return figures, complaints


WHOLE = {"TaxAmount": "19.00", "AllowanceTotalAmount": None, "PayableAmount": "119.00"}
assert emitted(discount=0) == (WHOLE, []), "the behaviour has changed"
assert emitted(discount=2000) == (WHOLE, []), "the behaviour has changed"
PYTHON
echo "seen as described: stripe-xrechnung 0.1.0 invoices without the discount"
