"""What a transaction's views are made of, as they read it, held against all of its operations and connector calls."""

from collections import defaultdict

from settlement.domain.audit.reconciliation import Reconciliation, reconcile
from settlement.domain.ledger.ledger import Counters
from settlement.domain.transaction.answers import Answers, answers_of
from settlement.domain.transaction.deeds import deeds_of_all
from settlement.domain.transaction.leg import LegState
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


def require_events_fold(placed: Placed) -> None:
    """Folding the events' deltas gives the ledger, and no writer left a gap (R30)."""
    folded: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    numbers: dict[str, list[int]] = defaultdict(list)
    for event in placed.events:
        numbers[event.writer].append(event.number)
        deltas = event.data.get("deltas", {})
        assert isinstance(deltas, dict)
        for name, delta in deltas.items():
            folded[str(event.payment_id)][name] += delta
    for payment in placed.payments:
        assert Counters(**folded[payment.payment_id]) == payment.counters
    for written in numbers.values():
        assert sorted(written) == list(range(1, len(written) + 1))


def require_connectors_agree(placed: Placed) -> None:
    """The connector's books and the ledger agree, but for what is in doubt."""
    for payment in placed.payments:
        books, counters = placed.shop.provider.books[payment.payment_id], payment.counters
        doubtful = any(leg.state is LegState.IN_DOUBT for leg in placed.legs if leg.payment_id == payment.payment_id)
        settlements = placed.shop.store.settlements(ACCOUNT, placed.transaction_id, payment.payment_id)
        if doubtful:
            assert counters.captured <= books.captured <= counters.captured + counters.in_doubt
            assert counters.refunded <= books.refunded <= counters.refunded + counters.refund_in_doubt
            most = counters.cancelled + counters.cancel_in_doubt + counters.withheld
            assert counters.cancelled <= books.cancelled <= most
        else:
            assert (counters.captured, counters.cancelled, counters.refunded) == (
                books.captured,
                books.cancelled,
                books.refunded,
            )
            held = {settlement.settle_id: settlement.value - settlement.refunded for settlement in settlements}
            assert held == books.settlements
