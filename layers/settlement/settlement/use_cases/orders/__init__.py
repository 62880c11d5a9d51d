"""A merchant's requests about orders: place, invoice, change, cancel, list."""
