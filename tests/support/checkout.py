"""Drives a transaction at the gateway, as a checkout does."""

from dataclasses import replace
from typing import Any

from settlement.api.transactions.view import transaction_view
from settlement.domain.connectors.connector import VaultedCard
from settlement.domain.transaction.checkout import Checkout
from settlement.domain.transaction.statuses import TransactionStatus, payment_status, transaction_status
from settlement.use_cases.gateway.request_authorisation import request_authorisation
from settlement.use_cases.gateway.request_movement import (
    DirectRequest,
    Requested,
    request_movement,
)
from settlement.use_cases.gateway.retrieve_transaction import retrieve_books
from settlement.use_cases.gateway.send_payments import send_payments
from settlement.use_cases.gateway.start_transaction import NewTransaction, start_transaction
from settlement.use_cases.orders.place_order import NewPayment
from testkit.builders import ACCOUNT
from testkit.shop import Placed, Shop

CART = {"items": [{"id": "A", "name": "Shoe", "value": 8000, "quantity": 1}], "freight": 2000, "tax": 0}

NEW = NewTransaction(10000, Checkout("purchase-1", "store", "1"))


def started(shop: Shop, key: str | None = None, **changes: Any) -> Placed:
    """Start a transaction."""
    heads = start_transaction(shop.ports, ACCOUNT, replace(NEW, **changes), key)
    return Placed(shop, heads.order.order_id, heads.transaction.transaction_id)


def a_payment(value: int = 10000, payment_system: str = "2", group: str = "creditCard", **changes: Any) -> NewPayment:
    """A payment that names no connector."""
    return replace(NewPayment(None, payment_system, "Visa", group, value, 1, card=VaultedCard("vault")), **changes)


def send(placed: Placed, *payments: NewPayment, currency: str = "BRL") -> None:
    """Send payments."""
    send_payments(placed.shop.ports, ACCOUNT, placed.transaction_id, payments, currency, "1248716513905")


def authorise(placed: Placed) -> Requested:
    """Ask for the authorisation, and run it."""
    requested = request_authorisation(placed.shop.ports, ACCOUNT, placed.transaction_id, "STORE", recurrent=True)
    placed.run()
    return requested


def ask(placed: Placed, movement: DirectRequest, value: int) -> None:
    """Ask the gateway for a movement, and run it."""
    request_movement(placed.shop.ports, ACCOUNT, placed.transaction_id, movement, value, None)
    placed.run()


def status(placed: Placed) -> str:
    """The transaction's status."""
    return transaction_status(placed.order, placed.transaction).value


def payment_statuses(placed: Placed) -> list[str]:
    """The payments' statuses."""
    whole = TransactionStatus(status(placed))
    return [payment_status(payment, whole).value for payment in placed.payments]


def view(placed: Placed) -> Any:
    """The transaction as the gateway shows it."""
    found = retrieve_books(placed.shop.store, ACCOUNT, placed.transaction_id)
    told = placed.shop.store.additional_data(ACCOUNT, placed.transaction_id)
    return transaction_view(found, placed.shop.store.lines(ACCOUNT, placed.order_id), told)
