#!/usr/bin/env bash
# camt053-loader-mt940 (converts SWIFT MT940 statements to the model of camt.053), 0.0.23
#
# MT940 marks a reversal by what is reversed: RC takes a credit back, so it is a debit. camt.053 marks it by what it does: the
# indicator of a reversed credit is DBIT, with a reversal indicator; ISO 20022 says of CRDT with a reversal indicator that the
# original was a debit. One would expect RC to become DBIT and RD to become CRDT.
#
# Seen: RC becomes CRDT and RD becomes DBIT, each with the reversal indicator: the opposite booking, of the opposite original.
#
# Why it matters: the statement loses 100.00, the converted one gains them. A reader that follows the standard books a payout that
# was taken back a second time, and takes a fee that was given back once more.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check camt053-loader-mt940==0.0.23 camt053==0.0.23
"$here/venv/bin/python" - <<'PYTHON'
from camt053_loader_mt940 import parse_mt940

STATEMENT = """:20:STMT1
:25:DE89370400440532013000
:28C:1/1
:60F:C261101EUR1000,00
:61:2611031103RC100,00NTRFPAYOUT-1//BANK1
:86:payout taken back
:61:2611041104RD20,00NTRFFEE-1//BANK2
:86:fee given back
:62F:C261104EUR920,00
"""
[statement] = parse_mt940(STATEMENT).statements
seen = [(held.amount, held.credit_debit_indicator, held.reversal_indicator) for held in statement.entries]
print(seen, "- the balance went from", *(balance.amount for balance in statement.balances))
assert seen == [("100.00", "CRDT", True), ("20.00", "DBIT", True)], "the behaviour has changed"
PYTHON
echo "seen as described: camt053-loader-mt940 0.0.23 books a reversed credit as a credit"
