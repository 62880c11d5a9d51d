"""The transaction: payments, operations and legs, how their states change, and the statuses that follow."""
