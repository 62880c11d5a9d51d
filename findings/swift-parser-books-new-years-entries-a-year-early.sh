#!/usr/bin/env bash
# @centrapay/swift-parser (reader of SWIFT MT940 bank statements for Node.js), 1.0.1; mt-940 5.1.1 for Python beside it
#
# Field 61 of a statement has the value date as YYMMDD and, after it, the day on which the entry was booked as MMDD, without
# a year. At the turn of the year the two are of different years. One would expect the booking to be within the statement,
# here from 30 December 2026 to 2 January 2027, and next to the value date.
#
# Seen: the year of the value date is taken over. With value on 31 December 2026 an entry that was booked on 2 January is
# told as booked on 2 January 2026, and one with value on 2 January 2027 that was booked on 31 December as of 31 December
# 2027. mt-940 reads 2 January 2027 and 31 December 2026.
#
# Why it matters: the sales of the last days of the year are matched to the settlements of a year ago, or of a year to come,
# in the days in which the books of a year are closed, and on no other day.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check mt-940==5.1.1
npm install --prefix "$here" --silent --no-audit --no-fund --ignore-scripts @centrapay/swift-parser@1.0.1 >"$here/npm.log" 2>&1
cd "$here"
cat >statement <<'MT940'
:20:STATEMENT
:25:10000000/1234567
:28C:1/1
:60F:C261230EUR1000,00
:61:2612310102C70,00NTRFSALE//1
:86:sale
:61:2701021231C30,00NTRFSALE//2
:86:sale
:62F:C270102EUR1100,00
-
MT940
node >node.json -e '
  const { parse } = require("@centrapay/swift-parser");
  const data = require("node:fs").readFileSync("statement", "utf8").replaceAll("\n", "\r\n");
  const day = (date) => date.toISOString().slice(0, 10);
  const [statement] = parse({ type: "mt940", data });
  console.log(JSON.stringify(statement.transactions.map(({ date, entryDate }) => [day(date), day(entryDate)])));
'
"$here/venv/bin/python" - <<'PYTHON'
import json

import mt940

entries = mt940.parse(open("statement").read().replace("-\n", ""))
python = [[str(entry.data["date"]), str(entry.data["entry_date"])] for entry in entries]
node = json.load(open("node.json"))
print("value and booking, swift-parser", node)
print("value and booking, mt-940      ", python)
assert node == [["2026-12-31", "2026-01-02"], ["2027-01-02", "2027-12-31"]], "the behaviour has changed"
assert python == [["2026-12-31", "2027-01-02"], ["2027-01-02", "2026-12-31"]], "the behaviour has changed"
PYTHON
echo "seen as described: @centrapay/swift-parser 1.0.1 gives the booking the year of the value date"
