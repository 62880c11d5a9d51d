#!/usr/bin/env bash
# aws-local-stepfunctions (interpreter of state machines for Node.js), 3.0.0
#
# A choice rule {"Variable": "$.refundValue", "IsPresent": false} holds where the input has no such field; IsPresent, IsNull,
# IsNumeric and their like take true and false (Step Functions Developer Guide, "Choice workflow state"; Amazon States
# Language, "Data-test expression"). One would expect the branch for an order without a refund to be taken.
#
# Seen: a data test with false never holds, whatever the input is: IsPresent for an absent field, IsNull for a number, IsNumeric
# for a text. With true they answer as they should, and so does {"Not": … "IsPresent": true}.
#
# Why it matters: the workflow's test takes the default way, here the one that refunds, without a word that the rule was not
# understood; the branch that AWS takes is never run before it is deployed.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
npm install --prefix "$here" --silent --no-audit --no-fund --ignore-scripts aws-local-stepfunctions@3.0.0 >"$here/npm.log" 2>&1
cat >"$here/choose.cjs" <<'JAVASCRIPT'
const assert = require("node:assert");
const { StateMachine } = require("aws-local-stepfunctions");

async function way(rule, input) {
  const machine = new StateMachine({
    StartAt: "Choose",
    States: {
      Choose: { Type: "Choice", Choices: [{ ...rule, Next: "ByRule" }], Default: "Otherwise" },
      ByRule: { Type: "Pass", Result: "rule", End: true },
      Otherwise: { Type: "Pass", Result: "otherwise", End: true },
    },
  });
  return machine.run(input).result;
}

(async () => {
  const Variable = "$.refundValue";
  const seen = {
    "IsPresent false, no field": await way({ Variable, IsPresent: false }, {}),
    "IsPresent false, a field": await way({ Variable, IsPresent: false }, { refundValue: 400 }),
    "IsPresent true, a field": await way({ Variable, IsPresent: true }, { refundValue: 400 }),
    "not IsPresent true, no field": await way({ Not: { Variable, IsPresent: true } }, {}),
    "IsNull false, a number": await way({ Variable, IsNull: false }, { refundValue: 400 }),
    "IsNumeric false, a text": await way({ Variable, IsNumeric: false }, { refundValue: "400" }),
  };
  console.log(seen);
  assert.deepStrictEqual(
    seen,
    {
      "IsPresent false, no field": "otherwise",
      "IsPresent false, a field": "otherwise",
      "IsPresent true, a field": "rule",
      "not IsPresent true, no field": "rule",
      "IsNull false, a number": "otherwise",
      "IsNumeric false, a text": "otherwise",
    },
    "the behaviour has changed",
  );
})();
JAVASCRIPT
node "$here/choose.cjs"
echo "seen as described: aws-local-stepfunctions 3.0.0 holds no data test with false"
