"""Adapters that speak to payment connectors."""
