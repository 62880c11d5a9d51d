#!/usr/bin/env bash
# iso20022.js (reader of ISO 20022 camt.053 bank statements for Node.js), 0.0.15
#
# An entry of camt.053 has the indicator RvslInd, true where it takes back an earlier entry; its values are those of an XML
# Schema boolean (true, 1, false, 0). The package gives each entry a field "reversal" that is documented to say whether the
# entry is a reversal. One would expect true of <RvslInd>true</RvslInd>.
#
# Seen: false, of true as of 1. The XML parser below turns the text into the boolean true, which is then compared to the
# text "true".
#
# Why it matters: a returned debit comes in as money of a customer. Whoever books reversals apart books it as a sale, and
# the field that was asked said so.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
npm install --prefix "$here" --silent --no-audit --no-fund --ignore-scripts iso20022.js@0.0.15 >"$here/npm.log" 2>&1
cat >"$here/read.mjs" <<'JAVASCRIPT'
import assert from "node:assert";
import { CashManagementEndOfDayReport } from "iso20022.js";

const entry = (indicator) => `<Ntry><Amt Ccy="EUR">70.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>${indicator}<Sts>BOOK</Sts>
<BookgDt><Dt>2026-11-02</Dt></BookgDt>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RDDT</Cd><SubFmlyCd>UPDD</SubFmlyCd></Fmly></Domn></BkTxCd></Ntry>`;
const report = CashManagementEndOfDayReport.fromXML(`<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-03T08:00:00</CreDtTm></GrpHdr>
<Stmt><Id>S1</Id><CreDtTm>2026-11-03T08:00:00</CreDtTm>
<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Svcr><FinInstnId><BIC>COBADEFFXXX</BIC></FinInstnId></Svcr></Acct>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">0</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-11-02</Dt></Dt></Bal>
${entry("<RvslInd>true</RvslInd>")}${entry("<RvslInd>1</RvslInd>")}${entry("<RvslInd>false</RvslInd>")}${entry("")}
</Stmt></BkToCstmrStmt></Document>`);
const seen = report.entries.map((one) => one.reversal);
console.log("RvslInd true, 1, false and none are told as", seen);
assert.deepStrictEqual(seen, [false, false, false, false], "the behaviour has changed");
JAVASCRIPT
node "$here/read.mjs"
echo "seen as described: iso20022.js 0.0.15 tells every entry as no reversal"
