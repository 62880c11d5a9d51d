"""The store reads many things by their keys at once: what exists of them, of one account."""

from typing import Any

import pytest

from settlement.domain.ledger.refund_made import RefundMade
from settlement.domain.ledger.settlement import Settlement
from settlement.domain.reconciliation.outcomes import Outcome
from settlement.domain.reconciliation.payout import PayoutPart
from settlement.domain.reconciliation.report_line import LineKind, Stage
from settlement.domain.transaction.checkout import AdditionalData
from settlement.storage import pages
from settlement.storage.pages import items_of
from settlement.use_cases.shared.ports import Commit, Money, Store, Unavailable
from testkit.builders import ACCOUNT, NOON, a_payment, a_transaction, an_operation, an_order


def write_one(store: Store, number: int) -> None:
    order_id, transaction_id = f"{number}-01", f"T{number}"
    payments = [a_payment(payment_id=f"P{number}.{part}", sequence=part) for part in (1, 0)]
    transaction = a_transaction(
        transaction_id=transaction_id, order_id=order_id, projection=tuple(payment.position for payment in payments)
    )
    store.commit(
        Commit(
            ACCOUNT,
            order_id,
            transaction_id,
            order=an_order(order_id=order_id, transaction_id=transaction_id),
            transaction=transaction,
            new_payments=payments,
        )
    )


def test_heads_and_payments_are_read_by_their_ids(store: Store) -> None:
    for number in range(3):
        write_one(store, number)

    orders = store.orders(ACCOUNT, ["0-01", "2-01", "2-01", "none", "x" * 3000])
    transactions = store.transactions(ACCOUNT, ["T0", "T2", "none"])
    payments = store.payments_of(ACCOUNT, transactions.values())

    assert {id_: order.order_id for id_, order in orders.items()} == {"0-01": "0-01", "2-01": "2-01"}
    assert sorted(transactions) == ["T0", "T2"]
    assert {id_: [payment.payment_id for payment in held] for id_, held in payments.items()} == {
        "T0": ["P0.0", "P0.1"],
        "T2": ["P2.0", "P2.1"],
    }
    assert (store.orders("another", ["0-01"]), store.transactions("another", ["T0"])) == ({}, {})
    assert (store.orders(ACCOUNT, []), store.payments_of(ACCOUNT, [])) == ({}, {})


def test_more_are_read_than_one_request_asks_for(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    assert pages.AT_ONCE == 100, "as BatchGetItem allows"
    monkeypatch.setattr(pages, "AT_ONCE", 2)
    for number in range(5):
        write_one(store, number)

    assert len(store.orders(ACCOUNT, [f"{number}-01" for number in range(5)])) == 5


class BusyTable:
    """A table that answers one item of each request, and leaves the others to the next one."""

    def __init__(self, answers: int) -> None:
        self.answers = answers

    def batch_get_item(self, RequestItems: dict[str, Any]) -> dict[str, Any]:
        """Answer the first."""
        [first, *rest] = RequestItems["T"]["Keys"]
        answered = [first] if self.answers else []
        self.answers -= bool(answered)
        left = rest if answered else [first, *rest]
        return {"Responses": {"T": answered}, "UnprocessedKeys": {"T": {"Keys": left}} if left else {}}


def test_what_a_busy_table_leaves_is_asked_for_again() -> None:
    wanted = [("a", "1"), ("a", "2"), ("a", "3")]

    found = items_of(BusyTable(3), "T", wanted)  # type: ignore[arg-type]

    assert [(item["PK"]["S"], item["SK"]["S"]) for item in found] == wanted


def test_table_that_answers_nothing_is_not_asked_for_ever() -> None:
    with pytest.raises(Unavailable, match="items were left after 5 requests"):
        items_of(BusyTable(2), "T", [("a", "1"), ("a", "2"), ("a", "3")])  # type: ignore[arg-type]


def a_part(payment_id: str, move: str) -> PayoutPart:
    return PayoutPart(
        payment_id, LineKind.CAPTURE, move, Stage.REPORTED, 1, 1, Outcome.MATCHED, "BRL", 7000, 100, 6900, "BRL",
        "R1", 2, NOON,
    )  # fmt: skip


def test_money_of_a_transaction_is_read_at_once(store: Store) -> None:
    """Beside it stand a payment's data, a request and an operation; none of another transaction's is read."""
    for number in (1, 2):
        write_one(store, number)
        first, second = f"P{number}.0", f"P{number}.1"
        store.commit(
            Commit(
                ACCOUNT, f"{number}-01", f"T{number}",
                operations=[an_operation()],
                requests=[("key", "settle", 1)],
                additional_data=[AdditionalData("n", "v")],
                new_settlements=[
                    Settlement(second, "000002-0001", "s3", 3000, settled_at=NOON),
                    Settlement(first, "000003-0001", "s2", 1500, settled_at=NOON),
                    Settlement(first, "000002-0001", "s1", 7000, settled_at=NOON),
                ],
                new_refunds=[
                    RefundMade(first, "000005-0001", "r2", 100, 7000, NOON),
                    RefundMade(first, "000004-0001", "r1", 200, 7000, NOON),
                ],
                payouts=[a_part(first, "000002-0001"), a_part(second, "000002-0001")],
            )
        )  # fmt: skip

    money = store.money_of(ACCOUNT, "T1")

    assert [payment.payment_id for payment in money.payments] == ["P1.0", "P1.1"]
    assert [held.settle_id for held in money.settlements] == ["s1", "s2", "s3"]
    assert [held.request_id for held in money.refunds] == ["r1", "r2"]
    assert [(part.payment_id, part.version) for part in money.payouts] == [("P1.0", 1), ("P1.1", 1)]
    assert money.settlements[:2] == store.settlements(ACCOUNT, "T1", "P1.0")
    assert money.payments == store.payments(ACCOUNT, "T1")
    assert store.money_of(ACCOUNT, "none") == Money([], [], [], [])
