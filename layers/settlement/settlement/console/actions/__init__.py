"""What an operator can do: each action reads its form, and calls the use case that the API's route calls."""
