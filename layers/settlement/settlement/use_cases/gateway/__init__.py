"""What a checkout or a merchant does with a transaction at the gateway."""
