"""Scheduled work: the sweep and the audit; and the health check."""
