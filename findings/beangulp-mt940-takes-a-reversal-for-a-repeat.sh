#!/usr/bin/env bash
# beangulp-mt940 (importer of SWIFT MT940 statements into Beancount), 0.2.0
#
# Field 61 has the bank's reference behind "//". A bank that takes a payment back names it by the reference of what it takes
# back, with the mark RC. The importer leaves out lines whose reference is in the ledger already, so that a file can be imported
# again. One would expect another amount, date or mark to make another line.
#
# Seen: a payout of 100.00 on the second is drafted. Its reversal on the third, in the next day's file, has the same reference
# and is left out without a word; all that is drafted of that day is the balance that then does not hold.
#
# Why it matters: the books keep the payout that the bank has taken back. The failing balance names an account and a day, not the
# line that is missing, and whoever adjusts it by hand loses the reversal for good.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check beangulp-mt940==0.2.0 mt-940==5.1.1 beancount==3.2.3
cat >"$here/first.sta" <<'STATEMENT'
:20:STMT1
:25:DE89370400440532013000
:28C:1/1
:60F:C261101EUR1000,00
:61:2611021102C100,00NTRFPAYOUT-1//BANK1
:86:payout
:62F:C261102EUR1100,00
-
STATEMENT
cat >"$here/second.sta" <<'STATEMENT'
:20:STMT2
:25:DE89370400440532013000
:28C:2/1
:60F:C261102EUR1100,00
:61:2611031103RC100,00NTRFPAYOUT-1//BANK1
:86:payout taken back
:62F:C261103EUR1000,00
-
STATEMENT
"$here/venv/bin/python" - "$here" <<'PYTHON'
import sys

from beangulp_mt940 import Importer

importer = Importer("Assets:Bank")
alone = [type(entry).__name__ for entry in importer.extract(f"{sys.argv[1]}/second.sta", [])]
ledger = importer.extract(f"{sys.argv[1]}/first.sta", [])
after = [type(entry).__name__ for entry in importer.extract(f"{sys.argv[1]}/second.sta", ledger)]
print("the second file by itself:", alone, "| after the first:", after)
assert alone == ["Transaction", "Balance"], "the behaviour has changed"
assert after == ["Balance"], "the behaviour has changed"
PYTHON
echo "seen as described: beangulp-mt940 0.2.0 leaves out the reversal of a payout that it has imported"
