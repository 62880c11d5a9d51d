#!/usr/bin/env bash
# money-math (arithmetic with amounts of money for Node.js and browsers), 2.6.3
#
# Amounts are texts with two decimals, and negative ones are among them: -42.10 is an example of the package's README, which also
# says that a result with more decimals is rounded to the whole cent. One would expect the tax on a refund of 9.99 to be the tax
# on the sale with a minus, -1.90 at 19 per cent, and any result to be within half a cent of the exact one.
#
# Seen: percent gives 1.90 for 9.99 and -1.89 for -9.99, where -1.8981 is exact; at 19 per cent sale and refund differ for 99 of
# 100 amounts. mul and div are off by up to two cents: -9.99 times 0.19 is -1.88, and -10.10 by 3.00 is -3.35, for -3.3667. What
# has no place is cut off towards zero, and what is then rounded up goes towards zero once more.
#
# Why it matters: the sale of an article and its refund leave a cent or two of tax in the books, for nearly every return and never
# for a sale. Whoever matches a settlement to the cent has a difference to explain for each of them.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
npm install --prefix "$here" --silent --no-audit --no-fund --ignore-scripts money-math@2.6.3 >"$here/npm.log" 2>&1
cat >"$here/refund.cjs" <<'JAVASCRIPT'
const assert = require("node:assert");
const money = require("money-math");

const CASES = [
  ["percent", "9.99", "19.00"],
  ["percent", "33.33", "8.25"],
  ["mul", "9.99", "0.19"],
  ["mul", "10.10", "0.19"],
  ["div", "10.10", "3.00"],
];
const seen = CASES.map(([name, amount, by]) => [money[name](amount, by), money[name](`-${amount}`, by)]);
CASES.forEach(([name, amount, by], at) => {
  console.log(`${name} by ${by}: ${amount} gives ${seen[at][0]}, -${amount} ${seen[at][1]}`);
});
assert.deepStrictEqual(
  seen,
  [
    ["1.90", "-1.89"],
    ["2.75", "-2.74"],
    ["1.90", "-1.88"],
    ["1.92", "-1.90"],
    ["3.37", "-3.35"],
  ],
  "the behaviour has changed",
);

let differing = 0;
for (let cents = 1; cents <= 10000; cents++) {
  const [sale, refund] = ["", "-"].map((sign) => money.percent(money.centsToAmount(`${sign}${cents}`), "19.00"));
  if (!money.isZero(money.add(sale, refund))) differing++;
}
console.log(`the tax of sale and refund differs for ${differing} of 10000 amounts`);
assert.strictEqual(differing, 9900, "the behaviour has changed");
JAVASCRIPT
(cd "$here" && node refund.cjs)
echo "seen as described: money-math 2.6.3 rounds refunds otherwise than sales"
