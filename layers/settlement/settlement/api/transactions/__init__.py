"""Transactions in answers."""
