"""Configures connectors, and receives their calls."""
