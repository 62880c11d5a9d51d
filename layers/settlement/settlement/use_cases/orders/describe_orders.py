"""Reads what a search shows of the orders of one page beside what lists have: payments, lines, invoices."""

from collections.abc import Sequence

from settlement.domain.order.invoice import Invoice
from settlement.domain.order.listing import ListedOrder
from settlement.domain.order.order import Line
from settlement.domain.order.placement import NOTHING_LISTED, ListedParts
from settlement.domain.transaction.operation import OperationState
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.shared.ports import Store
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class DescribedOrder:
    """A listed order with what a search shows of it; ``invoices`` are those that stand."""

    order: ListedOrder
    parts: ListedParts
    lines: list[Line]
    invoices: list[Invoice]
    payments: list[Payment]
    is_tried_again: bool


def describe_orders(store: Store, account: str, shown: Sequence[ListedOrder]) -> list[DescribedOrder]:
    """Return the orders of one page, described."""
    parts = store.listed_parts(account, (order.order_id for order in shown))
    transactions = store.transactions(account, (order.transaction_id for order in shown))
    payments = store.payments_of(account, transactions.values())
    return [
        DescribedOrder(
            order,
            parts.get(order.order_id, NOTHING_LISTED),
            store.lines(account, order.order_id),
            [held for held in store.invoices(account, order.order_id) if held.stands],
            payments.get(order.transaction_id, []),
            _is_tried_again(store, transactions.get(order.transaction_id)),
        )
        for order in shown
    ]


def _is_tried_again(store: Store, transaction: Transaction | None) -> bool:
    if transaction is None or transaction.is_idle:
        return False
    head = store.operation(transaction.account, transaction.transaction_id, transaction.head)
    return head is not None and head.state is OperationState.WAITING
