"""The audit of a transaction and its order, as it is asked for: every check, with what disagrees."""

from settlement.api.shared.http import Response
from settlement.console.rendering import page
from settlement.console.visit import Visit
from settlement.use_cases.upkeep.audit_order import audit_transaction


def show(visit: Visit, transaction_id: str) -> Response:
    """Audit now, and show what was found. It reads only."""
    audit = audit_transaction(visit.ports.store, visit.account, transaction_id)
    return page(visit, "audit", audit=audit, transaction_id=transaction_id)
