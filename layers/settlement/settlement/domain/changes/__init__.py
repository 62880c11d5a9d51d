"""Changes of an order after it was placed: registered at once, or carried out after the answer."""
