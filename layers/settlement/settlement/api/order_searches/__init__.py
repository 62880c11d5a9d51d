"""The search of orders by a body, in the form of the published extended search."""
