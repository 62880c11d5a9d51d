"""Ids of orders: 13 digits and the seller's part (C§0)."""

import secrets


def new_order_id() -> str:
    """Return a fresh order id in the usual form: 13 digits and the seller's part, ``1172452900788-01``."""
    return f"{10**12 + secrets.randbelow(9 * 10**12)}-01"


def order_group(order_id: str) -> str:
    """Return the id of an order's purchase: the order's id without the seller's part ``-NN`` (C§0)."""
    group, dash, seller = order_id.rpartition("-")
    return group if dash and len(seller) == 2 and seller.isdigit() and group else order_id
