"""Approvals in requests and answers."""
