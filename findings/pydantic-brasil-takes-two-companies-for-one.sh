#!/usr/bin/env bash
# pydantic-brasil (types of Brazilian documents for Pydantic), 0.3.0; python-stdnum 2.2 beside it
#
# Since July 2026 a CNPJ, the number of a company, may have letters (Normative Instruction RFB 2.229/2024). The package says
# that it is ready for them: its README stores the company 12.ABC.345/0001-nn of an example as "12ABC3450001nn", and tells
# that it is a head office. One would expect a number that it accepts to be stored whole, and two numbers to be two.
#
# Seen: numbers are stored and compared by their digits. The valid 12ABC345000188 and 12ABN345000188 are both written as
# "12345000188", are equal, and are one key of a dictionary. With its punctuation the same number is no head office.
#
# Why it matters: balances that are summed up by company run into one, the number of neither is in the database, and what is
# there has the length of a person's number.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check pydantic-brasil==0.3.0 pydantic==2.14.4 python-stdnum==2.2
"$here/venv/bin/python" - <<'PYTHON'
from pydantic import BaseModel
from pydantic_brasil import CNPJ
from stdnum.br import cnpj as stdnum


class Seller(BaseModel):
    cnpj: CNPJ


NUMBERS = ["12ABC345000188", "12ABN345000188"]
assert all(map(stdnum.is_valid, NUMBERS)), "stdnum has changed"
sellers = [Seller(cnpj=number) for number in NUMBERS]
stored = [seller.model_dump_json() for seller in sellers]
balances = {}
for seller in sellers:
    balances[seller.cnpj] = balances.get(seller.cnpj, 0) + 7000
punctuated = CNPJ(stdnum.format(NUMBERS[0]))
print("stored as", stored, "| equal", sellers[0].cnpj == sellers[1].cnpj, "| balances", list(balances.values()))
print(str(punctuated), "is a head office:", punctuated.is_matriz, "and without punctuation:", sellers[0].cnpj.is_matriz)
assert stored == ['{"cnpj":"12345000188"}'] * 2, "the behaviour has changed"
assert sellers[0].cnpj == sellers[1].cnpj and list(balances.values()) == [14000], "the behaviour has changed"
assert (punctuated.is_matriz, sellers[0].cnpj.is_matriz) == (False, True), "the behaviour has changed"
PYTHON
echo "seen as described: pydantic-brasil 0.3.0 accepts the letters of a CNPJ and stores its digits"
