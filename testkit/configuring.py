"""Writes an account's configuration whatever it is by now; the service itself writes over what it has read."""

from settlement.domain.account.account import AccountSettings
from settlement.domain.connectors.connector import Connector
from settlement.use_cases.shared.ports import Store


def save_settings(store: Store, account: str, settings: AccountSettings) -> None:
    """Write an account's settings over what they are."""
    store.replace_settings(account, store.settings(account), settings)


def save_connector(store: Store, account: str, connector: Connector) -> None:
    """Write a connector's configuration over what it is."""
    store.replace_connector(account, store.connector(account, connector.name), connector)
