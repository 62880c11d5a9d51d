"""Payment connectors: what they can do, what is asked of them, and what they can answer."""
