"""Totals of an account in answers."""
