#!/usr/bin/env bash
# jsonata-python (JSONata for Python), 0.7.1, beside jsonata (the reference implementation, for Node.js), 2.2.2
#
# The operator % of JSONata gives the remainder of the division of two numbers (its documentation, "Numeric operators"), and
# numbers of JSONata have fractions. One would expect 70.50 % 4 to be 2.5, as it is in the reference implementation.
#
# Seen: it is 2. The fraction of every remainder is cut off: 10.75 % 0.5 is 0 for 0.25, and -5.5 % 2 is -1 for -1.5. The
# division itself (70.50 / 4) keeps its fraction.
#
# Why it matters: the remainder is what is left of an amount after it was shared out. ministack, an emulator of AWS, has
# the JSONata of its state machines evaluated by this package: there a workflow loses the fifty cents that it keeps in
# production, and one that asks whether anything is left over takes the other branch.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check jsonata-python==0.7.1
npm install --prefix "$here" --silent --no-audit --no-fund --ignore-scripts jsonata@2.2.2 >"$here/npm.log" 2>&1
cat >"$here/expressions.json" <<'JSON'
["70.50 % 4", "10.75 % 0.5", "-5.5 % 2", "70.50 / 4", "7 % 3"]
JSON
cd "$here"
node -e '
  const expressions = require("./expressions.json");
  const evaluate = require("jsonata");
  Promise.all(expressions.map((text) => evaluate(text).evaluate({}))).then((all) => console.log(JSON.stringify(all)));
' >reference.json
"$here/venv/bin/python" - <<'PYTHON'
import json

import jsonata

expressions = json.load(open("expressions.json"))
reference = json.load(open("reference.json"))
python = [jsonata.Jsonata(text).evaluate({}) for text in expressions]
for text, expected, seen in zip(expressions, reference, python):
    print(f"{text}: jsonata {expected}, jsonata-python {seen}")
assert reference == [2.5, 0.25, -1.5, 17.625, 1], "the behaviour has changed"
assert python == [2, 0, -1, 17.625, 1], "the behaviour has changed"
PYTHON
echo "seen as described: jsonata-python 0.7.1 gives whole remainders"
