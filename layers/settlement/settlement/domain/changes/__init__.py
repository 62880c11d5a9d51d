"""Changes of a placed order: registered changes and modifications."""
