"""What runs by the clock: due work and the audit; and whether the service is well."""
