"""Orders are found by shopper, connector's numbers and invoices, by ``q`` alone or with ``searchField`` (D148)."""

from datetime import timedelta
from typing import Any

import pytest

from settlement.domain.order.finding import TermKind, term_of, terms_like, terms_of_shopper
from settlement.domain.order.shopper import Shopper
from settlement.use_cases.orders import list_orders as module
from testkit.builders import a_new_payment
from testkit.shop import Shop
from tests.support.service import Service
from tests.support.tour import ORDERS, Tour
from tests.support.tour_bodies import invoice_body

KEY = "35260314200166000187550010000000071123456780"


@pytest.fixture
def service(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Service:
    return Service(shop, monkeypatch)


def found(service: Service, **query: str) -> list[str]:
    listed: list[dict[str, Any]] = service.do("GET", ORDERS, query=query)["list"]
    return [order["orderId"] for order in listed]


@pytest.fixture
def tour(service: Service) -> Tour:
    """Two orders of one shopper, the first of which is invoiced."""
    tour = Tour(service)
    for order_id in ("first", "second"):
        tour.place(order_id)
    service.do("POST", f"{ORDERS}/first/invoice", invoice_body("NF-77", 7000, invoiceKey=KEY))
    return tour


@pytest.mark.parametrize(
    ("field", "text", "both"),
    [
        ("email", "MARIA.silva@mail.example", True),
        ("clientEmail", "maria.silva@mail.example", True),
        ("document", "529.982.247-25", True),
        ("name", "maria SILVA", True),
        ("tid", "TID", True),
        ("nsu", "NSU", True),
        ("invoiceNumber", "NF-77", False),
        ("accessKey", KEY, False),
        ("invoiceKey", f"{KEY[:22]} {KEY[22:]}", False),
    ],
)
def test_order_is_found_by_a_term_of_its_kind_and_of_none(
    service: Service, tour: Tour, field: str, text: str, both: bool
) -> None:
    expected = ["second", "first"] if both else ["first"]

    assert sorted(found(service, q=text, searchField=field)) == sorted(expected)
    if field != "nsu":
        assert sorted(found(service, q=text)) == sorted(expected)
    assert found(service, q=f"{text}0", searchField=field) == []


def test_found_orders_are_filtered_sorted_and_shown_as_others_are(service: Service, tour: Tour) -> None:
    email = "maria.silva@mail.example"

    assert found(service, q=email, f_status="handling") == ["second"]
    assert found(service, q=email, orderBy="orderId,asc") == ["first", "second"]
    [order] = service.do("GET", ORDERS, query={"q": "NF-77"})["list"]
    assert (order["invoicedValue"], order["settledValue"], order["leftToInvoiceValue"]) == (7000, 7000, 3000)


def test_erased_shopper_finds_nothing(service: Service, tour: Tour) -> None:
    service.do("DELETE", f"{ORDERS}/first/shopper")

    for field, text in (("email", "maria.silva@mail.example"), ("document", "52998224725"), ("name", "Maria Silva")):
        assert found(service, q=text, searchField=field) == found(service, q=text) == ["second"]
    assert found(service, q="NF-77") == ["first"]

    transaction_id = tour.shop.store.order("demo", "second").transaction_id  # type: ignore[union-attr]
    service.do("DELETE", f"/api/pvt/transactions/{transaction_id}/shopper")
    assert found(service, q="maria.silva@mail.example") == []


def test_access_key_that_comes_later_finds_the_order(service: Service, tour: Tour) -> None:
    service.do("POST", f"{ORDERS}/second/invoice", invoice_body("NF-78", 1000))
    assert found(service, q=KEY[::-1]) == []

    service.do("POST", f"{ORDERS}/second/invoice", invoice_body("NF-78", 1000, invoiceKey=KEY[::-1]))

    assert found(service, q=KEY[::-1]) == found(service, q="NF-78") == ["second"]


def test_term_that_finds_too_many_says_so(service: Service, tour: Tour, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_FOUND", 1)

    listed = service.do("GET", ORDERS, query={"q": "Maria Silva", "searchField": "name"})

    assert ([order["orderId"] for order in listed["list"]], listed["paging"]["isPartial"]) == (["second"], True)


def test_terms_of_a_company_and_of_nobody() -> None:
    company = Shopper(corporate_name="Açúcar & Cia", corporate_document="11.222.333/0001-81")

    assert terms_of_shopper(None) == terms_of_shopper(Shopper(email=" ", first_name="")) == ()
    assert {term.text for term in terms_of_shopper(company)} == {"acucar & cia", "11222333000181"}


def test_text_is_looked_for_as_what_it_can_be() -> None:
    assert [term.kind for term in terms_like("maria@mail.example")] == [TermKind.EMAIL]
    assert [term.kind for term in terms_like(KEY)] == [TermKind.ACCESS_KEY]
    assert TermKind.NAME in {term.kind for term in terms_like("Maria")}
    assert TermKind.NAME not in {term.kind for term in terms_like("529.982.247-25")}
    assert term_of(TermKind.DOCUMENT, "./-") is None


def test_part_of_a_payments_id_is_looked_for_among_the_newest_orders(
    service: Service, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = shop.open(a_new_payment(10000, "partial"))
    shop.pass_time(timedelta(minutes=1))
    newer = shop.open(a_new_payment(10000, "partial"))
    parts = {placed.order_id: placed.payments[0].payment_id[-9:] for placed in (older, newer)}
    assert [found(service, q=part) for part in parts.values()] == [[older.order_id], [newer.order_id]]
    monkeypatch.setattr(module, "MAX_HEADS", 1)

    assert [found(service, q=part) for part in parts.values()] == [[], [newer.order_id]]
