#!/usr/bin/env bash
# promptparse (reads and writes Thai payment codes, for Node.js), 1.6.0
#
# The bar code on a Thai bill has the amount as a whole number of satang, without a point: 1999 for 19.99 baht (Bank of
# Thailand, barcode standard, which the package's README names). The package has a class for it, with the amount in baht,
# toString and fromString. One would expect 1999 to be written for 19.99, and 19.99 to be read of what was written.
#
# Seen: 19.99 is written as "1998.9999999999998", and the package itself reads that as 19.98. Of the amounts from 0.01 to
# 100.00, 1146 are written with a point, and 573 of these lose a satang. The code for a phone, made from the same bill, has
# 19.99.
#
# Why it matters: a bill can be paid by bar code or by phone, and the two differ. Where the bar code is read the bill stays open
# for want of a satang, or the code is refused; 10.00, 20.50 and 99.75, with which one tries, are right.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
npm install --prefix "$here" --silent --no-audit --no-fund --ignore-scripts promptparse@1.6.0 >"$here/npm.log" 2>&1
cat >"$here/bill.cjs" <<'JAVASCRIPT'
const assert = require("node:assert");
const { BOTBarcode, parse } = require("promptparse");

const bill = (baht) => new BOTBarcode("000000000000001", "ORDER1", "1", baht);
const written = (baht) => bill(baht).toString().split("\r")[3];
const read = (baht) => BOTBarcode.fromString(bill(baht).toString()).amount;

for (const baht of [10, 20.5, 99.75, 19.99]) {
  console.log(`${baht}: written as ${written(baht)}, read as ${read(baht)}`);
}
const amounts = Array.from({ length: 10000 }, (_, at) => (at + 1) / 100);
const pointed = amounts.filter((baht) => written(baht).includes("."));
const lost = amounts.filter((baht) => read(baht) !== baht);
const phone = parse(bill(19.99).toQrTag30()).getTagValue("54");
console.log(`of ${amounts.length} amounts: ${pointed.length} written with a point, ${lost.length} read as less; phone: ${phone}`);
assert.deepStrictEqual([10, 20.5, 99.75].map(written), ["1000", "2050", "9975"], "these are written otherwise than before");
assert.strictEqual(phone, "19.99", "the code for a phone is written otherwise than before");
assert.deepStrictEqual([written(19.99), read(19.99)], ["1998.9999999999998", 19.98], "the behaviour has changed");
assert.deepStrictEqual([pointed.length, lost.length], [1146, 573], "the behaviour has changed");
JAVASCRIPT
node "$here/bill.cjs"
echo "seen as described: promptparse 1.6.0 reads its own 19.99 as 19.98"
