#!/usr/bin/env bash
# iso20022.js (writer of pain.001 payments and reader of camt.053 statements for Node.js), 0.0.15
#
# Amounts go in and come out as whole numbers of the currency's minor unit: its example pays 10.00 USD as 1000, and its
# reader says parseAmountToMinorUnits. By ISO 4217 the yen has no decimals and the dinars of Kuwait, Bahrain and Jordan have
# three. One would expect 100000 to be 100,000 yen and 10000 to be 10 Kuwaiti dinar, and 4.35 euro to be read as 435.
#
# Seen: every currency is taken to have two decimals. The payment orders say 1000 JPY, a hundredth of what was asked, and
# 100 KWD, ten times as much. Reading has the same factor (10000 JPY are 1000000), and 4.35 EUR is read as
# 434.99999999999994, which is no number of cents.
#
# Why it matters: the file is well-formed, the bank pays what it says, and reading the bank's answer with the same package
# gives the number that one started with.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
npm install --prefix "$here" --silent --no-audit --no-fund --ignore-scripts iso20022.js@0.0.15 >"$here/npm.log" 2>&1
cat >"$here/pay.mjs" <<'JAVASCRIPT'
import assert from "node:assert";
import { CashManagementEndOfDayReport, ISO20022 } from "iso20022.js";

const sender = new ISO20022({
  initiatingParty: {
    name: "Example Shop",
    id: "EXAMPLE",
    account: { accountNumber: "123456789012" },
    agent: { bic: "CHASUS33", bankAddress: { country: "US" } },
  },
});

function ordered(amount, currency) {
  const creditor = {
    name: "Example Supplier",
    account: { accountNumber: "9876543210" },
    agent: { bic: "DEUTDEFF", bankAddress: { country: "DE" } },
    address: { streetName: "Street", buildingNumber: "1", postalCode: "12345", townName: "Town", country: "DE" },
  };
  const instruction = { type: "swift", direction: "credit", amount, currency, creditor, remittanceInformation: "order" };
  const xml = sender.createSWIFTCreditPaymentInitiation([instruction]).serialize();
  return xml.match(/<InstdAmt[^>]*>([^<]*)<\/InstdAmt>/)[1];
}

function booked(amount, currency) {
  const report = CashManagementEndOfDayReport.fromXML(`<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-03T08:00:00</CreDtTm></GrpHdr>
<Stmt><Id>S1</Id><CreDtTm>2026-11-03T08:00:00</CreDtTm>
<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Svcr><FinInstnId><BIC>COBADEFFXXX</BIC></FinInstnId></Svcr></Acct>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="${currency}">0</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-11-02</Dt></Dt></Bal>
<Ntry><Amt Ccy="${currency}">${amount}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
<BookgDt><Dt>2026-11-02</Dt></BookgDt>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>XBCT</SubFmlyCd></Fmly></Domn></BkTxCd></Ntry>
</Stmt></BkToCstmrStmt></Document>`);
  return report.entries[0].amount;
}

const orders = [ordered(1000, "USD"), ordered(100000, "JPY"), ordered(10000, "KWD")];
const entries = [booked("10000", "JPY"), booked("10.000", "KWD"), booked("4.35", "EUR")];
console.log("ordered: 1000 USD, 100000 JPY, 10000 KWD, the file says", orders);
console.log("booked: 10000 JPY, 10.000 KWD, 4.35 EUR, read as", entries);
assert.deepStrictEqual(orders, ["10", "1000", "100"], "the behaviour has changed");
assert.deepStrictEqual(entries, [1000000, 1000, 434.99999999999994], "the behaviour has changed");
JAVASCRIPT
node "$here/pay.mjs"
echo "seen as described: iso20022.js 0.0.15 gives every currency two decimals"
