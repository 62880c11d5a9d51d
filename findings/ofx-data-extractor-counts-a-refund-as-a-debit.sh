#!/usr/bin/env bash
# ofx-data-extractor (reader of OFX bank and card statements for Node.js), 1.5.0
#
# The sign of TRNAMT tells which way the money went, and no sign is a plus (OFX 1.0.2, 3.2.9.1 and 3.2.9.2). TRNTYPE names
# the kind of entry; the table of its values says of ATM and of POS that they are debits or credits and that the sign of the
# amount decides (11.4.2.3.1.1). One would expect a POS entry of 70.00 to be a credit: a shop gave money back to the card.
#
# Seen: without a minus sign the type decides. A purchase of -100.00 and its partial refund of 70.00 are "debit: 170" and
# "credit: 0" in the summary, and both have the direction "debit" in the normalised list; a fee that was given back is
# counted as a fee once more.
#
# Why it matters: the refund is subtracted where it should have been added, 140.00 off for one entry, and the list shows
# the right amount beside the wrong direction.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
npm install --prefix "$here" --silent --no-audit --no-fund --ignore-scripts ofx-data-extractor@1.5.0 >"$here/npm.log" 2>&1
cat >"$here/read.cjs" <<'JAVASCRIPT'
const assert = require("node:assert");
const { Ofx } = require("ofx-data-extractor");

const entry = (type, amount, id) => `<STMTTRN>
<TRNTYPE>${type}</TRNTYPE>
<DTPOSTED>20261102</DTPOSTED>
<TRNAMT>${amount}</TRNAMT>
<FITID>${id}</FITID>
<MEMO>SHOP</MEMO>
</STMTTRN>`;
const statement = (...entries) => `OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX>
<SIGNONMSGSRSV1>
<SONRS>
<STATUS>
<CODE>0</CODE>
<SEVERITY>INFO</SEVERITY>
</STATUS>
<DTSERVER>20261103</DTSERVER>
<LANGUAGE>POR</LANGUAGE>
</SONRS>
</SIGNONMSGSRSV1>
<BANKMSGSRSV1>
<STMTTRNRS>
<TRNUID>1</TRNUID>
<STATUS>
<CODE>0</CODE>
<SEVERITY>INFO</SEVERITY>
</STATUS>
<STMTRS>
<CURDEF>BRL</CURDEF>
<BANKACCTFROM>
<BANKID>001</BANKID>
<ACCTID>1-2</ACCTID>
<ACCTTYPE>CHECKING</ACCTTYPE>
</BANKACCTFROM>
<BANKTRANLIST>
<DTSTART>20261101</DTSTART>
<DTEND>20261103</DTEND>
${entries.join("\n")}
</BANKTRANLIST>
<LEDGERBAL>
<BALAMT>0.00</BALAMT>
<DTASOF>20261103</DTASOF>
</LEDGERBAL>
</STMTRS>
</STMTTRNRS>
</BANKMSGSRSV1>
</OFX>
`;

const read = (...entries) => {
  const ofx = new Ofx(statement(...entries));
  const { credit, debit } = ofx.getTransactionsSummary();
  const directions = ofx.toNormalized().transactions.map((one) => [one.amount, one.direction]);
  return { credit, debit, directions };
};
const refund = read(entry("POS", "-100.00", "1"), entry("POS", "70.00", "2"));
const fee = read(entry("FEE", "-5.00", "1"), entry("FEE", "5.00", "2"));
const other = read(entry("CREDIT", "70.00", "1"));
console.log("purchase and refund", refund, "\nfee and its return", fee, "\nCREDIT", other);
assert.deepStrictEqual(
  [refund, fee, other],
  [
    { credit: 0, debit: 170, directions: [[-100, "debit"], [70, "debit"]] },
    { credit: 0, debit: 10, directions: [[-5, "debit"], [5, "debit"]] },
    { credit: 70, debit: 0, directions: [[70, "credit"]] },
  ],
  "the behaviour has changed",
);
JAVASCRIPT
node "$here/read.cjs"
echo "seen as described: ofx-data-extractor 1.5.0 takes a positive POS, ATM or FEE for a debit"
