"""Feed and hook in requests and answers."""
