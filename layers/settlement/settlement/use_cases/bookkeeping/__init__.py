"""Reading the journal of an account."""
