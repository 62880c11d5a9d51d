"""Statuses are total functions of facts: every combination has the one that this table says (C§5, C§8.15, C§8.16)."""

from dataclasses import dataclass
from itertools import product

import pytest

from settlement.domain.ledger.ledger import Counters
from settlement.domain.order.order import Order
from settlement.domain.transaction.payment import Authorisation
from settlement.domain.transaction.statuses import (
    TransactionStatus,
    is_finished,
    order_status,
    payment_status,
    transaction_status,
)
from settlement.domain.transaction.transaction import Transaction
from testkit.builders import NOON, a_payment, a_transaction, an_order

INVOICED = {"none": 0, "part": 7000, "whole": 10000}
LEDGERS = {
    "nothing": Counters(),
    "open": Counters(authorised=10000),
    "part captured": Counters(authorised=10000, captured=7000),
    "all captured": Counters(authorised=10000, captured=10000),
    "all captured or given up": Counters(authorised=12000, captured=10000, cancelled=1500, withheld=500),
    "part refunded": Counters(authorised=11000, captured=11000, refunded=1000, change_refunded=1000),
    "returned": Counters(authorised=10000, captured=10000, refunded=3000),
    "in doubt": Counters(authorised=10000, captured=7000, in_doubt=3000),
    "given up": Counters(authorised=10000, cancelled=10000),
}
QUEUES = {
    "idle": {"head": 5, "tail": 5, "last_settling": 4},
    "settling": {"head": 4, "tail": 5, "last_settling": 4},
    "other work": {"head": 4, "tail": 5, "last_settling": 2},
    "failed": {"head": 5, "tail": 5, "last_settling": 4, "unsettled": 1, "troubled": 1},
}
REQUESTED = (0, 7000, 10000)


@dataclass(frozen=True)
class Facts:
    """One combination."""

    cancelled: bool
    authorisation: Authorisation
    started: bool
    invoiced: str
    queue: str
    ledger: str
    requested: int

    @property
    def heads(self) -> tuple[Order, Transaction]:
        """The order and transaction with these facts."""
        order = an_order(
            cancelled_at=NOON if self.cancelled else None,
            started_at=NOON if self.started else None,
            invoiced=INVOICED[self.invoiced],
        )
        transaction = a_transaction(
            authorisation=self.authorisation,
            ledger=LEDGERS[self.ledger],
            requested=self.requested,
            **QUEUES[self.queue],
        )
        return order, transaction


EVERYTHING = [
    Facts(*combination)
    for combination in product((False, True), Authorisation, (False, True), INVOICED, QUEUES, LEDGERS, REQUESTED)
]

ANY = None
PENDING, DECIDED = (Authorisation.PENDING,), (Authorisation.APPROVED, Authorisation.DENIED)

# cancelled, authorisation, started, invoiced, queue -> status; the first row that fits counts.
ORDER_TABLE = [
    (True, ANY, ANY, ANY, ANY, "canceled"),
    (False, PENDING, ANY, ANY, ANY, "payment-pending"),
    (False, DECIDED, False, ANY, ANY, "ready-for-handling"),
    (False, DECIDED, True, ("none",), ANY, "handling"),
    (False, DECIDED, True, ("part", "whole"), ("settling", "failed"), "invoice"),
    (False, DECIDED, True, ("part",), ("idle", "other work"), "payment-approved"),
    (False, DECIDED, True, ("whole",), ("idle", "other work"), "invoiced"),
]

DONE_LEDGERS = ("all captured", "all captured or given up", "part refunded", "returned")
SETTLED_LEDGERS = DONE_LEDGERS
CAPTURED_LEDGERS = ("part captured", "in doubt")
CAPTURED = (*SETTLED_LEDGERS, *CAPTURED_LEDGERS)

# cancelled, authorisation, invoiced, queue, ledger, requested -> status; the first row that fits counts.
TRANSACTION_TABLE = [
    (True, ANY, ANY, ("idle",), ("nothing", "given up"), ANY, "Cancelled"),
    (True, ANY, ANY, ANY, ANY, ANY, "Cancelling"),
    (False, PENDING, ANY, ANY, ANY, ANY, "Authorizing"),
    (False, DECIDED, ANY, ("failed",), ("given up",), ANY, "Cancelling"),
    (False, DECIDED, ANY, ANY, ("given up",), ANY, "Cancelled"),
    (False, DECIDED, ANY, ("failed",), CAPTURED, ANY, "Settling"),
    (False, DECIDED, ("whole",), ANY, DONE_LEDGERS, (10000,), "Finished"),
    (False, DECIDED, ("whole",), ("idle", "settling", "other work"), ("nothing",), (0,), "Finished"),
    (False, DECIDED, ANY, ANY, SETTLED_LEDGERS, ANY, "Settled"),
    (False, DECIDED, ANY, ANY, CAPTURED_LEDGERS, ANY, "Settling"),
    (False, DECIDED, ANY, ANY, ("nothing", "open"), (7000, 10000), "Settling"),
    (False, DECIDED, ANY, ANY, ("nothing", "open"), (0,), "Approved"),
]


def row_of(table: list[tuple[object, ...]], facts: tuple[object, ...]) -> str:
    """The status of the first row that fits."""
    for *conditions, status in table:
        if all(
            condition is ANY or fact == condition or (isinstance(condition, tuple) and fact in condition)
            for condition, fact in zip(conditions, facts, strict=True)
        ):
            return str(status)
    raise AssertionError(f"no row for {facts}")


def test_order_status_is_what_the_table_says_for_every_combination() -> None:
    for facts in EVERYTHING:
        expected = row_of(
            ORDER_TABLE,  # type: ignore[arg-type]
            (facts.cancelled, facts.authorisation, facts.started, facts.invoiced, facts.queue),
        )
        assert order_status(*facts.heads).value == expected, facts


def test_transaction_status_is_what_the_table_says_for_every_combination() -> None:
    for facts in EVERYTHING:
        expected = row_of(
            TRANSACTION_TABLE,  # type: ignore[arg-type]
            (facts.cancelled, facts.authorisation, facts.invoiced, facts.queue, facts.ledger, facts.requested),
        )
        assert transaction_status(*facts.heads).value == expected, facts


def test_every_row_of_the_tables_is_needed() -> None:
    orders = {order_status(*facts.heads).value for facts in EVERYTHING}
    transactions = {transaction_status(*facts.heads).value for facts in EVERYTHING}

    assert orders == {str(row[-1]) for row in ORDER_TABLE}
    assert transactions == {str(row[-1]) for row in TRANSACTION_TABLE}


def test_invoiced_is_for_good_while_a_return_is_on_its_way() -> None:
    transaction = a_transaction(**QUEUES["other work"], ledger=LEDGERS["all captured"], requested=10000)

    assert order_status(an_order(invoiced=10000), transaction).value == "invoiced"


@pytest.mark.parametrize(
    ("order", "ledger", "requested", "finished"),
    [
        (an_order(invoiced=10000), Counters(10000, 10000), 10000, True),
        (an_order(invoiced=9999), Counters(10000, 10000), 10000, False),
        (an_order(invoiced=10000), Counters(10000, 9999), 10000, False),
        (an_order(invoiced=10000), Counters(10500, 10000), 10000, False),
        (an_order(invoiced=10000), Counters(10500, 10500), 10500, True),
        (an_order(invoiced=10000), Counters(10000, 10000), 9999, False),
        (an_order(invoiced=10000), Counters(10000, 9000, in_doubt=1000), 10000, False),
    ],
)
def test_finished_is_when_invoices_requests_and_ledger_agree(
    order: Order, ledger: Counters, requested: int, finished: bool
) -> None:
    assert is_finished(order, a_transaction(ledger=ledger, requested=requested)) is finished


@pytest.mark.parametrize(
    ("authorisation", "counters", "whole", "status"),
    [
        (Authorisation.DENIED, Counters(), "Cancelled", "Cancelled"),
        (Authorisation.PENDING, Counters(), "Authorizing", "Authorizing"),
        (Authorisation.APPROVED, Counters(100), "Approved", "Approved"),
        (Authorisation.APPROVED, Counters(100), "Settling", "Approved"),
        (Authorisation.APPROVED, Counters(100, 40), "Settling", "Settling"),
        (Authorisation.APPROVED, Counters(100, 100), "Settling", "Settled"),
        (Authorisation.APPROVED, Counters(100, 60, 40), "Settling", "Settled"),
        (Authorisation.APPROVED, Counters(100, 0, 100), "Settling", "Cancelled"),
        (Authorisation.APPROVED, Counters(100, 0, 100), "Finished", "Cancelled"),
        (Authorisation.APPROVED, Counters(100, 100), "Finished", "Finished"),
        (Authorisation.APPROVED, Counters(100, 100), "Cancelling", "Cancelling"),
    ],
)
def test_payment_status(authorisation: Authorisation, counters: Counters, whole: str, status: str) -> None:
    payment = a_payment(authorisation=authorisation, counters=counters)

    assert payment_status(payment, TransactionStatus(whole)).value == status
