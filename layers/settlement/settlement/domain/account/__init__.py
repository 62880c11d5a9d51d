"""The settings of an account, and its feeds and hooks."""
