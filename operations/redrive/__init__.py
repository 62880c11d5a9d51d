"""Sends the messages of every dead-letter queue back to their destinations."""
