#!/usr/bin/env bash
# mt-940 (Python reader of SWIFT MT940 bank statements), 5.1.1
#
# Field 61 of a statement marks an entry as C (credit), D (debit), RC (reversal of a credit) or RD (reversal of a debit).
# A reversed credit takes money off the account again. One would expect a negative amount for RC, as for D, and the sum of
# the entries to be the difference of the two balances in the same statement.
#
# Seen: RC comes out as +70.00, and the entries sum up to 140.00 where both balances are 1000.00.
#
# Why it matters: whoever matches captures to the bank's entries by their amounts counts a payment that was taken back as
# paid a second time.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check mt-940==5.1.1
"$here/venv/bin/python" - <<'PYTHON'
import mt940

STATEMENT = """:20:STATEMENT
:25:10000000/1234567
:28C:1/1
:60F:C261101EUR1000,00
:61:2611020102C70,00NTRFSALE//1
:86:sale
:61:2611030103RC70,00NTRFSALE//2
:86:the sale is reversed
:62F:C261103EUR1000,00
"""
entries = list(mt940.parse(STATEMENT))
seen = [(entry.data["status"], str(entry.data["amount"].amount)) for entry in entries]
print("entries", seen)
assert seen == [("C", "70.00"), ("RC", "70.00")], "the behaviour has changed"
balances = mt940.parse(STATEMENT).data
moved = balances["final_closing_balance"].amount.amount - balances["final_opening_balance"].amount.amount
total = sum(entry.data["amount"].amount for entry in entries)
print("the balances differ by", moved, "and the entries sum up to", total)
assert (str(moved), str(total)) == ("0.00", "140.00"), "the behaviour has changed"
PYTHON
echo "seen as described: mt-940 5.1.1 gives the reversal of a credit the sign of a credit"
