"""The timeline in requests and answers."""
