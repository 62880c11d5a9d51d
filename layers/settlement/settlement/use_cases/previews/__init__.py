"""Previews of actions: the use case itself, and the workflow after it, rehearsed on a copy that nobody stores."""
