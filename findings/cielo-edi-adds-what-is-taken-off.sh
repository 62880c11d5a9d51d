#!/usr/bin/env bash
# cielo-edi (Python reader of Cielo's electronic statement), 15.14.1
#
# In layout 15 of the statement (Cielo, "Extrato Eletrônico - Manual"), a receivable unit (record D) has its amounts as digits
# with the sign in a field of its own in front: gross in 72 and 73-85, net in 100 and 101-113. A unit of more cancelled than
# sold is negative: Cielo takes it from what it pays. The trailer (record 9) has the signed sums, net in 13 and 14-30, gross
# in 42 and 43-59. One would expect the totals of the file to be those of its trailer.
#
# Seen: of a CIELO04 with one unit of +1,000.00 and one of -300.00, whose trailer says 700.00 gross and 679.00 net, the
# statistics are 1300 and 1261, and so is "Valor Líquido Total" of the command cielo-edi: the digits are added, the signs are
# not looked at. Each unit itself has its sign, in sinal_valor_bruto and sinal_valor_liquido.
#
# Why it matters: the total is the first figure that is held against the bank's line, and with the first day of more refunds
# than sales it is too large by twice what was taken off. Files without a negative unit, as most tests have, are right.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check cielo-edi==15.14.1
"$here/venv/bin/python" - "$here/CIELO04.txt" <<'PYTHON'
import sys
from decimal import Decimal

from cielo_edi import CieloEDIParser


def record(width, **fields):
    """Lay texts into a record: each at its first position, from 1."""
    laid = [" "] * width
    for place, text in fields.items():
        first = int(place[1:]) - 1
        laid[first : first + len(text)] = text
    return "".join(laid)


def unit(sign, gross, fee, net, key):
    against = "-" if sign == "+" else "+"
    return record(
        400, _1="D", _2="1051583117", _12="0" * 42, _54="002002", _60="1051583117", _70="04", _72=f"{sign}{gross:013d}",
        _86=f"{against}{fee:013d}", _100=f"{sign}{net:013d}", _114="03410123400000000000000012345", _144="000001", _150="02",
        _152=key, _268="06042026", _276="06042026", _284="06042026",
    )


header = record(
    250, _1="0", _2="1051583117", _12="20260406", _20="20260406", _28="20260406", _36="0000012", _43="CIELO", _48="04",
    _50="P", _71="015",
)
trailer = record(
    250, _1="9", _2="00000000002", _13=f"+{67900:017d}", _31="0" * 11, _42=f"+{70000:017d}", _60=f"+{0:017d}",
    _78=f"+{0:017d}",
)
units = [unit("+", 100000, 3000, 97000, "SOLD"), unit("-", 30000, 900, 29100, "CANCELLED")]
with open(sys.argv[1], "w", encoding="latin-1", newline="") as file:
    file.write("".join(f"{line}\r\n" for line in (header, *units, trailer)))

read = CieloEDIParser().processar_arquivo(sys.argv[1])
assert not read.linhas_nao_processadas and len(read.ur_agenda) == 2
signs = [found.sinal_valor_bruto for found in read.ur_agenda]
told = read.estatisticas.valor_bruto_total, read.estatisticas.valor_liquido_total
said = read.trailer.valor_bruto_soma, read.trailer.valor_liquido_soma
print("signs of the units:", *signs, "- totals told:", *told, "- sums of the trailer:", *said)
assert signs == ["+", "-"] and said == (Decimal("700"), Decimal("679")), "the file is read otherwise than before"
assert told == (Decimal("1300"), Decimal("1261")), "the behaviour has changed"
PYTHON
"$here/venv/bin/cielo-edi" "$here/CIELO04.txt" --info 2>/dev/null | grep "Valor Líquido Total: R\$ 1,261.00"
echo "seen as described: cielo-edi 15.14.1 adds what is taken off"
