"""Adds payments to a transaction that a checkout started (C§3.2)."""

from collections.abc import Sequence
from dataclasses import replace

from settlement.domain.connectors.connector import Connector, Mode, VaultedCard
from settlement.domain.errors import AlreadyExists, BadValue, InvalidRequest, TransactionNotFound, WrongStatus
from settlement.domain.events import EventType
from settlement.domain.identity import identity
from settlement.domain.money import require_in_use, to_major
from settlement.domain.order.shopper import Address, Shopper
from settlement.domain.transaction.checkout import Checkout
from settlement.domain.transaction.payment import MAX_PAYMENTS, Payment
from settlement.use_cases.orders.place_order import (
    NewPayment,
    connectors_of,
    new_payment,
    require_consistent,
    require_distinct,
    transaction_mode,
)
from settlement.use_cases.shared.connectors import connectors_named
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.heads import Heads, load_by_transaction
from settlement.use_cases.shared.ports import Conflict, Ports
from settlement.values import dataclass


def send_payments(
    ports: Ports,
    account: str,
    transaction_id: str,
    payments: Sequence[NewPayment],
    currency: str,
    order_group: str | None = None,
    billing_address: Address | None = None,
) -> None:
    """Add payments to a transaction until they reach its value; the newest billing address is told to connectors.

    A repeat adds nothing; payments are recognised by their ``id``, or as the same list. Raises
    ``TransactionNotFound``, ``WrongStatus`` (1403) once its authorisation is requested, ``BadValue`` (1402) above its
    value, ``AlreadyExists`` if an id belongs to a different payment, and ``InvalidRequest``.
    """
    require_distinct("payment id", (payment.payment_id for payment in payments if payment.payment_id))
    require_consistent(ports, payments)
    sent = _Sent(payments, currency, order_group, billing_address)
    decide_until_written(ports, lambda: _send(ports, account, transaction_id, sent))


@dataclass(frozen=True, slots=True)
class _Sent:
    payments: Sequence[NewPayment]
    currency: str
    order_group: str | None
    billing_address: Address | None


def require_checkout(heads: Heads) -> Checkout:
    """Return the checkout of a gateway-only transaction; raises ``TransactionNotFound`` for any other."""
    checkout = heads.transaction.checkout
    if checkout is None:
        raise TransactionNotFound(heads.transaction.transaction_id)
    return checkout


def unequal_sum(value: int, paid: int, currency: str) -> BadValue:
    """Return the gateway's refusal of payments that do not add up to the transaction's value."""
    return BadValue(
        f"Transaction value ({to_major(value, currency)}) is not equal to payments sum ({to_major(paid, currency)})"
    )


def _send(ports: Ports, account: str, transaction_id: str, sent: _Sent) -> None:
    payments, currency = sent.payments, sent.currency
    heads = load_by_transaction(ports.store, account, transaction_id)
    checkout, transaction = require_checkout(heads), heads.transaction
    stored = ports.store.payments(account, transaction_id)
    if {payment.payment_id for payment in stored} != {position.payment_id for position in transaction.projection}:
        raise Conflict
    said = (tuple(replace(payment, installment_value=None) for payment in payments), currency)
    if checkout.was_sent(said):
        return
    fresh = _not_sent_yet(ports, heads, stored, payments, currency)
    if not fresh:
        return
    require_in_use("currencyCode", currency)
    _require_room(heads, stored, fresh, currency)
    connectors = connectors_of(ports.store, account, fresh)
    added = [
        new_payment(ports, sequence, payment, connector)
        for sequence, (payment, connector) in enumerate(zip(fresh, connectors, strict=True), start=len(stored))
    ]
    told = replace(
        checkout, batches=(*checkout.batches, identity(said)), order_group=sent.order_group or checkout.order_group
    )
    is_split = any(payment.recipients for payment in (*stored, *added))
    mode = _mode(ports, account, stored, connectors, is_split=is_split)
    _write(ports, heads, stored, added, currency, told, mode, _shopper(ports, heads, sent))


def _shopper(ports: Ports, heads: Heads, sent: _Sent) -> Shopper | None:
    """Return the shopper with the billing address of new payments; None if they tell none."""
    if sent.billing_address is None:
        return None
    known = ports.store.shopper(heads.order.account, heads.order.order_id) or Shopper()
    return replace(known, billing_address=sent.billing_address, erased_at=None)


def _write(
    ports: Ports,
    heads: Heads,
    stored: Sequence[Payment],
    added: Sequence[Payment],
    currency: str,
    told: Checkout,
    mode: Mode,
    shopper: Shopper | None,
) -> None:
    held = [*stored, *added]
    order = replace(
        heads.order,
        currency=currency,
        order_group=told.order_group or told.reference,
        payment_names=", ".join(dict.fromkeys(payment.payment_system_name for payment in held)),
    )
    sent = replace(
        heads.transaction,
        currency=currency,
        mode=mode,
        checkout=told,
        projection=tuple(payment.position for payment in held),
    )
    journal = heads.journal(ports.now())
    journal.record(
        EventType.PAYMENTS_RECEIVED,
        value=sum(payment.assigned for payment in added),
        total=sum(payment.assigned for payment in held),
        currency=currency,
        payments={payment.payment_id: payment.assigned for payment in added},
    )
    ports.commit(replace(heads.becomes(journal, order, sent), new_payments=added, shopper=shopper))


def _require_room(heads: Heads, stored: Sequence[Payment], payments: Sequence[NewPayment], currency: str) -> None:
    """Raise an error if the transaction does not accept these payments."""
    transaction = heads.transaction
    if not transaction.is_started or heads.order.cancelled_at is not None:
        raise WrongStatus(f"Transaction {transaction.transaction_id} takes no more payments", code="1403")
    paid = sum(payment.assigned for payment in stored) + sum(payment.value for payment in payments)
    if paid > transaction.value:
        raise unequal_sum(transaction.value, paid, currency)
    many = len(stored) + len(payments)
    if many > MAX_PAYMENTS:
        raise InvalidRequest(f"payments: a transaction has at most {MAX_PAYMENTS}; with these there are {many}")
    if stored and transaction.currency != currency:
        raise InvalidRequest(f"currencyCode {currency}: the transaction's payments are in {transaction.currency}")


def _not_sent_yet(
    ports: Ports, heads: Heads, stored: Sequence[Payment], payments: Sequence[NewPayment], currency: str
) -> list[NewPayment]:
    """Return the payments that the transaction does not have yet; raises ``AlreadyExists`` if another has their ids."""
    transaction = heads.transaction
    mine = {payment.payment_id: payment for payment in stored}
    fresh = []
    for payment in payments:
        held = mine.get(payment.payment_id) if payment.payment_id else None
        if held is None:
            fresh.append(payment)
        elif transaction.currency != currency or not _says(held, payment):
            raise AlreadyExists(f"payment id {payment.payment_id} already exists with different content")
    for id_ in (payment.payment_id for payment in fresh if payment.payment_id):
        owner = ports.store.transaction_of_payment(transaction.account, id_)
        if owner == transaction.transaction_id:
            raise Conflict
        if owner is not None:
            raise AlreadyExists(f"payment id {id_} is taken by a payment of another transaction")
    return fresh


def _says(held: Payment, sent: NewPayment) -> bool:
    """True if a stored payment equals the sent one.

    The card holder's name can be erased, and the value of an instalment was not stored by earlier versions.
    """
    return (
        sent.connector in (None, held.connector)
        and (held.payment_system, held.payment_system_name, held.group, held.assigned, held.installments)
        == (sent.payment_system, sent.payment_system_name, sent.group, sent.value, sent.installments)
        and (held.reference_value, held.interest_rate) == (sent.reference_value, sent.interest_rate)
        and (held.custom_code, held.return_url) == (sent.custom_code, sent.return_url)
        and (held.recipients or ()) == sent.recipients
        and _nameless(held.card) == _nameless(sent.card)
    )


def _nameless(card: VaultedCard | None) -> VaultedCard | None:
    return card and replace(card, holder=None)


def _mode(ports: Ports, account: str, stored: Sequence[Payment], added: Sequence[Connector], *, is_split: bool) -> Mode:
    known = {connector.name: connector for connector in added}
    known |= connectors_named(ports.store, account, {payment.connector for payment in stored} - known.keys())
    partial_settlement = ports.store.settings(account).partial_settlement
    return transaction_mode(list(known.values()), partial_settlement=partial_settlement, is_split=is_split)
