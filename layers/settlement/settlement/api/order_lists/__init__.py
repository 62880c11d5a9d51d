"""The list of orders: its query and its answer."""
