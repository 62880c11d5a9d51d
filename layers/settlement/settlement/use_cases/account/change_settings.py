"""Changes an account's settings; parallel changes do not overwrite each other."""

from collections.abc import Callable

from settlement.domain.account.account import AccountSettings
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.ports import Ports


def change_settings(
    ports: Ports, account: str, change: Callable[[AccountSettings], AccountSettings]
) -> AccountSettings:
    """Apply a change to an account's current settings and return the result."""

    def decide() -> AccountSettings:
        before = ports.store.settings(account)
        after = change(before)
        ports.store.replace_settings(account, before, after)
        return after

    return decide_until_written(ports, decide)


def replace_change_settings(ports: Ports, account: str, text: str) -> None:
    """Replace an account's settings of order modifications, given as JSON text."""
    store = ports.store
    decide_until_written(ports, lambda: store.replace_change_settings(account, store.change_settings(account), text))
