"""Fiscal documents of invoices: Brazil's NF-e (C§1.4)."""
