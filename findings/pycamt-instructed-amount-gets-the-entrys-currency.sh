#!/usr/bin/env bash
# pycamt (Python reader of ISO 20022 camt.053 bank statements), 1.1.1
#
# An entry has the amount that was booked, in the account's currency; its details may name the amount that was instructed,
# in the currency of the sale. One would expect the booked amount with its currency, or the instructed amount with its own.
#
# Seen: 92.00 EUR were booked of 100.00 USD instructed, and the transaction is told as "100.00" of "EUR": the amount of the
# details is laid over the entry's, the currency is not.
#
# Why it matters: a reconciliation reads 8.00 EUR too much as paid, for every sale in another currency, and each figure by
# itself looks right.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check pycamt==1.1.1
"$here/venv/bin/python" - <<'PYTHON'
from pycamt.parser import Camt053Parser

STATEMENT = """<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-03T08:00:00</CreDtTm></GrpHdr>
<Stmt><Id>S1</Id><CreDtTm>2026-11-03T08:00:00</CreDtTm><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>
<Ntry><Amt Ccy="EUR">92.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>
<BookgDt><Dt>2026-11-02</Dt></BookgDt>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>XBCT</SubFmlyCd></Fmly></Domn></BkTxCd>
<NtryDtls><TxDtls><Refs><EndToEndId>ORDER-1</EndToEndId></Refs>
<AmtDtls><InstdAmt><Amt Ccy="USD">100.00</Amt></InstdAmt></AmtDtls></TxDtls></NtryDtls>
</Ntry></Stmt></BkToCstmrStmt></Document>"""
[transaction] = Camt053Parser(STATEMENT).get_transactions()
seen = transaction["Amount"], transaction["Currency"]
print("told:", *seen, "- booked: 92.00 EUR, instructed: 100.00 USD")
assert seen == ("100.00", "EUR"), "the behaviour has changed"
PYTHON
echo "seen as described: pycamt 1.1.1 tells the instructed amount in the currency of the booked one"
