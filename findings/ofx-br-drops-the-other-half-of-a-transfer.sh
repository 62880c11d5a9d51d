#!/usr/bin/env bash
# ofx-br (reader of the OFX statements of Brazilian banks, for Python), 0.1.0
#
# A FITID is unique within an account (OFX 2.3, 3.2.3): many a bank numbers the entries of a day in each account anew, and one
# file may hold the statements of several accounts. The package puts the entries of all of them in one list and has its README
# take out repeats from that list: dedupe(doc.transactions), new_since(doc.transactions, fitids). One would expect an entry to
# be a repeat if account and FITID are the same.
#
# Seen: 500.00 that are moved from the current account to the savings account of the same file are the first entry of the day in
# both. What is left after dedupe is the debit of 500.00; the credit is gone without a word. new_since leaves it out as well,
# once the entry of the other account is stored. The file itself is read right, with two accounts of one entry each.
#
# Why it matters: each entry of the second account that has its like in the first is lost, and it looks like the repeats that
# one wanted to be rid of. A payout that reaches one account under the number of a fee in another is never matched to its sales.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check ofx-br==0.1.0
"$here/venv/bin/python" - <<'PYTHON'
from decimal import Decimal

import ofxbr


def statement(account, kind, entry_type, amount):
    return f"""<STMTTRNRS><TRNUID>{account}<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>BRL
<BANKACCTFROM><BANKID>341<BRANCHID>0001<ACCTID>{account}<ACCTTYPE>{kind}</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20261103<DTEND>20261103
<STMTTRN><TRNTYPE>{entry_type}<DTPOSTED>20261103<TRNAMT>{amount}<FITID>202611030001<MEMO>TRANSFERENCIA</STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>500.00<DTASOF>20261103</LEDGERBAL></STMTRS></STMTTRNRS>"""


FILE = f"""OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20261104<LANGUAGE>POR</SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1>{statement("11111-1", "CHECKING", "DEBIT", "-500.00")}{statement("22222-2", "SAVINGS", "CREDIT", "500.00")}
</BANKMSGSRSV1></OFX>
"""
read = ofxbr.parse(FILE.encode("cp1252"))
current, savings = read.statements
held = [(held.account.account_id, [entry.amount for entry in held.transactions]) for held in (current, savings)]
kept = [entry.amount for entry in ofxbr.dedupe(read.transactions)]
stored = {entry.fitid for entry in current.transactions}
new = [entry.amount for entry in ofxbr.new_since(savings.transactions, stored)]
print("read:", held, "- kept of all:", kept, "- new of the savings account:", new)
debit, credit = Decimal("-500.00"), Decimal("500.00")
assert held == [("11111-1", [debit]), ("22222-2", [credit])], "the file is read otherwise than before"
assert (kept, new) == ([debit], []), "the behaviour has changed"
PYTHON
echo "seen as described: ofx-br 0.1.0 takes entries of two accounts for repeats of one"
