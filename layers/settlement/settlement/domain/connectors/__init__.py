"""Payment connectors: their configuration and capabilities, and the calls and outcomes."""
