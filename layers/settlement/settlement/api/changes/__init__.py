"""Registered changes in requests and answers."""
