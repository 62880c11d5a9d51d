#!/usr/bin/env bash
# facturex (French electronic invoices, Factur-X and UBL, for Python), 0.6.4
#
# A credit note is a document of type 381 with positive amounts (EN 16931, BT-3); what it says is taken off. The package knows:
# its README says that the reports deduct credit notes, and its figures for the tax authority have them with a minus. Its ledger
# keeps what was issued and paid, and tells what is left to collect. One would expect 84.00 for an invoice of 120.00 and a credit
# note of 36.00 on it, as the report of the same ledger has it.
#
# Seen: the ledger's totals have two invoices of 156.00 together, with 156.00 left to collect. After its day both are in the list
# of what is overdue, the credit note with 36.00 to be paid by the buyer.
#
# Why it matters: each refund raises what buyers owe instead of lowering it. Whoever reminds by this list asks a shopper for the
# money that the shop owes him.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check facturex==0.6.4 pydantic==2.14.4
cd "$here"
"$here/venv/bin/python" - <<'PYTHON'
from datetime import date
from decimal import Decimal

from facturex.ledger import Ledger
from facturex.models import Invoice, LineItem, Party
from facturex.reports import Reports


def document(number, kind, net):
    return Invoice(
        number=number,
        type_code=kind,
        issue_date=date(2026, 11, 2),
        due_date=date(2026, 11, 10),
        currency="EUR",
        buyer=Party(name="CLIENT EXEMPLE"),
        lines=[
            LineItem(
                name="Article",
                quantity=Decimal("1"),
                unit_price=Decimal(net),
                vat_category="S",
                vat_rate=Decimal("20"),
            )
        ],
    )


with Ledger("ledger.db") as ledger:
    ledger.record(document("FA-1", "380", "100.00"), status="sent")
    ledger.record(document("AV-1", "381", "30.00"), status="sent")
    totals = ledger.totals(year=2026)
    report = Reports(ledger).revenue(year=2026)
    overdue = sorted((row["number"], row["reste"]) for row in ledger.overdue(date(2026, 11, 20)))
print("totals:", totals)
print("report:", {name: str(figure) for name, figure in report.items()})
print("overdue:", overdue)
assert (report["factures"], report["avoirs"], report["ttc"]) == (1, 1, Decimal("84.00")), "the behaviour has changed"
assert (totals["factures"], totals["total_ttc"]) == (2, "156.00"), "the behaviour has changed"
assert totals["reste_a_encaisser"] == "156.00", "the behaviour has changed"
assert overdue == [("AV-1", "36.00"), ("FA-1", "120.00")], "the behaviour has changed"
PYTHON
echo "seen as described: facturex 0.6.4 adds credit notes to what is owed"
