"""Modifications of orders in requests and answers."""
