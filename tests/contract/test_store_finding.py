"""The store finds orders by terms: of the shopper until it is erased, of connectors' answers, of invoices (D148)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from settlement.domain.order.finding import Term, TermKind, term_of, terms_of_shopper
from settlement.domain.order.shopper import Shopper
from settlement.use_cases.shared.ports import Changed, Commit, Page, Store
from testkit.builders import ACCOUNT, NOON, a_payment, a_transaction, an_order
from tests.contract.stored import an_invoice

MARIA = Shopper(
    email="Maria.Silva@Mail.example",
    first_name="María",
    last_name="da Silva",
    document="529.982.247-25",
    corporate_document="11.222.333/0001-81",
)


def term(kind: TermKind, text: str) -> Term:
    found = term_of(kind, text)
    assert found is not None
    return found


def place(store: Store, number: int, account: str = ACCOUNT, **more: Any) -> None:
    """Write an order with a shopper and a payment, each a minute after the one before."""
    order_id, transaction_id = f"{number}-01", f"T{number}"
    order = an_order(
        account=account, order_id=order_id, transaction_id=transaction_id, created_at=NOON + timedelta(minutes=number)
    )
    store.commit(
        Commit(
            account,
            order_id,
            transaction_id,
            order=replace(order, **more),
            transaction=a_transaction(account=account, transaction_id=transaction_id, order_id=order_id),
            new_payments=[a_payment(payment_id=f"P{number}")],
            shopper=MARIA,
        )
    )


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (TermKind.EMAIL, " maria.silva@mail.EXAMPLE"),
        (TermKind.NAME, "maria  DA silva"),
        (TermKind.DOCUMENT, "52998224725"),
        (TermKind.DOCUMENT, "11222333000181"),
    ],
)
def test_orders_are_found_by_the_shopper_until_it_is_erased(store: Store, kind: TermKind, text: str) -> None:
    wanted = term(kind, text)
    for number in (1, 2):
        place(store, number)

    assert store.orders_found(ACCOUNT, wanted, 10) == Page(["2-01", "1-01"])
    assert store.orders_found("another", wanted, 10) == Page([])
    assert store.orders_found(ACCOUNT, term(TermKind.EMAIL, text + "x"), 10) == Page([])

    before = store.order(ACCOUNT, "2-01")
    erased = Commit(
        ACCOUNT,
        "2-01",
        "T2",
        order_before=before,
        shopper=Shopper(erased_at=NOON),
        erased_terms=terms_of_shopper(store.shopper(ACCOUNT, "2-01")),
    )
    store.commit(erased)

    assert store.orders_found(ACCOUNT, wanted, 10) == Page(["1-01"])


def test_shopper_of_a_transaction_without_an_order_finds_nothing(store: Store) -> None:
    place(store, 1, gateway_only=True)

    assert store.orders_found(ACCOUNT, term(TermKind.EMAIL, "maria.silva@mail.example"), 10) == Page([])


def test_only_so_many_orders_are_found_the_newest_first(store: Store) -> None:
    for number in (1, 2, 3):
        place(store, number)

    page = store.orders_found(ACCOUNT, term(TermKind.NAME, "Maria da Silva"), 2)

    assert (page.items, page.next is not None) == (["3-01", "2-01"], True)


def test_orders_are_found_by_what_connectors_tell_of_their_payments(store: Store) -> None:
    place(store, 1)
    payment = store.payment(ACCOUNT, "T1", "P1")
    assert payment is not None
    told = replace(payment, tid="T-100", nsu="4711")
    store.commit(Commit(ACCOUNT, "1-01", "T1", payments=[Changed(payment, told)]))
    store.commit(Commit(ACCOUNT, "1-01", "T1", payments=[Changed(told, replace(told, tid="T-200"))]))

    for kind, text in ((TermKind.TID, "T-100"), (TermKind.TID, "T-200"), (TermKind.NSU, "4711")):
        assert store.orders_found(ACCOUNT, term(kind, text), 10) == Page(["1-01"])
    assert store.orders_found(ACCOUNT, term(TermKind.NSU, "T-100"), 10) == Page([])
    assert store.orders_found(ACCOUNT, term(TermKind.TID, "t-100"), 10) == Page([])


def test_orders_are_found_by_their_invoices_also_when_a_key_comes_later(store: Store) -> None:
    key = "3526" + "0" * 40
    invoice = an_invoice()
    store.commit(Commit(ACCOUNT, "1-01", "T1", invoices=[invoice]))
    store.commit(Commit(ACCOUNT, "2-01", "T2", invoices=[replace(invoice, received_at=NOON + timedelta(hours=1))]))

    assert store.orders_found(ACCOUNT, term(TermKind.INVOICE_NUMBER, "N1"), 10) == Page(["2-01", "1-01"])
    assert store.orders_found(ACCOUNT, term(TermKind.ACCESS_KEY, key), 10) == Page([])

    keyed = replace(invoice, key=key, replays=1)
    store.commit(Commit(ACCOUNT, "1-01", "T1", replaced_invoices=[Changed(invoice, keyed)]))

    assert store.orders_found(ACCOUNT, term(TermKind.ACCESS_KEY, key), 10) == Page(["1-01"])
    assert store.orders_found(ACCOUNT, term(TermKind.INVOICE_NUMBER, "N1"), 10) == Page(["2-01", "1-01"])
    assert store.orders_found("another", term(TermKind.INVOICE_NUMBER, "N1"), 10) == Page([])


def test_two_payments_may_be_told_the_same(store: Store) -> None:
    place(store, 1)
    payment = store.payment(ACCOUNT, "T1", "P1")
    assert payment is not None
    other = replace(a_payment(payment_id="P1b"), sequence=1)
    store.commit(Commit(ACCOUNT, "1-01", "T1", new_payments=[other]))
    changes = [Changed(held, replace(held, tid="T-9")) for held in (payment, other)]

    store.commit(Commit(ACCOUNT, "1-01", "T1", payments=changes))

    assert store.orders_found(ACCOUNT, term(TermKind.TID, "T-9"), 10) == Page(["1-01"])
