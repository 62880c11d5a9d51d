"""Checks that the books of an order agree."""
