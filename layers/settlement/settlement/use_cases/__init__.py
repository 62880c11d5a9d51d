"""The use cases of orders and transactions: each loads, decides in the domain and writes once."""
