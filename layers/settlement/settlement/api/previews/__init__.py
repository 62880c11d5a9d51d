"""Previews of actions: the money plan, the figures after it, and warnings."""
