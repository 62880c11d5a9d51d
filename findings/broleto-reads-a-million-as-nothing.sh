#!/usr/bin/env bash
# broleto (reads Brazilian bank slips, for Node.js), 0.0.12
#
# A slip has its value as ten digits in centavos, at the end of the 47 digits to be typed and in the places 10 to 19 of the bar
# code (Carta-Circular 2.926/2000 of Brazil's central bank). The package takes both forms. One would expect one slip to have one
# value.
#
# Seen: of the typed form eight digits are read. A slip over 1,234,567.89 is one over 234,567.89, and one over 1,000,000.00 is
# one over nothing; the bar codes of the same slips are read right, and both forms are valid. Up to 999,999.99 they agree.
#
# Why it matters: the typed form is what is copied from a document. The largest bills of a company, and no others, are booked
# and approved as if they were small, fines and interest are worked out from that, and the bank then takes the whole value.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
npm install --prefix "$here" --silent --no-audit --no-fund --ignore-scripts broleto@0.0.12 >"$here/npm.log" 2>&1
cat >"$here/read.cjs" <<'JAVASCRIPT'
const assert = require("node:assert");
const { Boleto } = require("broleto");

const FREE = "1234567890123456789012340";
const weighed = (digits, weights, term) =>
  [...digits].reverse().reduce((total, digit, at) => total + term(Number(digit) * weights[at % weights.length]), 0);
const mod10 = (digits) => (10 - (weighed(digits, [2, 1], (product) => (product > 9 ? product - 9 : product)) % 10)) % 10;

/** Lay out a slip of Bradesco over so many centavos, due on 10 December 2026: its bar code and the line to be typed. */
function slip(centavos) {
  const rest = `1656${String(centavos).padStart(10, "0")}${FREE}`;
  const difference = 11 - (weighed(`2379${rest}`, [2, 3, 4, 5, 6, 7, 8, 9], (product) => product) % 11);
  const check = [0, 10, 11].includes(difference) ? 1 : difference;
  const fields = [`2379${FREE.slice(0, 5)}`, FREE.slice(5, 15), FREE.slice(15)].map((field) => field + mod10(field));
  return { bars: `2379${check}${rest}`, line: `${fields.join("")}${check}${rest.slice(0, 14)}` };
}

function amounts(centavos) {
  const read = Object.values(slip(centavos)).map((number) => new Boleto(number));
  const told = read.map((boleto) => boleto.amount());
  console.log(`${(centavos / 100).toFixed(2)}: bar code ${told[0]}, line ${told[1]}`);
  assert(read.every((boleto) => boleto.valid()), "the slip is not taken for valid any more");
  return told;
}

assert.deepStrictEqual(amounts(99999999), [999999.99, 999999.99], "smaller slips are read otherwise than before");
assert.deepStrictEqual(amounts(100000000), [1000000, 0], "the behaviour has changed");
assert.deepStrictEqual(amounts(123456789), [1234567.89, 234567.89], "the behaviour has changed");
JAVASCRIPT
node "$here/read.cjs"
echo "seen as described: broleto 0.0.12 reads a million as nothing"
