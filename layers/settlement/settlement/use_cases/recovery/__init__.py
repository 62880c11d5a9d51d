"""What an operator does about an operation that failed, or about a call that nobody knows of."""
