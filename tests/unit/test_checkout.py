"""A checkout that drives the gateway by itself: start, payments, additional data, authorisation (C§3.2)."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from settlement.domain.connectors.connector import Mode, VaultedCard
from settlement.domain.connectors.payment_systems import PAYMENT_SYSTEMS, payment_systems_served
from settlement.domain.errors import AlreadyExists, BadValue, InvalidRequest, OrderNotFound, WrongStatus
from settlement.domain.events import EventType
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.gateway.notify_payment import Received, notify_payment
from settlement.use_cases.gateway.request_movement import (
    CANCELLATION,
    REFUND,
    SETTLEMENT,
)
from settlement.use_cases.orders.retrieve_order import retrieve_order
from settlement.use_cases.shared.ports import ListRange
from testkit.builders import ACCOUNT, NOON, a_connector
from testkit.shop import Shop
from tests.support.books import reconciled
from tests.support.checkout import a_payment, ask, authorise, payment_statuses, send, started, status, view


@pytest.fixture
def shop(shop: Shop) -> Shop:
    """A shop whose partial connector serves every payment system that no other does."""
    shop.connect(a_connector("partial", payment_systems=("*",)))
    return shop


def test_word_about_a_card_that_nobody_was_asked_about_is_no_news(shop: Shop) -> None:
    placed = started(shop)
    send(placed, a_payment())
    before = shop.store.backup()

    notify_payment(shop.ports, ACCOUNT, placed.payments[0].payment_id, Received())

    assert shop.store.backup() == before


def test_transaction_is_driven_from_start_to_finish_without_an_order(shop: Shop) -> None:
    placed = started(shop)
    seen = [status(placed)]
    send(placed, a_payment())
    assert payment_statuses(placed) == ["Received"]
    authorise(placed)
    for value in (7000, 3000):
        seen.append(status(placed))
        ask(placed, SETTLEMENT, value)
    seen.append(status(placed))
    ask(placed, REFUND, 1500)

    assert seen == ["Started", "Approved", "Settling", "Finished"]
    assert placed.moved("settle") == [7000, 3000]
    assert placed.moved("refund") == [1500]
    found = reconciled(placed)
    assert found.is_consistent


def test_order_behind_it_is_none_of_the_oms(shop: Shop) -> None:
    placed = started(shop)
    send(placed, a_payment())
    authorise(placed)

    with pytest.raises(OrderNotFound):
        retrieve_order(shop.store, ACCOUNT, placed.order_id)
    assert shop.store.listed(ACCOUNT, ListRange("2026-03", NOON, shop.clock.time), None).items == []
    assert placed.said(EventType.ORDER_STATUS_CHANGED) == []
    assert shop.store.orders_of_group(ACCOUNT, "purchase-1") == []


def test_payments_arrive_in_parts_up_to_the_value(shop: Shop) -> None:
    placed = started(shop)
    send(placed, a_payment(4000))
    send(placed, a_payment(6000))

    with pytest.raises(BadValue, match=r"Transaction value \(100.00\) is not equal to payments sum \(100.01\)"):
        send(placed, a_payment(1))
    assert [payment.assigned for payment in placed.payments] == [4000, 6000]
    assert [payment.sequence for payment in placed.payments] == [0, 1]


def test_payments_sent_twice_are_taken_once(shop: Shop) -> None:
    placed = started(shop)
    for _ in range(2):
        send(placed, a_payment())
    authorise(placed)
    send(placed, a_payment())

    assert placed.moved("settle") == []
    assert placed.ledger.authorised == 10000
    assert len(placed.payments) == 1


def test_payments_sent_again_are_the_same_before_they_make_up_the_value(shop: Shop) -> None:
    placed = started(shop)
    for value in (3000, 3000, 5000, 3000, 5000):
        send(placed, a_payment(value))
    send(placed, a_payment(1000), a_payment(1000))
    send(placed, a_payment(1000), a_payment(1000))

    assert [payment.assigned for payment in placed.payments] == [3000, 5000, 1000, 1000]


def test_payment_is_the_same_by_its_id_whatever_is_sent_with_it(shop: Shop) -> None:
    placed = started(shop)
    one, other = a_payment(3000, payment_id="P1"), a_payment(7000, payment_id="P2")
    send(placed, one)
    send(placed, one, other)
    send(placed, other)
    send(placed, replace(one, connector="partial", card=VaultedCard("vault", "ANA")))
    authorise(placed)
    send(placed, other, one)

    assert [(payment.payment_id, payment.assigned) for payment in placed.payments] == [("P1", 3000), ("P2", 7000)]


@pytest.mark.parametrize(
    "changes",
    [
        {"value": 3001},
        {"installments": 2},
        {"payment_system": "4"},
        {"group": "debitCard"},
        {"connector": "total"},
        {"card": VaultedCard("another")},
        {"card": None},
        {"reference_value": 2900},
        {"interest_rate": "1.5"},
    ],
    ids=str,
)
def test_another_payment_under_an_id_that_is_there_is_refused(shop: Shop, changes: dict[str, Any]) -> None:
    placed = started(shop)
    sent = a_payment(3000, payment_id="P1")
    send(placed, sent)

    with pytest.raises(AlreadyExists, match="payment id P1 already exists with different content"):
        send(placed, replace(sent, **changes), a_payment(1000))
    with pytest.raises(AlreadyExists):
        send(placed, sent, currency="USD")
    with pytest.raises(AlreadyExists, match="payment id P1 is taken by a payment of another transaction"):
        send(started(shop), sent)

    assert [payment.assigned for payment in placed.payments] == [3000]


@pytest.mark.parametrize("id_", [None, "P1"])
def test_payments_sent_twice_at_once_are_taken_once(shop: Shop, id_: str | None) -> None:
    placed = started(shop)
    for value in (3000, 7000):
        sent = a_payment(value, payment_id=id_ and f"{id_}-{value}")
        shop.store.interrupt(partial(send, placed, sent))
        send(placed, sent)

    assert [payment.assigned for payment in placed.payments] == [3000, 7000]


@pytest.mark.parametrize("id_", [None, "P1"])
def test_payments_that_come_between_two_reads_are_seen(
    shop: Shop, id_: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other request writes after this one has read the transaction, before it reads the payments."""
    placed = started(shop)
    sent, read, others = a_payment(payment_id=id_), shop.store.payments, [True]

    def late(account: str, transaction_id: str) -> list[Payment]:
        if others:
            others.pop()
            send(placed, sent)
        return read(account, transaction_id)

    monkeypatch.setattr(shop.store, "payments", late)
    send(placed, sent)

    assert [payment.assigned for payment in placed.payments] == [10000]


def test_payments_sent_before_the_upgrade_are_the_same_when_they_are_sent_again(shop: Shop) -> None:
    placed = started(shop)
    send(placed, a_payment(3000))
    former = "ff9c94128002281c27f6aa3190b12b702692293dbf14c5ba87e45cc2ff99a2be"
    things = shop.store.backup()
    for key, thing in things.items():
        if isinstance(thing, Transaction) and thing.checkout is not None:
            stored = replace(thing, checkout=replace(thing.checkout, batch=former, batches=()))
            shop.store.restore({**things, key: stored})

    send(placed, a_payment(3000))

    assert [payment.assigned for payment in placed.payments] == [3000]


def test_authorisation_needs_payments_that_make_up_the_value(shop: Shop) -> None:
    placed = started(shop)
    with pytest.raises(WrongStatus) as none:
        authorise(placed)
    send(placed, a_payment(9999))
    with pytest.raises(BadValue) as few:
        authorise(placed)

    assert (none.value.published_code, few.value.published_code) == ("1414", "1402")
    assert few.value.message == "Transaction value (100.00) is not equal to payments sum (99.99)"
    assert status(placed) == "Started"


def test_authorisation_is_asked_for_once(shop: Shop) -> None:
    placed = started(shop)
    send(placed, a_payment())
    answers = [authorise(placed) for _ in range(3)]

    assert {answer.operation.sequence for answer in answers} == {1}
    assert len(placed.operations) == 1
    assert view(placed)["softDescriptor"] == "STORE"
    assert view(placed)["markedForRecurrence"] is True


def test_one_denied_payment_cancels_all(shop: Shop) -> None:
    placed = started(shop)
    send(placed, a_payment(4000), a_payment(6000))
    shop.provider.script("authorise", "ok", "denied")
    authorise(placed)

    assert status(placed) == "Cancelled"
    assert placed.moved("cancel") == [4000]
    assert placed.ledger.open == 0
    with pytest.raises(WrongStatus):
        ask(placed, SETTLEMENT, 1)


@pytest.mark.parametrize("sent", [False, True], ids=["without payments", "with payments"])
def test_started_transaction_is_cancelled_whole_or_not_at_all(shop: Shop, sent: bool) -> None:
    placed = started(shop)
    if sent:
        send(placed, a_payment())
    with pytest.raises(BadValue, match=r"\(1.00\) should be the transaction's value \(100.00\)"):
        ask(placed, CANCELLATION, 100)
    for _ in range(2):
        ask(placed, CANCELLATION, 10000)

    assert status(placed) == "Cancelled"
    assert payment_statuses(placed) == ["Cancelled"] * sent
    assert len(placed.operations) == 1
    with pytest.raises(WrongStatus):
        send(placed, a_payment(1))
    with pytest.raises(WrongStatus):
        authorise(placed)


def test_undecided_transaction_is_cancelled_and_its_payments_voided(shop: Shop) -> None:
    placed = started(shop)
    send(placed, a_payment())
    shop.provider.usually("authorise", "undefined")
    authorise(placed)
    assert status(placed) == "Authorizing"
    ask(placed, CANCELLATION, 10000)
    placed.rest()

    assert status(placed) == "Cancelled"
    assert [books.state for books in shop.provider.books.values()] == ["voided"]


def test_nothing_is_settled_of_a_transaction_without_payments(shop: Shop) -> None:
    placed = started(shop)
    with pytest.raises(WrongStatus) as refusal:
        ask(placed, SETTLEMENT, 100)
    assert refusal.value.published_code == "1419"


def test_same_key_starts_one_transaction(shop: Shop) -> None:
    first, again, other = started(shop, "K1"), started(shop, "K1"), started(shop, "K2")

    assert first.transaction_id == again.transaction_id != other.transaction_id
    assert len(first.said(EventType.TRANSACTION_STARTED)) == 1
    with pytest.raises(AlreadyExists):
        started(shop, "K1", value=1)


def test_connector_is_the_one_that_serves_the_payment_system(shop: Shop) -> None:
    shop.connect(a_connector("hold", Mode.HOLD, payment_systems=("17",)))
    placed = started(shop)
    send(placed, a_payment(1000, "17", "promissory"), a_payment(8000), a_payment(1000, connector="total"))

    assert [payment.connector for payment in placed.payments] == ["hold", "partial", "total"]
    assert placed.transaction.mode is Mode.TOTAL


def test_payment_system_that_none_or_several_serve_is_refused(shop: Shop) -> None:
    placed = started(shop)
    shop.connect(a_connector("hold", Mode.HOLD, payment_systems=("2",)))
    shop.connect(a_connector("total", Mode.TOTAL, payment_systems=("2",)))
    with pytest.raises(InvalidRequest, match="paymentSystem 2: hold and total serve it"):
        send(placed, a_payment())
    shop.connect(a_connector("partial"))
    with pytest.raises(InvalidRequest, match="paymentSystem 4: no connector of this account serves it"):
        send(placed, a_payment(payment_system="4"))
    assert placed.payments == []


def test_served_payment_systems_are_the_listed_ones_and_the_stores_own() -> None:
    pix, own, every = (a_connector(payment_systems=systems) for systems in (("125",), ("201", "2"), ("*",)))

    assert [system.id for system in payment_systems_served([pix, own])] == ["2", "125", "201"]
    assert [system.id for system in payment_systems_served([every, own])] == [*PAYMENT_SYSTEMS, "201"]
    assert payment_systems_served([a_connector()]) == []


def test_payments_are_in_one_currency(shop: Shop) -> None:
    placed = started(shop)
    send(placed, a_payment(4000), currency="USD")
    with pytest.raises(InvalidRequest, match="currencyCode BRL: the transaction's payments are in USD"):
        send(placed, a_payment(6000))
    send(placed, a_payment(6000), currency="USD")
    authorise(placed)
    assert view(placed)["currencyCode"] == "USD"


def test_mode_is_that_of_the_payments(shop: Shop) -> None:
    placed = started(shop)
    send(placed, a_payment(connector="hold"))
    authorise(placed)
    ask(placed, SETTLEMENT, 7000)
    assert placed.moved("settle") == []
    ask(placed, SETTLEMENT, 3000)
    assert placed.moved("settle") == [10000]
