#!/usr/bin/env bash
# ledger-tieout (journal entries of Stripe's balance transactions, for Python), 0.2.0
#
# After a day of more refunds than sales the balance with Stripe is below zero, and Stripe takes what is missing from the shop's
# bank account (Stripe Support, "Negative balances in Stripe"). That is a balance transaction of type payout as well, with a
# positive amount: money comes into the balance (Stripe API, "Balance Transaction": positive is charged to another party,
# negative sent to it). One would expect the balance with Stripe to be debited and the bank to be credited, so that nothing is
# owed to Stripe any more.
#
# Seen: a refund of 70.00 and the 70.00 that Stripe takes for it leave 140.00 owed to Stripe, and 70.00 on their way to the
# bank. The entry is that of a payout: only the size of the amount is looked at. The report says "Balanced", and nothing is to
# be reviewed.
#
# Why it matters: 70.00 are expected at the bank where 70.00 have left it, and the debt to Stripe grows by what has paid it. The
# package promises to tell what does not balance; here both sides of the entry are turned round, so they agree.
set -euo pipefail
here=$(mktemp -d)
trap 'rm -rf "$here"' EXIT
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet --disable-pip-version-check ledger-tieout==0.2.0
"$here/venv/bin/python" - <<'PYTHON'
from collections import Counter

from ledger_core import check_journal, entries_for
from ledger_core.adapters.stripe import stripe_to_transaction

DAY = 1793577600


def booked(*told):
    """Book transactions of (type, amount); return the accounts' balances, the report and what is to be reviewed."""
    transactions = [
        {"id": f"txn_{at}", "type": kind, "amount": amount, "fee": 0, "net": amount, "created": DAY + at, "currency": "eur"}
        for at, (kind, amount) in enumerate(told)
    ]
    journal = entries_for([stripe_to_transaction(transaction) for transaction in transactions])
    balances = Counter()
    for entry in journal.entries:
        for line in entry.lines:
            balances[line["account"]] += line["debit"] - line["credit"]
    report = check_journal(journal.entries)
    print(told, "->", {account: f"{cents / 100:.2f}" for account, cents in balances.items() if cents}, report.summary())
    return balances["Stripe Bank Account"], balances["Cash in Transit"], report.balanced, list(journal.review)


assert booked(("charge", 7000), ("payout", -7000)) == (0, 7000, True, []), "a payout is booked otherwise than before"
assert booked(("refund", -7000), ("payout", 7000)) == (-14000, 7000, True, []), "the behaviour has changed"
PYTHON
echo "seen as described: ledger-tieout 0.2.0 books what Stripe takes from the bank as paid to it"
