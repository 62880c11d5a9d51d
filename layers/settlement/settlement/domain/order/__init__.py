"""The order: its lines and values, what is left to invoice of it, and its shopper."""
