"""Invoices and parcels in requests and answers."""
