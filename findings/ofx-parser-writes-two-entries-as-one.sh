#!/usr/bin/env bash
# ofx-parser (reads and writes OFX statements, for Node.js), 1.0.1; read again by ofxparse 0.21 and ofx-br 0.1.0 for Python
#
# Each entry of a statement is an element STMTTRN of its own. The package turns a file into an object, with the entries in a
# list, and serialize turns such an object into a file again. One would expect the file to have the entries that were read.
#
# Seen: where the list has two entries, one STMTTRN is written, with the fields of both behind each other. ofxparse and ofx-br
# read one entry of 70.00 of it where the first file had 70.00 and 15.00, with the same balance of 85.00; the package itself
# reads one entry with two amounts. One entry alone is written as it was.
#
# Why it matters: of a month's statement that goes through the package, say to correct a name, the first entry is left, and no
# reader says a word. Settlements of all other days are missing in the books, as if the bank had not paid.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
npm install --prefix "$here" --silent --no-audit --no-fund --ignore-scripts ofx-parser@1.0.1 >"$here/npm.log" 2>&1
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check ofxparse==0.21 ofx-br==0.1.0
cd "$here"
entry() {
  echo "<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>2026110$2<TRNAMT>$1<FITID>$2<NAME>SALES</STMTTRN>"
}
statement() {
  cat <<OFX
OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX><SIGNONMSGSRSV1><SONRS><STATUS><CODE>0<SEVERITY>INFO</STATUS><DTSERVER>20261104<LANGUAGE>ENG</SONRS></SIGNONMSGSRSV1>
<BANKMSGSRSV1><STMTTRNRS><TRNUID>1<STATUS><CODE>0<SEVERITY>INFO</STATUS><STMTRS><CURDEF>EUR
<BANKACCTFROM><BANKID>1<ACCTID>1<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST><DTSTART>20261101<DTEND>20261104
$1
</BANKTRANLIST><LEDGERBAL><BALAMT>85.00<DTASOF>20261104</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
OFX
}
statement "$(entry 85.00 1)" >one.ofx
statement "$(entry 70.00 1)$(entry 15.00 2)" >two.ofx
cat >again.cjs <<'JAVASCRIPT'
const { readFileSync, writeFileSync } = require("node:fs");
const { parse, serialize } = require("ofx-parser");

const [, , from, to] = process.argv;
parse(readFileSync(from, "latin1")).then(({ header, OFX }) => writeFileSync(to, serialize(header, OFX), "latin1"));
JAVASCRIPT
node again.cjs one.ofx one-again.ofx
node again.cjs two.ofx two-again.ofx
"$here/venv/bin/python" - <<'PYTHON'
from pathlib import Path

import ofxbr
from ofxparse import OfxParser


def amounts(name):
    with open(name, "rb") as file:
        by_ofxparse = [str(entry.amount) for entry in OfxParser.parse(file).account.statement.transactions]
    by_ofxbr = [str(entry.amount) for entry in ofxbr.parse(Path(name).read_bytes()).transactions]
    print(name, "- ofxparse:", by_ofxparse, "- ofx-br:", by_ofxbr)
    assert by_ofxparse == by_ofxbr, "the readers have changed"
    return by_ofxbr


assert (amounts("one.ofx"), amounts("one-again.ofx")) == (["85.00"], ["85.00"]), "one entry is written otherwise than before"
assert (amounts("two.ofx"), amounts("two-again.ofx")) == (["70.00", "15.00"], ["70.00"]), "the behaviour has changed"
PYTHON
echo "seen as described: ofx-parser 1.0.1 writes two entries as one"
