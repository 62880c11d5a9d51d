"""What can be done with an order and its transaction: load, decide in the domain, write once."""
