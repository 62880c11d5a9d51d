#!/usr/bin/env bash
# zero-decimal-currencies (amounts in the smallest unit for Stripe and other providers, for Node.js), 1.6.0
#
# The package turns 10.50 USD into "1050". Its fourth parameter, noRound, cuts off what is smaller than the smallest unit instead
# of rounding it: 15.7784 EUR are "1577" (its README, "Advanced Precision Options"). One would expect an amount that has nothing to
# cut off to be the same with it as without.
#
# Seen: the digits are taken without the zeros at their end. 10.50 USD are "105", 10 USD are "10", and 15.7 KWD are "150" where
# "15700" is right. 10.55 USD are "1055". The package's own way back reads "105" as 1.05 USD.
#
# Why it matters: whoever never wants to charge a fraction too much asks for a tenth, a hundredth or a thousandth of the sale, of
# the round prices only. The provider accepts it, the goods go out, and a test with 15.7784 is green.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
npm install --prefix "$here" --silent --no-audit --no-fund --ignore-scripts zero-decimal-currencies@1.6.0 >"$here/npm.log" 2>&1
cat >"$here/ask.cjs" <<'JAVASCRIPT'
const assert = require("node:assert");
const { default: toSmallestUnit, fromSmallestUnit } = require("zero-decimal-currencies");

const SALES = [
  [15.7784, "EUR"],
  [10.55, "USD"],
  [10.5, "USD"],
  ["10.50", "USD"],
  [10, "USD"],
  [15.7, "KWD"],
];
const seen = SALES.map(([amount, currency]) => {
  const [rounded, cut] = [false, true].map((noRound) => toSmallestUnit(amount, currency, false, noRound));
  console.log(`${amount} ${currency}: ${rounded} rounded, ${cut} cut off, which is ${fromSmallestUnit(cut, currency)} again`);
  return [rounded, cut];
});
assert.deepStrictEqual(
  seen,
  [
    ["1578", "1577"],
    ["1055", "1055"],
    ["1050", "105"],
    ["1050", "105"],
    ["1000", "10"],
    ["15700", "150"],
  ],
  "the behaviour has changed",
);
assert.strictEqual(fromSmallestUnit("105", "USD"), 1.05, "the behaviour has changed");
JAVASCRIPT
(cd "$here" && node ask.cjs)
echo "seen as described: zero-decimal-currencies 1.6.0 loses the zeros of round prices"
