"""Configuring connectors, and what connectors call."""
