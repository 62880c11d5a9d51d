"""The way back from every dead-letter queue: of the running local stack, or of one in the cloud."""
