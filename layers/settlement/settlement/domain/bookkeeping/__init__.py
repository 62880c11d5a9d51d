"""The books of an account: entries of all its orders in one order, and the accounts that they are booked on."""
