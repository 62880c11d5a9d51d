"""The settlement layer: what an order's invoices, changes and returns ask of its payments, and how it is done."""
