"""An account's settings in requests and answers."""
