"""Load: many orders through invoice, change, invoice and return at a fixed rate, against a connector that fails."""
