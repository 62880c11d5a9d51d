"""What a merchant does with an order: place, invoice, change, cancel, list."""
