"""All changes of an order in one answer."""
