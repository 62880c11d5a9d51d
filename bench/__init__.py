"""Measurements of the service, printed as figures."""
