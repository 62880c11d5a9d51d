"""Under ``strictInvoices`` the items of every invoice are held to the order; elsewhere they inform (C§1.4.9, D167)."""

from __future__ import annotations

from typing import Any

import pytest

from testkit.nfe_documents import nfe
from testkit.shop import Shop
from tests.support.service import Heard, Service
from tests.support.tour_bodies import invoice_body, order_body

ORDER = "/api/oms/pvt/orders/held"


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    """The functions, with a started order of A x 1 at 50.00, B x 2 at 15.00, and 20.00 of freight, held strictly."""
    service = Service(Shop(), monkeypatch)
    service.do("POST", "/api/oms/pvt/orders", order_body("held"))
    service.do("POST", f"{ORDER}/start-handling")
    service.do("PATCH", "/api/oms/pvt/account/settings", {"strictInvoices": True})
    return service


def items(*told: tuple[str, int, int]) -> list[dict[str, Any]]:
    return [{"id": id_, "quantity": quantity, "price": price} for id_, quantity, price in told]


def send(service: Service, number: str, value: int, *told: tuple[str, int, int], **more: Any) -> Heard:
    return service.call("POST", f"{ORDER}/invoice", invoice_body(number, value, items=items(*told), **more))


def give_back(service: Service, number: str, value: int, *told: tuple[str, int, int]) -> Heard:
    return service.call("POST", f"{ORDER}/invoice", invoice_body(number, value, "Input", items=items(*told)))


@pytest.mark.parametrize(
    ("value", "told", "extra", "code", "said"),
    [
        (1500, [("C", 1, 1500)], 0, "OMS020", "items.0: C is no line of the order"),
        (6500, [("A", 1, 5000), ("C", 1, 1500)], 0, "OMS020", "items.1: C is no line of the order"),
        (4500, [("B", 3, 1500)], 0, "OMS021", "items: B on line 2 has 1 units more than are left to invoice"),
        (4500, [("B", 1, 1500), ("B", 2, 1500)], 0, "OMS021", "items: B on line 2 has 1 units more"),
        (5001, [("A", 1, 5001)], 0, "OMS022", "items.0: A on line 1 must be at most 5000 for 1 units; it is 5001"),
        (9900, [("A", 1, 5000)], 0, "OMS022", "must add up to invoiceValue, 9900; they are 5000: A on line 1 5000"),
        (5000, [("A", 1, 5000)], 1, "OMS022", "they are 5001: A on line 1 5000, extraValue 1"),
    ],
)
def test_sale_that_is_not_the_orders_is_refused_with_its_line(
    service: Service, value: int, told: list[tuple[str, int, int]], extra: int, code: str, said: str
) -> None:
    commits = len(service.shop.store.commits)
    heard = send(service, "N1", value, *told, extraValue=extra)
    assert (heard.status, heard.json["error"]["code"]) == (400, code)
    assert said in heard.json["error"]["message"]
    assert len(service.shop.store.commits) == commits

    service.do("PATCH", "/api/oms/pvt/account/settings", {"strictInvoices": False})
    assert send(service, "N1", value, *told, extraValue=extra).status == 200


def test_sales_that_are_the_orders_are_taken_until_nothing_is_left(service: Service) -> None:
    assert send(service, "N1", 6500, ("A", 1, 5000), ("B", 1, 1500)).status == 200
    assert send(service, "N2", 1500, ("A", 1, 1500)).json["error"]["code"] == "OMS021"
    assert send(service, "N2", 3500, ("B", 1, 1500), extraValue=2000).status == 200


def test_discounted_item_is_taken(service: Service) -> None:
    assert send(service, "N1", 4000, ("A", 1, 4000)).status == 200


def test_item_by_index_names_its_line(service: Service) -> None:
    body: dict[str, Any] = {"type": "Output", "issuedDate": "2026-03-02", "invoiceNumber": "N1", "invoiceValue": 4500}
    body["items"] = [{"itemIndex": 1, "price": 4500, "quantity": 3}]
    heard = service.call("POST", "/api/orders/pvt/document/held/invoices", body)
    assert (heard.status, heard.json["error"]["code"]) == (400, "OMS021")
    assert "item 1 on line 2 has 1 units more" in heard.json["error"]["message"]


def test_document_is_held_as_well(service: Service) -> None:
    heard = service.call("POST", f"{ORDER}/invoice/nfe", nfe(1, "45.00", [("B", "3", "45.00")]))
    assert (heard.status, heard.json["error"]["code"]) == (400, "OMS021")


def test_return_is_held_to_what_was_sold(service: Service) -> None:
    assert send(service, "N1", 8000, ("A", 1, 5000), ("B", 2, 1500)).status == 200
    assert send(service, "N2", 2000).status == 200
    service.shop.relay()

    assert give_back(service, "D1", 1500, ("C", 1, 1500)).json["error"]["code"] == "OMS020"
    assert give_back(service, "D1", 4500, ("B", 3, 1500)).json["error"]["code"] == "OMS021"
    assert give_back(service, "D1", 3000, ("B", 1, 1500)).json["error"]["code"] == "OMS022"
    assert give_back(service, "D1", 1500, ("B", 1, 1500)).status == 200
    assert give_back(service, "D2", 3000, ("B", 2, 1500)).json["error"]["code"] == "OMS021"
    assert give_back(service, "D2", 1500, ("B", 1, 1500)).status == 200


def test_return_of_goods_that_were_not_in_the_sale_is_refused(service: Service) -> None:
    assert send(service, "N1", 5000, ("A", 1, 5000)).status == 200
    assert give_back(service, "D1", 1500, ("B", 1, 1500)).json["error"]["code"] == "OMS021"


def test_return_of_a_sale_without_items_is_held_to_the_order(service: Service) -> None:
    assert send(service, "N1", 10000).status == 200
    service.shop.relay()
    assert give_back(service, "D1", 3000, ("B", 2, 1500)).status == 200
    assert give_back(service, "D2", 4500, ("B", 3, 1500)).json["error"]["code"] == "OMS021"


def test_repeat_is_answered_before_its_items_are_held(service: Service) -> None:
    assert [send(service, "N1", 6500, ("A", 1, 5000), ("B", 1, 1500)).status for _ in range(2)] == [200, 200]
