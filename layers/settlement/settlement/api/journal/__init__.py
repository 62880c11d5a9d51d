"""The journal of an account, in four formats."""
