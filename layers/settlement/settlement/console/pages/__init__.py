"""The pages: each reads by use cases and fills one template."""
