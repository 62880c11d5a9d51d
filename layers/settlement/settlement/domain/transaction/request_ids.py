"""The ids that connectors know calls by (A§3.6, D5)."""

import uuid

_REQUEST_IDS = uuid.UUID("6f2d3c1e-3a54-5c7b-9d0e-71c4f2a8b905")


def request_id(account: str, order_id: str, origin: str, payment_id: str, leg: str) -> str:
    """Derive the id a connector knows a call by: the same call always has the same id, no other call has it.

    ``origin`` names the operation by its invoice or change, so that a table restored to an earlier time never
    gives an old id to something else.
    """
    return str(uuid.uuid5(_REQUEST_IDS, "\n".join((account, order_id, origin, payment_id, leg))))
