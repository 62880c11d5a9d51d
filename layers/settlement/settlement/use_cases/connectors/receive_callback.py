"""A connector's callback that an authorisation is decided (C§4.2, D49): it triggers a call and moves no money."""

import hmac
from dataclasses import replace

from settlement.domain.errors import PaymentNotFound, Unauthorised
from settlement.domain.transaction.acceptance import record_ready
from settlement.domain.transaction.payment import Authorisation, Payment
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.heads import load_by_transaction
from settlement.use_cases.shared.ports import Ports
from settlement.use_cases.workflow.queue import operation_at


def receive_callback(ports: Ports, account: str, transaction_id: str, payment_id: str, signature: str) -> None:
    """Ask for an undecided authorisation again at once; has no effect on a decided one.

    Raises ``TransactionNotFound``, ``PaymentNotFound``, and ``Unauthorised`` if the signature is not the payment's.
    """
    payment = signed_payment(ports, account, transaction_id, payment_id, signature)
    if payment.authorisation is not Authorisation.PENDING:
        return
    decide_until_written(ports, lambda: _ask_again(ports, account, transaction_id))


def signed_payment(ports: Ports, account: str, transaction_id: str, payment_id: str, signature: str) -> Payment:
    """Return a payment if the signature is its own; raises ``PaymentNotFound`` and ``Unauthorised``."""
    payment = ports.store.payment(account, transaction_id, payment_id)
    if payment is None:
        raise PaymentNotFound(payment_id)
    if not hmac.compare_digest(payment.signature.encode(), signature.encode(errors="replace")):
        raise Unauthorised("X-VTEX-signature is not the signature of this payment")
    return payment


def _ask_again(ports: Ports, account: str, transaction_id: str) -> None:
    heads = load_by_transaction(ports.store, account, transaction_id)
    transaction = heads.transaction
    if transaction.authorisation is not Authorisation.PENDING:
        return
    operation = operation_at(ports.store, transaction, transaction.head)
    if not operation.takes_news:
        return
    journal = heads.journal(ports.now())
    record_ready(journal, operation)
    commit = heads.becomes(journal, heads.order, transaction)
    ports.commit(replace(commit, operations=[operation.hears_of_news()]))
