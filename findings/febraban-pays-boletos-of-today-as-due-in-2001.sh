#!/usr/bin/env bash
# febraban (files in the Brazilian banks' CNAB 240 format), 0.11.0
#
# A boleto's bar code has its due date as a factor of four digits: days since 1997-10-07, until 9999 was reached on
# 2025-02-21. From the next day on it counts from 1000 again, as the banks' federation (FEBRABAN) had announced; so 1390 is
# 2026-03-19. For a payment that is told no due date the package takes the bar code's, and one would expect 2026-03-19 in the
# payment file.
#
# Seen: the due date in segment J is 2001-07-28. The factor is counted from 1997 as if it had never begun again; 9999 is
# 2025-02-21, and 1000, the day after, is 2000-07-03.
#
# Why it matters: the file is well-formed and each record fits its layout, so nothing stops it. It tells the bank that a boleto
# which is paid three days early has been overdue for a quarter of a century.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check febraban==0.11.0
"$here/venv/bin/python" - <<'PYTHON'
from datetime import date, datetime

from febraban.cnab240.itau.sispag import ChargePayment
from febraban.cnab240.libs.barCode import BarCodeJ
from febraban.cnab240.user import User, UserBank


def bar_code(factor, cents):
    """A boleto's bar code of 44 digits: bank, currency, check digit (modulus 11), factor, amount, the bank's own field."""
    front, back = "3419", f"{factor:04}{cents:010}" + "1090000000100000000000000"
    weighted = sum(int(digit) * (2 + place % 8) for place, digit in enumerate(reversed(front + back)))
    check = 11 - weighted % 11
    return front + str(check if check < 10 else 1) + back


def due_date_in_the_file(factor):
    payment = ChargePayment()
    payment.setPayment(
        sender=User(name="SHOP LTDA", identifier="11222333000181", bank=UserBank(
            bankId="341", branchCode="0001", accountNumber="00000012345", accountVerifier="7", bankName="ITAU",
        )),
        receiverTaxId="11444777000161",
        barCode=BarCodeJ(bar_code(factor, 15000)),
        identifier="ORDER1",
        scheduleDate=datetime(2026, 3, 16),
        discountAmount=0,
        addedAmount=0,
        totalAmount=15000,
    )
    segment_j = payment.toString().split("\r\n")[0]
    assert len(segment_j) == 240 and segment_j[99:114] == "000000000015000"
    return datetime.strptime(segment_j[91:99], "%d%m%Y").date()


seen = {factor: due_date_in_the_file(factor) for factor in (9999, 1000, 1390)}
for factor, day in seen.items():
    print(f"factor {factor}: due on {day}")
assert seen[9999] == date(2025, 2, 21), "what was counted right has changed"
assert seen[1000] == date(2000, 7, 3) and seen[1390] == date(2001, 7, 28), "the behaviour has changed"
PYTHON
echo "seen as described: febraban 0.11.0 counts due dates as if the factor had not begun again in 2025"
