"""What a transaction's views are made of, as they read it, held against all of its operations and connector calls."""

from settlement.domain.audit.reconciliation import Reconciliation, reconcile
from settlement.domain.transaction.answers import Answers, answers_of
from settlement.domain.transaction.deeds import deeds_of_all
from settlement.use_cases.gateway.retrieve_transaction import retrieve_books, retrieve_payments
from testkit.builders import ACCOUNT
from testkit.shop import Placed


def reconciled(placed: Placed) -> Reconciliation:
    """The reconciliation of an order's transaction."""
    books = retrieve_books(placed.shop.store, ACCOUNT, placed.transaction_id)
    assert placed.transaction.deeds is not None
    assert books.deeds == deeds_of_all(placed.operations, placed.legs)
    return reconcile(placed.order, placed.transaction, books.payments, books.deeds, books.requested_through)


def answers_shown(placed: Placed, number: int = 1) -> Answers:
    """What the connector of a payment, by its number from 1, answered."""
    _, shown = retrieve_payments(placed.shop.store, ACCOUNT, placed.transaction_id)
    answers = shown[number - 1].answers
    told = answers_of(placed.payments[number - 1].payment_id, placed.legs)
    assert (answers.settlement, answers.refund, list(answers.refunds)) == (
        told.settlement,
        told.refund,
        list(told.refunds),
    )
    return answers
