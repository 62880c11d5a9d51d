"""The request ids of connector calls (A§3.6, D5)."""

import uuid

_REQUEST_IDS = uuid.UUID("6f2d3c1e-3a54-5c7b-9d0e-71c4f2a8b905")


def request_id(account: str, order_id: str, origin: str, payment_id: str, leg: str) -> str:
    """Derive the request id of a call: it is always the same for one call, and different for any other.

    ``origin`` names the operation by its invoice or change, so that a table restored to an earlier time never reuses an
    id for another call.

    >>> first = request_id("shop", "1000000000000-01", "N1", "P1", "0001")
    >>> first == request_id("shop", "1000000000000-01", "N1", "P1", "0001")
    True
    >>> first == request_id("shop", "1000000000000-01", "N2", "P1", "0001")
    False
    """
    return str(uuid.uuid5(_REQUEST_IDS, "\n".join((account, order_id, origin, payment_id, leg))))
