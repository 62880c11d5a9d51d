"""Work items in answers."""
