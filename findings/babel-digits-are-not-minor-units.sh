#!/usr/bin/env bash
# Babel (Python front end of the CLDR), 2.19.0, beside iso4217 1.16.20260101
#
# Payment protocols count minor units as ISO 4217 has them. Babel's get_currency_precision is told to be "the currency's
# precision", and agrees for nearly every currency. One would expect it to be the number of ISO 4217's decimals.
#
# Seen: for 15 currencies in use it is 0 where ISO 4217 says 2, or 3 (IQD): it is the number of decimals that is usual in
# print. 10.000 Iraqi dinar are 10,000 minor units by ISO 4217 and 10 by Babel.
#
# Why it matters: whoever turns decimals into minor units by it asks a connector for a hundredth, or a thousandth, of the
# sale, in just those currencies that a test has no example of.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check Babel==2.19.0 iso4217==1.16.20260101
"$here/venv/bin/python" - <<'PYTHON'
from babel.numbers import get_currency_precision
from iso4217 import Currency

seen = sorted(
    (currency.code, currency.exponent, get_currency_precision(currency.code))
    for currency in Currency
    if currency.exponent is not None and currency.exponent != get_currency_precision(currency.code)
)
for code, published, printed in seen:
    print(f"{code}: ISO 4217 {published}, Babel {printed}")
assert len(seen) == 15, "the behaviour has changed"
assert ("IQD", 3, 0) in seen and ("COP", 2, 0) in seen and ("HUF", 2, 0) in seen, "the behaviour has changed"
PYTHON
echo "seen as described: Babel 2.19.0 has the decimals of print, not those of ISO 4217, for 15 currencies"
