"""Personal data and card numbers, found in free text by their form."""
