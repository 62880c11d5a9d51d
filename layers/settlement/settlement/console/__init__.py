"""The operator's console: pages for people, on the same use cases as the API (D142)."""
