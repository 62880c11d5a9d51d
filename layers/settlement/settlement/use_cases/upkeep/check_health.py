"""Checks whether the service can accept an order."""

from settlement.use_cases.shared.ports import Store


def check_health(store: Store, account: str) -> list[str]:
    """Return what ``account`` lacks to place an order, an empty list if nothing.

    Raises the store's own error if the table cannot be read.
    """
    if not store.connectors(account):
        return [f"account {account} has no payment connector: seed the table"]
    return []
