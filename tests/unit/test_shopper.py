"""A shopper's data: told to the connector, shown on the order, kept in one place, and erased from it."""

from dataclasses import replace

import pytest

from settlement.api.orders.view import order_view
from settlement.domain.connectors.connector import VaultedCard
from settlement.domain.errors import OrderNotFound
from settlement.domain.events import EventType
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.order.shopper import Address, Shopper
from settlement.domain.transaction.checkout import AdditionalData
from settlement.use_cases.gateway.add_data import add_data
from settlement.use_cases.orders.erase_shopper import erase_shopper, erase_shopper_of_transaction
from settlement.use_cases.orders.retrieve_order import retrieve_order
from testkit.builders import ACCOUNT, ORDER_ID, a_new_order, a_new_payment
from testkit.shop import Placed, Shop
from tests.support.books import reconciled

MARIA = Shopper(
    email="maria@mail.example",
    first_name="Maria",
    last_name="Silva",
    document_type="cpf",
    document="52998224725",
    phone="+5521999999999",
    address=Address(street="Praia de Botafogo", number="300", city="Rio de Janeiro", state="RJ", country="BRA"),
)
FACTS = ("maria@", "Maria", "Silva", "52998224725", "99999999", "Botafogo", "M SILVA")


def placed_by_maria(shop: Shop) -> Placed:
    """An order of Maria's in handling, paid with her card."""
    payment = a_new_payment(10000, "partial", card=VaultedCard("vault", "M SILVA", "444433", "1111"))
    placed = shop.place_again(a_new_order(payment, order_id=ORDER_ID, shopper=MARIA))
    placed.run()
    placed.start()
    return placed


def held(shop: Shop) -> str:
    """Everything that is stored, as text."""
    return repr(shop.store.backup())


def test_shopper_is_told_to_the_connector_and_shown(shop: Shop) -> None:
    placed_by_maria(shop)

    assert shop.provider.authorisations[-1].shopper == MARIA
    shown = order_view(retrieve_order(shop.store, ACCOUNT, ORDER_ID))
    assert shown["clientProfileData"]["email"] == "maria@mail.example"
    assert shown["clientProfileData"]["document"] == "52998224725"
    assert shown["shippingData"]["address"]["street"] == "Praia de Botafogo"
    assert shown["shippingData"]["address"]["complement"] == ""


def test_events_tell_nothing_of_the_shopper(shop: Shop) -> None:
    placed = placed_by_maria(shop)
    placed.invoice("N1", 7000)

    events = repr(placed.events)
    assert [fact for fact in FACTS if fact in events] == []


def test_order_of_nobody_shows_nobody(shop: Shop) -> None:
    shop.place_again(a_new_order(a_new_payment(10000, "partial"), order_id=ORDER_ID))

    shown = order_view(retrieve_order(shop.store, ACCOUNT, ORDER_ID))

    assert (shown["clientProfileData"], shown["shippingData"]) == ({}, {"logisticsInfo": []})


def test_same_order_with_another_shopper_is_the_same_order(shop: Shop) -> None:
    order = a_new_order(a_new_payment(10000, "partial"), order_id=ORDER_ID, shopper=MARIA)
    first = shop.place_again(order)

    assert shop.place_again(replace(order, shopper=Shopper(email="other@mail.example"))) == first
    assert shop.store.shopper(ACCOUNT, ORDER_ID) == MARIA


def test_erased_shopper_is_nowhere_and_masked_where_it_was_shown(shop: Shop) -> None:
    placed = placed_by_maria(shop)
    assert "Maria" in held(shop)

    erase_shopper(shop.ports, ACCOUNT, ORDER_ID)
    shop.store.commits.clear()

    assert [fact for fact in FACTS if fact in held(shop)] == []
    shown = order_view(retrieve_order(shop.store, ACCOUNT, ORDER_ID))
    assert set(shown["clientProfileData"].values()) == {"clientProfileData", False, "***"}
    assert set(shown["shippingData"]["address"].values()) == {"***"}
    assert [event.type for event in placed.events].count(EventType.SHOPPER_ERASED) == 1


def test_money_goes_on_as_before_after_erasure(shop: Shop) -> None:
    placed = placed_by_maria(shop)
    placed.invoice("N1", 7000)
    ledger = placed.transaction.ledger

    erase_shopper(shop.ports, ACCOUNT, ORDER_ID)

    assert placed.transaction.ledger == ledger
    placed.invoice("N2", 3000)
    placed.give_back("D1", 1500)
    assert placed.status == ("invoiced", "Finished")
    books = reconciled(placed)
    assert books.is_consistent
    assert (placed.transaction.ledger.captured, placed.transaction.ledger.refunded) == (10000, 1500)


def test_additional_data_is_erased_with_the_shopper_by_order_or_transaction(shop: Shop) -> None:
    told = [AdditionalData("clientProfileData", '{"email": "maria@mail.example"}'), AdditionalData("note", "for Maria")]
    for order_id in ("first", "second"):
        placed = shop.place_again(a_new_order(a_new_payment(10000, "partial"), order_id=order_id))
        add_data(shop.ports, ACCOUNT, placed.transaction_id, [*told, AdditionalData("cart", '{"items": []}')])
        if order_id == "first":
            erase_shopper(shop.ports, ACCOUNT, order_id)
        else:
            erase_shopper_of_transaction(shop.ports, ACCOUNT, placed.transaction_id)

        kept = {data.name: data.value for data in shop.store.additional_data(ACCOUNT, placed.transaction_id)}
        assert kept == {"clientProfileData": "{}", "note": "{}", "cart": '{"items": []}'}


def test_erasing_twice_or_of_nobody_writes_nothing(shop: Shop) -> None:
    placed_by_maria(shop)
    erase_shopper(shop.ports, ACCOUNT, ORDER_ID)
    before = shop.store.backup()

    erase_shopper(shop.ports, ACCOUNT, ORDER_ID)
    assert shop.store.backup() == before

    nobody = shop.place_again(a_new_order(a_new_payment(10000, "partial"), order_id="nobody"))
    before = shop.store.backup()
    erase_shopper(shop.ports, ACCOUNT, nobody.order_id)
    assert shop.store.backup() == before


def test_shopper_of_another_account_or_of_no_order_cannot_be_erased(shop: Shop) -> None:
    placed_by_maria(shop)
    before = shop.store.backup()

    for account, order_id in (("stranger", ORDER_ID), (ACCOUNT, "unknown")):
        with pytest.raises(OrderNotFound):
            erase_shopper(shop.ports, account, order_id)

    assert shop.store.backup() == before


def test_erasure_while_a_capture_is_posted_loses_neither(shop: Shop) -> None:
    placed = placed_by_maria(shop)
    placed.notify("N1", 7000, type_=InvoiceType.OUTPUT)
    shop.store.interrupt(placed.run)

    erase_shopper(shop.ports, ACCOUNT, ORDER_ID)
    placed.run()

    assert placed.transaction.ledger.captured == 7000
    assert all(payment.card and payment.card.holder is None for payment in placed.payments)
