"""The rules of orders, transactions and money, in the standard library alone."""
