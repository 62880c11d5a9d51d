"""The start of an account's audit, by whoever first meets the account (D65)."""

from datetime import datetime

from settlement.domain.audit.walk import first_walk
from settlement.use_cases.shared.ports import Conflict, Store


def begin_audit(store: Store, account: str, now: datetime) -> None:
    """Start the audit of an account that has none."""
    if store.audit_walk(account) is not None:
        return
    try:
        store.save_audit_walk(first_walk(account, now))
    except Conflict:
        return
