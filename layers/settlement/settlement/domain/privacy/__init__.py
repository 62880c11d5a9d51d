"""Finds personal data and card numbers in free text by their form."""
