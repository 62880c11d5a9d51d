"""Reconciliation: what acquirers and banks report, held against what was captured and refunded."""
