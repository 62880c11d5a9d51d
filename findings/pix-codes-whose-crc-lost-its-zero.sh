#!/usr/bin/env bash
# pypix (writer of Pix codes for Python), 0.2.0, and pix-payload (the same for Node.js), 1.0.4
#
# A Pix code, as a QR code or as text to paste, ends with object 63: its length, always 04, and a CRC of 16 bits in four
# hexadecimal digits (EMV QR Code Specification, Merchant-Presented Mode, 1.1, CRC, on which Brazil's BR Code rests). One
# would expect every code to end with 6304 and four digits.
#
# Seen: leading zeros of the CRC are left out. For 0B0B pypix ends with "6304B0B", one character short of the length that it
# states, and pix-payload states a length of its own, "6303B0B": about one code in sixteen of orders that differ by their
# number.
#
# Why it matters: one sale in sixteen gets a code that a reader must refuse. The shop sees a customer who did not
# pay, and the next order works.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check pypix==0.2.0
npm install --prefix "$here" --silent --no-audit --no-fund --ignore-scripts pix-payload@1.0.4 >"$here/npm.log" 2>&1
cd "$here"
"$here/venv/bin/python" - >pypix.txt <<'PYTHON'
from pypix.pix import Pix

for number in range(1000):
    pix = Pix()
    pix.set_pixkey("123e4567-e89b-42d3-a456-426614174000")
    pix.set_merchant_name("LOJA EXEMPLO")
    pix.set_merchant_city("BRASILIA")
    pix.set_txid(f"PED{number}")
    pix.set_amount(70)
    print(pix)
PYTHON
node >pix-payload.txt -e '
  const { payload } = require("pix-payload");
  const key = "123e4567-e89b-42d3-a456-426614174000";
  for (let number = 0; number < 1000; number++) {
    console.log(payload({ key, name: "LOJA EXEMPLO", city: "BRASILIA", amount: 70, transactionId: `PED${number}` }));
  }
'
"$here/venv/bin/python" - <<'PYTHON'
import re


def crc(text):
    register = 0xFFFF
    for byte in text.encode():
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1 ^ 0x1021 if register & 0x8000 else register << 1) & 0xFFFF
    return f"{register:04X}"


def short(path, own_length):
    wrong = []
    for code in open(path).read().splitlines():
        body, stated, digits = re.fullmatch(r"(.*PED\d+?)(630[1-4])([0-9A-F]{1,4})", code).groups()
        expected = crc(f"{body}6304")
        assert digits == expected.lstrip("0"), "the behaviour has changed"
        assert stated == (f"630{len(digits)}" if own_length else "6304"), "the behaviour has changed"
        if digits != expected:
            wrong.append(f"{stated}{digits} for {expected}")
    return wrong


seen = {"pypix": short("pypix.txt", own_length=False), "pix-payload": short("pix-payload.txt", own_length=True)}
for package, wrong in seen.items():
    print(package, len(wrong), "of 1000 end with too few digits, as", ", ".join(wrong[:3]))
assert all(50 < len(wrong) < 75 for wrong in seen.values()), "the behaviour has changed"
PYTHON
echo "seen as described: pypix 0.2.0 and pix-payload 1.0.4 write a CRC without its leading zeros"
