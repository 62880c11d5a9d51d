#!/usr/bin/env bash
# ofxparse (Python reader of OFX bank and card statements), 0.21; ofxtools 1.1.1 beside it
#
# A date of OFX may end with the offset from GMT in brackets, and the name of the time zone behind it is optional: [-3] and
# [-3:BRT] are the same offset. One would expect one moment of both.
#
# Seen: 22:00 with [-3:BRT] is read as 01:00 of the next day, in UTC, and 22:00 with [-3] as 22:00 of the same day: the
# offset is left out without a word, and the two results have no time zone that could tell them apart. ofxtools reads both
# as the same moment.
#
# Why it matters: payments are matched to settlement dates by day; of one bank's file and another's, the sales of an evening
# fall on different days.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check ofxparse==0.21 ofxtools==1.1.1
"$here/venv/bin/python" - <<'PYTHON'
import io
import warnings

warnings.simplefilter("ignore")
from ofxparse import OfxParser
from ofxtools.Parser import OFXTree

STATEMENT = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20261102<LANGUAGE>POR</SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>BRL
<BANKACCTFROM><BANKID>001<ACCTID>1-2<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20261101<DTEND>20261102
<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>{posted}<TRNAMT>70.00<FITID>1<NAME>SALE</STMTTRN>
</BANKTRANLIST><LEDGERBAL><BALAMT>70.00<DTASOF>20261102</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""


def read(posted):
    content = STATEMENT.format(posted=posted).encode()
    tree = OFXTree()
    tree.parse(io.BytesIO(content))
    other = tree.convert().statements[0].transactions[0].dtposted
    return str(OfxParser.parse(io.BytesIO(content)).account.statement.transactions[0].date), str(other)


named, nameless = read("20261101220000[-3:BRT]"), read("20261101220000[-3]")
print("[-3:BRT]: ofxparse", named[0], "| ofxtools", named[1])
print("[-3]:     ofxparse", nameless[0], "| ofxtools", nameless[1])
assert named == ("2026-11-02 01:00:00", "2026-11-02 01:00:00+00:00"), "the behaviour has changed"
assert nameless == ("2026-11-01 22:00:00", "2026-11-02 01:00:00+00:00"), "the behaviour has changed"
PYTHON
echo "seen as described: ofxparse 0.21 takes an offset only with the name of its zone"
