#!/usr/bin/env bash
# pix-utils (reader of Pix codes for Node.js), 2.8.2, beside @brazilian-utils/brazilian-utils 2.4.0
#
# A code may be good for several payment arrangements: each has an object of its own among 26 to 51, and names itself there
# in the sub-object 00, Pix as br.gov.bcb.pix (EMV QR Code Specification, Merchant-Presented Mode, 1.1, Merchant Account
# Information; the same in the BR Code manual of Brazil's central bank). One would expect the key of the object that says
# br.gov.bcb.pix, wherever it is.
#
# Seen: object 26 is taken for Pix whatever its name is. Of a code with "com.example.pay" in 26 and Pix in 27 the merchant's
# number with the other arrangement is told as the Pix key, and the Pix key is told nowhere. The other package reads the
# right one.
#
# Why it matters: the key says who gets the money. A merchant's number of eleven digits with another arrangement is, as a
# Pix key, a person's CPF.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
npm install --prefix "$here" --silent --no-audit --no-fund --ignore-scripts \
  pix-utils@2.8.2 @brazilian-utils/brazilian-utils@2.4.0 >"$here/npm.log" 2>&1
cat >"$here/read.cjs" <<'JAVASCRIPT'
const assert = require("node:assert");
const { getPixPayloadInfo } = require("@brazilian-utils/brazilian-utils");
const { parsePix } = require("pix-utils");

const KEY = "123e4567-e89b-42d3-a456-426614174000";
const object = (id, text) => id + String(text.length).padStart(2, "0") + text;
function crc(text) {
  let register = 0xffff;
  for (const byte of Buffer.from(text)) {
    register ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) register = ((register << 1) ^ (register & 0x8000 ? 0x1021 : 0)) & 0xffff;
  }
  return register.toString(16).toUpperCase().padStart(4, "0");
}
const other = object("00", "com.example.pay") + object("01", "00000000191");
const pix = object("00", "br.gov.bcb.pix") + object("01", KEY);
function code(first, second) {
  const sale = object("52", "0000") + object("53", "986") + object("54", "70.00") + object("58", "BR");
  const shop = object("59", "LOJA EXEMPLO") + object("60", "BRASILIA") + object("62", object("05", "PED1"));
  const all = `${object("00", "01")}${object("26", first)}${object("27", second)}${sale}${shop}6304`;
  return all + crc(all);
}

const seen = [code(pix, other), code(other, pix)].map((text) => [parsePix(text).pixKey, getPixPayloadInfo(text).key]);
console.log("Pix first, then the other: pix-utils and brazilian-utils read", seen[0]);
console.log("the other first, then Pix: pix-utils and brazilian-utils read", seen[1]);
assert.deepStrictEqual(seen, [[KEY, KEY], ["00000000191", KEY]], "the behaviour has changed");
JAVASCRIPT
node "$here/read.cjs"
echo "seen as described: pix-utils 2.8.2 reads the Pix key from object 26, whatever arrangement that is of"
