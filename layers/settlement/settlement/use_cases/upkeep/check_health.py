"""Telling whether the service can take an order."""

from settlement.use_cases.shared.ports import Store


def check_health(store: Store, account: str) -> list[str]:
    """Return what is missing before ``account`` can place an order; empty when nothing is.

    A table that cannot be read raises the store's own error.
    """
    if not store.connectors(account):
        return [f"account {account} has no payment connector: seed the table"]
    return []
