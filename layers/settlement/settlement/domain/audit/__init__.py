"""Whether the books of an order agree."""
