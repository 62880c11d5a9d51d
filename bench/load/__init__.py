"""Load test: many orders at a fixed rate, each with invoice, change, invoice and return, on a failing connector."""
