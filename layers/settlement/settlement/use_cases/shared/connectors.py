"""Connectors by the names that payments have for them."""

from collections.abc import Iterable

from settlement.domain.connectors.connector import Connector
from settlement.use_cases.shared.ports import Store


def connectors_named(store: Store, account: str, names: Iterable[str]) -> dict[str, Connector]:
    """Return connectors as they are configured now, each read once; names of connectors that are gone have none."""
    found = {name: store.connector(account, name) for name in sorted(set(names))}
    return {name: connector for name, connector in found.items() if connector is not None}
