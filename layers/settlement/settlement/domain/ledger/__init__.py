"""The ledger: counters of each payment, and its settlements."""
