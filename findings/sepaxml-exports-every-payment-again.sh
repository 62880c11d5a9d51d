#!/usr/bin/env bash
# sepaxml (writer of SEPA payment files for Python), 2.7.0
#
# Payments are collected by add_payment, and export gives the file, checked against the schema of ISO 20022 (its README). The file
# depends on nothing but what was added. One would expect a second export, say one to be shown to a person and one to be sent, to
# be the same file.
#
# Seen: with batch booking the second file has every payment twice, with the same end-to-end ids, and the third three times.
# The header adds the sums of the files before: 100.00, then 300.00 for payments of 200.00, then 600.00 for 300.00. Without batch
# booking the payments stay, and the header tells 200.00 for 100.00. All of these files are valid by the schema.
#
# Why it matters: the file is an order to pay. The sum of each group of payments is right, so where the groups are checked every
# shopper is refunded twice; where the header is, all refunds of the day are refused, over a sum that is nowhere in the books.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check sepaxml==2.7.0
"$here/venv/bin/python" - <<'PYTHON'
from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

from sepaxml import SepaTransfer

NAMES = {"p": "urn:iso:std:iso:20022:tech:xsd:pain.001.001.03"}


def summary(exported):
    file = ElementTree.fromstring(exported)
    ids = [node.text for node in file.iterfind(".//p:EndToEndId", NAMES)]
    paid = sum(Decimal(node.text) for node in file.iterfind(".//p:InstdAmt", NAMES))
    groups = [node.text for node in file.iterfind(".//p:PmtInf/p:CtrlSum", NAMES)]
    return ids, str(paid), file.find(".//p:GrpHdr/p:CtrlSum", NAMES).text, groups


def exports(batch):
    shop = {"name": "SHOP EXAMPLE", "IBAN": "DE89370400440532013000", "BIC": "COBADEFFXXX", "batch": batch, "currency": "EUR"}
    file = SepaTransfer(shop, schema="pain.001.001.03")
    for number, cents in ("REFUND-1", 7000), ("REFUND-2", 3000):
        file.add_payment(
            {
                "name": "SHOPPER EXAMPLE",
                "IBAN": "NL91ABNA0417164300",
                "BIC": "ABNANL2AXXX",
                "amount": cents,
                "execution_date": date(2026, 11, 30),
                "description": number,
                "endtoend_id": number,
            }
        )
    return [summary(file.export(validate=True)) for _ in range(3)]


REFUNDS = ["REFUND-1", "REFUND-2"]
in_batch, singly = exports(batch=True), exports(batch=False)
for ids, paid, header, groups in in_batch + singly:
    print(f"{len(ids)} payments of {paid} in groups of {groups}, {header} in the header")
assert [ids for ids, *_ in in_batch] == [REFUNDS, REFUNDS * 2, REFUNDS * 3], "the behaviour has changed"
assert [(paid, header) for _, paid, header, _ in in_batch] == [
    ("100.00", "100.00"),
    ("200.00", "300.00"),
    ("300.00", "600.00"),
], "the behaviour has changed"
assert in_batch[1][3] == ["100.00", "100.00"], "the behaviour has changed"
assert [(ids, paid, header) for ids, paid, header, _ in singly[:2]] == [
    (REFUNDS, "100.00", "100.00"),
    (REFUNDS, "100.00", "200.00"),
], "the behaviour has changed"
PYTHON
echo "seen as described: sepaxml 2.7.0 exports every payment again"
