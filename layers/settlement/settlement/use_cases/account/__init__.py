"""What an account configures of itself."""
