"""Which payment moves by how much for one operation."""
