"""Orders at rest with captures and refunds, one for each number, as an acquirer reports them."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from random import Random

from settlement.domain.connectors.connector import Mode
from settlement.domain.ledger.ledger import Counters
from settlement.domain.ledger.refund_made import RefundMade
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.planning.drafting import Position
from settlement.domain.reconciliation.books import PaymentBooks
from settlement.domain.reconciliation.report_line import LineKind
from settlement.use_cases.shared.ports import Commit
from testkit.acquirer import FIRST_DAY, payment
from testkit.builders import a_payment, a_transaction, an_order


def sold(number: int) -> PaymentBooks:
    """Return the payment of a number; the same number gives the same payment."""
    return payment(number, Random(number))


def commit_of(account: str, books: PaymentBooks) -> Commit:
    """Return the writes of an order at rest with its payment, captures and refunds."""
    captured = sum(move.value for move in books.moves if move.kind is LineKind.CAPTURE)
    refunded = sum(move.value for move in books.moves if move.kind is LineKind.REFUND)
    counters = Counters(authorised=captured, captured=captured, refunded=refunded)
    placed_at = datetime.combine(FIRST_DAY, time(12), UTC) + timedelta(seconds=int(books.order_id[1:]))
    paid = a_payment(
        books.payment_id, captured, connector=books.connector, acquirer=books.acquirer, group=books.group,
        installments=books.installments, tid=books.tid, nsu=books.nsu, authorization_id=books.authorization,
        counters=counters,
    )  # fmt: skip
    about = {"account": account, "order_id": books.order_id, "transaction_id": books.transaction_id}
    position = Position(books.payment_id, 0, captured, books.group, counters)
    return Commit(
        account,
        books.order_id,
        books.transaction_id,
        books.currency,
        order=an_order(
            **about, order_group=books.order_id, value=captured, placed_value=captured, created_at=placed_at,
            payment_names="Visa", total_items=1,
        ),
        transaction=a_transaction(
            **about, mode=Mode.PARTIAL, value=captured, payable=captured, created_at=placed_at, ledger=counters,
            projection=(position,),
        ),
        new_payments=[paid],
        new_settlements=[
            Settlement(
                books.payment_id, f"{at:06d}-0001", move.reference, move.value,
                settled_at=datetime.combine(move.on, time(15), UTC),
            )
            for at, move in enumerate(books.moves, 2) if move.kind is LineKind.CAPTURE
        ],
        new_refunds=[
            RefundMade(
                books.payment_id, f"{at:06d}-0001", f"request-{at}", move.value, captured,
                datetime.combine(move.on, time(15), UTC), move.reference,
            )
            for at, move in enumerate(books.moves, 2) if move.kind is LineKind.REFUND
        ],
    )  # fmt: skip
