"""Erases the personal data of an order or a transaction; money, audit and timeline stay unchanged."""

from collections.abc import Callable
from dataclasses import replace

from settlement.domain.events import EventType
from settlement.domain.order.finding import terms_of_shopper
from settlement.domain.order.shopper import Shopper
from settlement.domain.transaction.checkout import CART, AdditionalData
from settlement.domain.transaction.checkout_shopper import NOTHING
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.heads import Heads, load, load_by_transaction
from settlement.use_cases.shared.ports import Changed, Commit, Ports


def erase_shopper(ports: Ports, account: str, order_id: str) -> None:
    """Erase an order's shopper, personal parts of its placement and payments and its additional data but the cart.

    A repeat changes nothing. Raises ``OrderNotFound``.
    """
    store = ports.store
    decide_until_written(ports, lambda: _erase(ports, lambda: load(store, account, order_id)))


def erase_shopper_of_transaction(ports: Ports, account: str, transaction_id: str) -> None:
    """Do the same by the transaction, which can be gateway-only; raises ``TransactionNotFound``."""
    decide_until_written(
        ports, lambda: _erase(ports, lambda: load_by_transaction(ports.store, account, transaction_id))
    )


def _erase(ports: Ports, read: Callable[[], Heads]) -> None:
    heads = read()
    now = ports.now()
    journal = heads.journal(now)
    journal.record(EventType.SHOPPER_ERASED)
    commit = heads.becomes(journal, replace(heads.order, url=None), heads.transaction)
    shopper = ports.store.shopper(commit.account, commit.order_id)
    payments, told = ports.store.payments(commit.account, commit.transaction_id), _told(ports, commit)
    is_known = shopper is not None and shopper.is_known
    placement = ports.store.placement(commit.account, commit.order_id)
    kept = placement and placement.without_person()
    if told or is_known or kept != placement or heads.order.url or any(payment.is_personal for payment in payments):
        erased, nameless = Shopper(erased_at=now), [Changed(payment, payment.without_person()) for payment in payments]
        terms = terms_of_shopper(shopper)
        without = replace(commit, shopper=erased, placement=kept, payments=nameless, additional_data=told)
        ports.commit(replace(without, erased_terms=terms))


def _told(ports: Ports, commit: Commit) -> list[AdditionalData]:
    """Return the additional data that can be personal, emptied: all but the cart."""
    return [
        replace(data, value=NOTHING)
        for data in ports.store.additional_data(commit.account, commit.transaction_id)
        if data.name != CART and data.value != NOTHING
    ]
