#!/usr/bin/env bash
# reconcile-mcp (matches expected payments with a camt.053 statement, for Python), 0.0.7; the statement is read by camt053
# 0.0.23
#
# Amounts of camt.053 have no sign: an entry's CdtDbtInd says whether money came (CRDT) or went (DBIT). The package tells
# whether the money that was expected has arrived; it takes what camt053 has read of a statement as it is (its README, "Bring
# your own data"), and camt053 hands the indicator on. One would expect a debit to be left over, and the sales of the day as
# well.
#
# Seen: two sales of 70.00 each are expected, and the statement has one entry, a payout of 140.00 that the bank took back. The
# entry is told to cover both sales, with the score 1.0 and the confidence high, and all is reconciled. The same is told of a
# credit.
#
# Why it matters: the orders are taken for paid by the very entry that says that their money is gone, and no sale and no entry
# is left that somebody would look at.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check reconcile-mcp==0.0.7 camt053==0.0.23
"$here/venv/bin/python" - <<'PYTHON'
from camt053.services import parse_statement
from reconcile_mcp.adapters import from_camt053
from reconcile_mcp.engine import reconcile

SALES = [{"id": f"ORDER-{at}", "amount": "70.00", "currency": "EUR", "date": "2026-11-03"} for at in (1, 2)]


def told(indicator, reversal):
    document = parse_statement(f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-03T08:00:00</CreDtTm></GrpHdr>
<Stmt><Id>S1</Id><CreDtTm>2026-11-03T08:00:00</CreDtTm><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id></Acct>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">860.00</Amt><CdtDbtInd>CRDT</CdtDbtInd>
<Dt><Dt>2026-11-03</Dt></Dt></Bal>
<Ntry><NtryRef>BANK1</NtryRef><Amt Ccy="EUR">140.00</Amt><CdtDbtInd>{indicator}</CdtDbtInd>{reversal}<Sts>BOOK</Sts>
<BookgDt><Dt>2026-11-03</Dt></BookgDt><ValDt><Dt>2026-11-03</Dt></ValDt>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd></Ntry>
</Stmt></BkToCstmrStmt></Document>""")
    [statement] = document["statements"]
    [entry] = statement["entries"]
    assert entry["credit_debit_indicator"] == indicator, "camt053 has changed"
    report = reconcile(SALES, from_camt053(statement))
    matches = [(match["type"], match["expected"], match["confidence"]) for match in report["matches"]]
    print(indicator, "->", matches, "- all reconciled:", report["summary"]["fully_reconciled"])
    return matches, report["summary"]["fully_reconciled"]


settled = [("many_to_one", ["ORDER-1", "ORDER-2"], "high")], True
assert told("CRDT", "") == settled, "a credit is matched otherwise than before"
assert told("DBIT", "<RvslInd>true</RvslInd>") == settled, "the behaviour has changed"
PYTHON
echo "seen as described: reconcile-mcp 0.0.7 settles sales by what the bank took"
