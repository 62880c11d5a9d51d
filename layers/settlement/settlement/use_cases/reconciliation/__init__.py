"""Settlement reports: take a file, hold it against the books, keep what it told."""
