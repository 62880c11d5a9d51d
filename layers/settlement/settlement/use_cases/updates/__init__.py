"""Telling integrators of status changes: the feed and the hook."""
