"""Benchmarks of the service; they print figures."""
