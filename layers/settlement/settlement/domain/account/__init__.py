"""What an account has configured, and how it is told of its orders."""
