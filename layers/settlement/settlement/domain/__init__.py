"""The rules of orders, transactions and money; imports the standard library only."""
