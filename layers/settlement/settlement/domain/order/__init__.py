"""The order: its lines and values, its invoices, the value left to invoice, and its shopper."""
