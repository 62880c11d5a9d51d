"""Stores additional data of a transaction by name: the cart, the shopper and any others (C§3.2)."""

from collections.abc import Sequence
from dataclasses import replace

from settlement.domain.errors import InvalidRequest
from settlement.domain.events import EventType
from settlement.domain.order.shopper import Shopper
from settlement.domain.transaction.checkout import CART, MAX_ADDITIONAL_DATA, AdditionalData, read_cart
from settlement.domain.transaction.checkout_shopper import read_shopper
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.heads import load_by_transaction
from settlement.use_cases.shared.ports import Ports


def add_data(ports: Ports, account: str, transaction_id: str, told: Sequence[AdditionalData]) -> None:
    """Store additional data; it replaces earlier data of the same names.

    Connectors get the cart and the shopper if they arrive before the authorisation is requested. Raises
    ``TransactionNotFound``, ``TimelineFull``, and ``InvalidRequest`` for malformed data or too many names.
    """
    for data in told:
        if data.name == CART:
            read_cart(data.value)
    read_shopper(told, Shopper())
    if len({data.name for data in told}) < len(told):
        raise InvalidRequest("name: must be told once in a request")
    decide_until_written(ports, lambda: _add(ports, account, transaction_id, told))


def _add(ports: Ports, account: str, transaction_id: str, told: Sequence[AdditionalData]) -> None:
    heads = load_by_transaction(ports.store, account, transaction_id)
    heads.transaction.require_room_for_remarks()
    names = {data.name for data in ports.store.additional_data(account, transaction_id)} | {data.name for data in told}
    if len(names) > MAX_ADDITIONAL_DATA:
        raise InvalidRequest(f"name: a transaction keeps at most {MAX_ADDITIONAL_DATA} names; these make {len(names)}")
    journal = heads.journal(ports.now())
    journal.record(EventType.ADDITIONAL_DATA_RECEIVED, names=", ".join(data.name for data in told))
    commit = heads.becomes(journal, heads.order, heads.transaction)
    ports.commit(replace(commit, additional_data=told))
