"""The transaction: its payments, operations and legs, their state changes, and the derived statuses."""
