"""What a checkout sends that drives the gateway by itself."""
