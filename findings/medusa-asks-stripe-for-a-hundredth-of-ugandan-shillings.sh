#!/usr/bin/env bash
# @medusajs/payment-stripe (Stripe provider of the Medusa commerce platform), 2.21.2
#
# Stripe takes amounts in a currency's smallest unit. Its guide to currencies has a table of special cases
# (docs.stripe.com/currencies, "Special cases"): the Ugandan shilling and the Icelandic króna have no decimals any more, but
# are still to be sent with two of them, always 00; 5 UGX are the amount 500. The provider's code names that page as its
# ground. One would expect 5000 UGX of an order to be sent as 500000, as 5000 ISK are.
#
# Seen: 5000 UGX are sent as 5000, which is a payment of 50 UGX, and a 5000 that comes back from Stripe is read as 5000 UGX.
#
# Why it matters: the customer pays a hundredth, and since the way back has the same factor, the order shows as paid in full:
# only the bank's statement, in shillings, has the difference.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
npm install --prefix "$here" --silent --no-audit --no-fund --ignore-scripts \
  @medusajs/payment-stripe@2.21.2 @medusajs/framework@2.21.2 >"$here/npm.log" 2>&1
cat >"$here/convert.cjs" <<'JAVASCRIPT'
const assert = require("node:assert");
const { getAmountFromSmallestUnit } = require("@medusajs/payment-stripe/dist/utils/get-smallest-unit.js");
const StripeProvider = require("@medusajs/payment-stripe/dist/services/stripe-provider.js").default;

async function sent(currency_code) {
  const provider = new StripeProvider({ logger: console }, { apiKey: "sk_test_none" });
  let request;
  provider.stripe_ = {
    paymentIntents: {
      create: async (asked) => {
        request = asked;
        return { id: "pi_1", status: "requires_payment_method", amount: asked.amount, currency: asked.currency };
      },
    },
  };
  await provider.initiatePayment({ amount: 5000, currency_code, data: { session_id: "s1" }, context: {} });
  return [request.amount, request.currency];
}

(async () => {
  const seen = [await sent("ugx"), await sent("isk"), await sent("jpy"), await sent("brl")];
  const back = ["ugx", "isk"].map((currency_code) => getAmountFromSmallestUnit(5000, currency_code));
  console.log("5000 of each are asked for as", seen, "and 5000 from Stripe are", back, "UGX and ISK");
  assert.deepStrictEqual(
    seen,
    [[5000, "ugx"], [500000, "isk"], [5000, "jpy"], [500000, "brl"]],
    "the behaviour has changed",
  );
  assert.deepStrictEqual(back, [5000, 50], "the behaviour has changed");
})();
JAVASCRIPT
node "$here/convert.cjs"
echo "seen as described: @medusajs/payment-stripe 2.21.2 sends Ugandan shillings without the two decimals"
