"""The person behind an order in answers."""
