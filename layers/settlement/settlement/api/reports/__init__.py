"""Settlement reports: what became of a file, and of the money of each capture."""
