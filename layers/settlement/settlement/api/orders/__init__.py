"""Orders in requests and answers."""
