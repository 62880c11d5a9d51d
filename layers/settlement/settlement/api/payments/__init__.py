"""Payments in answers."""
