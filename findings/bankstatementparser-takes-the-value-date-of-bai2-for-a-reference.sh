#!/usr/bin/env bash
# bankstatementparser (Python reader of bank statements), 0.0.29; bai2 0.15.0 beside it
#
# In a BAI2 file an entry (record 16) has its amount, then the funds type, and then the references of bank and customer. Type V
# is value-dated: a date and a time come before the references; type S has three amounts there, by the day on which they are at
# hand (BAI, "Cash Management Balance Reporting Specifications", version 2). One would expect the references and the value date
# as bai2 has them: BANKREF1, ORDER-1 and 4 November.
#
# Seen: the funds type is not looked at. The value date, 261104, is told as the reference and as the transaction's id of each of
# two payouts, the bank's reference is the description, the shop's reference and the text are nowhere, and the value date is the
# statement's, the 2nd. With type S the id is 0, the part that is at hand at once. The amounts are right.
#
# Why it matters: all entries that the bank values on one day have one id. Who books an id once books the first payout of each
# day and takes the others for repeats, and none can be matched, for the order's number is lost. A test with funds type 0 is
# green.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check bankstatementparser==0.0.29 bai2==0.15.0
"$here/venv/bin/python" - "$here/statement.bai" <<'PYTHON'
import sys
from pathlib import Path

from bai2 import bai2
from bankstatementparser import Bai2Parser

VALUE_DATED, DISTRIBUTED, AT_ONCE = "V,261104,", "S,0,0,7000", "0"


def told(funds):
    text = f"""01,BANK,SHOP,261103,0600,1,,,2/
02,SHOP,BANK,1,261102,,USD,2/
03,1234567,USD,010,100000,,,015,114000,,/
16,165,7000,{funds},BANKREF1,ORDER-1,card payout
16,165,7000,{funds},BANKREF2,ORDER-2,card payout
49,228000,4/
98,228000,1,6/
99,228000,1,8/
"""
    Path(sys.argv[1]).write_text(text)
    rows = Bai2Parser(sys.argv[1]).parse().to_dict("records")
    seen = [(row["transaction_id"], row["Reference"], row["description"], row["ValDt"]) for row in rows]
    [group] = bai2.parse_from_string(text).children
    [account] = group.children
    beside = [(entry.bank_reference, entry.customer_reference, entry.text) for entry in account.children]
    print(funds, "->", seen, "- bai2:", beside)
    assert beside == [("BANKREF1", "ORDER-1", "card payout"), ("BANKREF2", "ORDER-2", "card payout")], "bai2 has changed"
    assert [row["Amount"] for row in rows] == [70, 70], "the amounts are read otherwise than before"
    return seen


assert told(AT_ONCE) == [
    ("BANKREF1", "ORDER-1", "card payout", "2026-11-02"),
    ("BANKREF2", "ORDER-2", "card payout", "2026-11-02"),
], "other funds types are read otherwise than before"
assert told(VALUE_DATED) == [
    ("261104", "261104", "BANKREF1", "2026-11-02"),
    ("261104", "261104", "BANKREF2", "2026-11-02"),
], "the behaviour has changed"
assert told(DISTRIBUTED) == [("0", "0", "7000", "2026-11-02")] * 2, "the behaviour has changed"
PYTHON
echo "seen as described: bankstatementparser 0.0.29 takes the value date of BAI2 for a reference"
