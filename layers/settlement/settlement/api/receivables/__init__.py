"""Receivables: what is still to come to an account."""
