"""Movements above a limit, which a second app key has to approve (R37)."""
