"""Requests of checkouts and merchants about transactions, at the gateway."""
