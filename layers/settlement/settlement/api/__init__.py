"""The HTTP edge: request bodies in, the contract's bodies and errors out."""
