"""Shared by all use cases: the ports, the two heads, and retries after a lost race."""
