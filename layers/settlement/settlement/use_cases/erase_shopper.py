"""Erasing what is known of the person behind an order; money, audit and timeline stay as they are."""

from dataclasses import replace

from settlement.domain.events import EventType
from settlement.domain.shopper import Shopper
from settlement.domain.transaction import Payment
from settlement.use_cases.aggregate import load
from settlement.use_cases.contention import decide_until_written
from settlement.use_cases.ports import Changed, Ports


def erase_shopper(ports: Ports, account: str, order_id: str) -> None:
    """Erase the order's shopper and the names on its cards, for good; once is enough.

    Raises ``OrderNotFound``.
    """
    decide_until_written(ports, lambda: _erase(ports, account, order_id))


def _erase(ports: Ports, account: str, order_id: str) -> None:
    aggregate = load(ports.store, account, order_id)
    shopper = ports.store.shopper(account, order_id)
    named = [
        Changed(payment, _nameless(payment))
        for payment in ports.store.payments(account, aggregate.transaction.transaction_id)
        if payment.card is not None and payment.card.holder is not None
    ]
    if not named and (shopper is None or not shopper.is_known):
        return
    now = ports.now()
    journal = aggregate.journal(now)
    journal.record(EventType.SHOPPER_ERASED)
    commit = aggregate.becomes(journal, aggregate.order, aggregate.transaction)
    ports.store.commit(replace(commit, shopper=Shopper(erased_at=now), payments=named))


def _nameless(payment: Payment) -> Payment:
    return replace(payment, card=replace(payment.card, holder=None)) if payment.card is not None else payment
