#!/usr/bin/env bash
# mt-940 (Python reader of SWIFT MT940 bank statements), 5.1.1, and mt940-js (the same for Node.js), 1.0.0
#
# Field 61 of a statement marks each line: C credit, D debit, RC reversal of a credit, RD reversal of a debit. A reversed
# credit takes money off the account. One would expect it to count as a debit, and a reversed debit as a credit, so that opening
# balance and lines come to the closing balance.
#
# Seen: mt-940 gives D a minus sign and no other mark: a payout of 100.00 and its reversal come to +200.00. mt940-js tells RC as a
# credit and RD as no credit. Both read a closing balance that their own lines do not come to.
#
# Why it matters: a payout that the bank took back is counted twice as received. Whoever adds up the amounts marks orders as
# paid whose money is gone, and the file has told it.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check mt-940==5.1.1
npm install --prefix "$here" --silent --no-audit --no-fund --ignore-scripts mt940-js@1.0.0 tslib@2.8.1 >"$here/npm.log" 2>&1
cat >"$here/statement.sta" <<'STATEMENT'
:20:STMT1
:25:DE89370400440532013000
:28C:1/1
:60F:C261101EUR1000,00
:61:2611021102C100,00NTRFPAYOUT-1//BANK1
:86:payout
:61:2611031103RC100,00NTRFPAYOUT-1//BANK2
:86:payout taken back
:61:2611041104D20,00NTRFFEE-1//BANK3
:86:fee
:61:2611051105RD20,00NTRFFEE-1//BANK4
:86:fee given back
:62F:C261105EUR1000,00
-
STATEMENT
"$here/venv/bin/python" - "$here/statement.sta" <<'PYTHON'
import sys

import mt940

statement = mt940.parse(sys.argv[1])
seen = [(line.data["status"], str(line.data["amount"].amount)) for line in statement]
opening, closing = (statement.data[f"final_{name}_balance"].amount.amount for name in ("opening", "closing"))
moved = sum(line.data["amount"].amount for line in statement)
print("mt-940:", seen, "| opening", opening, "+ lines", moved, "=", opening + moved, "| closing", closing)
assert seen == [("C", "100.00"), ("RC", "100.00"), ("D", "-20.00"), ("RD", "20.00")], "the behaviour has changed"
assert opening + moved - closing == 200, "the behaviour has changed"
PYTHON
(
  cd "$here"
  node - <<'NODE'
const assert = require("assert");
const { read } = require("mt940-js");
read(require("fs").readFileSync("statement.sta")).then(([statement]) => {
  const seen = statement.transactions.map((line) => `${line.isCredit ? "+" : "-"}${line.amount}`);
  console.log("mt940-js:", seen, "| opening", statement.openingBalance.value, "| closing", statement.closingBalance.value);
  assert.deepStrictEqual(seen, ["+100", "+100", "-20", "-20"], "the behaviour has changed");
}).catch((fault) => { console.error(fault); process.exit(1); });
NODE
)
echo "seen as described: mt-940 5.1.1 and mt940-js 1.0.0 count a reversal as what it reverses"
