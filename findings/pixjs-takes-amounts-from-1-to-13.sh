#!/usr/bin/env bash
# @pix.js/validator 1.1.0 and @pix.js/qrcode 1.1.0 (checker and writer of Pix codes for Node.js)
#
# The amount of a Pix code is object 54, a text of up to 13 characters such as 70.00 (EMV QR Code Specification,
# Merchant-Presented Mode, 1.1, Transaction Amount, on which Brazil's BR Code rests). One would expect a code over 70.00 to
# be valid; pix-utils 2.8.2 beside it reads all of them.
#
# Seen: the limit of the text's length is laid on the number. Codes over 1.00 and 13.00 are valid, the same codes over 0.99,
# 13.01 and 70.00 are not, and the writer refuses to make them.
#
# Why it matters: "valid" is a plain yes or no, with no reason: a checkout that asks it before it shows a code sells nothing
# above 13 reais by Pix, and a test that asks for 10.00 passes.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
npm install --prefix "$here" --silent --no-audit --no-fund --ignore-scripts \
  @pix.js/validator@1.1.0 @pix.js/qrcode@1.1.0 pix-utils@2.8.2 >"$here/npm.log" 2>&1
cat >"$here/check.cjs" <<'JAVASCRIPT'
const assert = require("node:assert");
const { createStatic } = require("@pix.js/qrcode");
const { isValidStaticQrCode } = require("@pix.js/validator");
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
function code(amount) {
  const account = object("26", object("00", "br.gov.bcb.pix") + object("01", KEY));
  const sale = object("52", "0000") + object("53", "986") + object("54", amount) + object("58", "BR");
  const shop = object("59", "LOJA EXEMPLO") + object("60", "BRASILIA") + object("62", object("05", "PED1"));
  const all = `${object("00", "01")}${account}${sale}${shop}6304`;
  return all + crc(all);
}
async function made(value) {
  const merchantAccountInfo = { gui: "br.gov.bcb.pix", key: KEY };
  const constant = { merchantCategoryCode: "0000", transactionCurrency: "986", countryCode: "BR", postalCode: "70074900" };
  const shop = { merchantName: "LOJA EXEMPLO", merchantCity: "BRASILIA", additionalData: { txId: "PED1" } };
  try {
    await createStatic({ merchantAccountInfo, ...constant, ...shop, value });
    return "made";
  } catch (refusal) {
    return JSON.parse(refusal.message)[0].message;
  }
}

(async () => {
  const amounts = ["0.99", "1.00", "13.00", "13.01", "70.00"];
  const valid = amounts.map((amount) => isValidStaticQrCode(code(amount)));
  const read = amounts.map((amount) => parsePix(code(amount)).transactionAmount);
  const written = [await made(10), await made(70)];
  console.log("amounts", amounts, "\nvalid", valid, "\npix-utils reads", read, "\nwritten for 10 and 70:", written);
  assert.deepStrictEqual(valid, [false, true, true, false, false], "the behaviour has changed");
  assert.deepStrictEqual(read, [0.99, 1, 13, 13.01, 70], "the behaviour has changed");
  assert.deepStrictEqual(written, ["made", "Number must be less than or equal to 13"], "the behaviour has changed");
})();
JAVASCRIPT
node "$here/check.cjs"
echo "seen as described: @pix.js/validator 1.1.0 knows amounts from 1 to 13 only"
