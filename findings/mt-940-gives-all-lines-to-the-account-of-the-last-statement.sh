#!/usr/bin/env bash
# mt-940 (Python reader of SWIFT MT940 bank statements), 5.1.1
#
# A file from a bank holds one message for each account, one behind the other, each with its own fields 20, 25, 60F and 62F.
# One would expect two statements, or lines that tell which account they are of.
#
# Seen: one statement with the lines of both. Its account, opening and closing balance are those of the last message, nothing
# is left of the first, and a line does not tell its account; only the currency shows that something is wrong.
#
# Why it matters: with two accounts of one currency, payouts of one company are booked on the account of another, and no
# balance is left to find it by.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check mt-940==5.1.1
"$here/venv/bin/python" - <<'PYTHON'
import mt940

STATEMENTS = """:20:STMT1
:25:DE89370400440532013000
:28C:1/1
:60F:C261101EUR1000,00
:61:2611021102C100,00NTRFPAYOUT-1//BANK1
:86:payout
:62F:C261102EUR1100,00
-
:20:STMT2
:25:DE02120300000000202051
:28C:1/1
:60F:C261101EUR500,00
:61:2611021102D70,00NTRFREFUND-1//BANK2
:86:refund
:62F:C261102EUR430,00
-
"""
statement = mt940.parse(STATEMENTS)
lines = [str(line.data["amount"].amount) for line in statement]
opening, closing = (str(statement.data[f"final_{name}_balance"].amount.amount) for name in ("opening", "closing"))
print(statement.data["account_identification"], "opening", opening, "lines", lines, "closing", closing)
assert lines == ["100.00", "-70.00"], "the behaviour has changed"
assert statement.data["account_identification"] == "DE02120300000000202051", "the behaviour has changed"
assert (opening, closing) == ("500.00", "430.00"), "the behaviour has changed"
assert not any("DE89370400440532013000" in str(line.data) for line in statement), "the behaviour has changed"
PYTHON
echo "seen as described: mt-940 5.1.1 gives the lines of every account to the last one"
