"""What every use case needs: the ports, the two heads, and deciding again after a race."""
