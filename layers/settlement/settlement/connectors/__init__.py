"""Clients for payment connectors and hooks."""
