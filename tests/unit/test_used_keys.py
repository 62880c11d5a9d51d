"""A key that is another invoice's waits for a person: from the write of the invoice to the one that ends it (D173)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from settlement.domain.events import EventType
from settlement.domain.order.fiscal_record import FiscalCode
from settlement.use_cases.orders.cancel_order import MAX_LET_GO
from testkit.builders import ACCOUNT
from testkit.nfe_documents import nfe, nfe_key
from testkit.shop import Shop
from tests.support.service import Service
from tests.support.tour_bodies import invoice_body, order_body
from tests.support.work import require_listed

ORDERS = "/api/oms/pvt/orders"
SETTINGS = "/api/oms/pvt/account/settings"
FIRST, SECOND = f"{ORDERS}/first/invoice", f"{ORDERS}/second/invoice"
KEY = nfe_key(5)


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    """The functions, with two started orders, of which the first has an invoice with a key."""
    service = Service(Shop(), monkeypatch)
    for order_id in ("first", "second"):
        service.do("POST", ORDERS, order_body(order_id))
        service.do("POST", f"{ORDERS}/{order_id}/start-handling")
    service.do("POST", FIRST, sale("N1"))
    return service


def sale(number: str, value: int = 1000, **more: Any) -> dict[str, Any]:
    return invoice_body(number, value, items=[], **({"invoiceKey": KEY} | more))


def told(service: Service, order_id: str = "second") -> list[str]:
    """What the order's events told of its work, oldest first; fail unless the list is what is stored."""
    store, order = service.shop.store, service.shop.store.order(ACCOUNT, order_id)
    assert order is not None
    require_listed(store, order.transaction_id, service.shop.clock())
    of_work = (EventType.WORK_ITEM_OPENED, EventType.WORK_ITEM_CLOSED)
    events = store.events(ACCOUNT, order.transaction_id, 1000, None).items
    return [event.type.value for event in reversed(events) if event.type in of_work]


def listed(service: Service) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = service.do("GET", "/api/pvt/work-items")["items"]
    return items


OPENED, CLOSED = "WorkItemOpened", "WorkItemClosed"


def test_key_of_another_invoice_is_work_of_the_one_that_comes_second(service: Service) -> None:
    assert listed(service) == []
    service.do("POST", SECOND, sale("N9"))

    [item] = listed(service)
    order = service.shop.store.order(ACCOUNT, "second")
    assert order is not None
    path = f"{ORDERS}/second/invoice/N9"
    assert item["id"] == f"used-access-key.{order.transaction_id}.N9"
    assert (item["kind"], item["orderId"], item["invoiceNumber"], item["value"], item["dueAt"]) == (
        "used-access-key", "second", "N9", 1000, None,
    )  # fmt: skip
    assert item["message"] == f"the key {KEY} of invoice N9 is that of invoice N1 of order first"
    assert item["actions"] == [
        {"name": "correct-key", "method": "PATCH", "href": path},
        {"name": "cancel-invoice", "method": "POST", "href": f"{path}/cancel"},
        {"name": "accept-key", "method": "POST", "href": f"{path}/used-key/accept"},
    ]
    assert told(service) == [OPENED]
    assert service.do("GET", f"{ORDERS}/second/diagnosis")["workItems"] == [item]
    assert service.do("GET", f"{ORDERS}/first/diagnosis")["workItems"] == []
    found = service.do("GET", "/api/oms/pvt/orders", query={"f_attention": "used-access-key"})
    assert [order["orderId"] for order in found["list"]] == ["second"]


@pytest.mark.parametrize(("policy", "status"), [("off", 200), ("strict", 409)])
def test_key_is_no_work_where_it_is_not_looked_at_or_refused(service: Service, policy: str, status: int) -> None:
    service.do("PATCH", SETTINGS, {"fiscalDocuments": policy})
    assert service.call("POST", SECOND, sale("N2")).status == status
    assert told(service) == []


def test_work_ends_with_the_cancellation_of_the_invoice(service: Service) -> None:
    service.do("POST", SECOND, sale("N2"))
    service.do("POST", f"{SECOND}/N2/cancel", {"reason": "twice", "requestId": "C1"})
    assert told(service) == [OPENED, CLOSED]


def test_work_ends_with_the_invoice_that_replaces_it(service: Service) -> None:
    service.do("POST", SECOND, sale("N2"))
    service.do("POST", SECOND, sale("N3", invoiceKey=nfe_key(6), replaces="N2"))
    assert told(service) == [OPENED, CLOSED]


@pytest.mark.parametrize(("method", "end"), [("PATCH", ""), ("PUT", "/tracking")])
def test_work_ends_with_the_correction_of_the_key(service: Service, method: str, end: str) -> None:
    service.do("POST", SECOND, sale("N2"))
    [item] = listed(service)
    service.shop.pass_time(timedelta(hours=1))
    service.do("PATCH", f"{SECOND}/N2", {"trackingNumber": "T1", "courier": "C"})
    assert listed(service) == [item]

    answer = service.do(method, f"{SECOND}/N2{end}", {"invoiceKey": nfe_key(6)})

    assert told(service) == [OPENED, CLOSED]
    assert FiscalCode.KEY_USED not in [warning["code"] for warning in answer.get("warnings", [])]


def test_correction_that_nobody_looks_at_ends_it_too(service: Service) -> None:
    service.do("POST", SECOND, sale("N2"))
    service.do("PATCH", SETTINGS, {"fiscalDocuments": "off"})
    service.do("PATCH", f"{SECOND}/N2", {"invoiceKey": "another"})
    assert listed(service) == []


def test_correction_to_a_third_invoices_key_stays_the_same_work(service: Service) -> None:
    service.do("POST", FIRST, sale("N8", invoiceKey=nfe_key(8)))
    service.do("POST", SECOND, sale("N2"))
    [before] = listed(service)
    service.do("PATCH", f"{SECOND}/N2", {"invoiceKey": nfe_key(8)})
    [after] = listed(service)
    assert after["id"] == before["id"]
    assert after["message"] == f"the key {nfe_key(8)} of invoice N2 is that of invoice N8 of order first"
    assert told(service) == [OPENED]


@pytest.mark.parametrize("policy", ["warn", "strict", "off"])
def test_work_ends_once_the_other_has_the_key_no_longer_and_it_is_sent_again(service: Service, policy: str) -> None:
    service.do("POST", SECOND, sale("N2"))
    service.do("PATCH", SETTINGS, {"fiscalDocuments": policy})
    service.do("PATCH", f"{SECOND}/N2", {"invoiceKey": KEY})
    assert told(service) == [OPENED]

    service.do("PATCH", f"{FIRST}/N1", {"invoiceKey": nfe_key(6)})
    service.do("PATCH", f"{SECOND}/N2", {"invoiceKey": KEY})

    assert told(service) == [OPENED, CLOSED]
    claim = service.shop.store.key_claim(ACCOUNT, KEY)
    assert claim is not None
    assert (claim.order_id, claim.number) == ("second", "N2")


def test_repeat_of_the_notification_neither_ends_nor_doubles_it(service: Service) -> None:
    service.do("POST", SECOND, sale("N2"))
    service.do("POST", SECOND, sale("N2"))
    assert told(service) == [OPENED]


def test_key_that_comes_later_is_work_from_then_on(service: Service) -> None:
    service.do("POST", SECOND, sale("N2", invoiceKey=None))
    assert told(service) == []
    service.do("POST", SECOND, sale("N2"))
    assert told(service) == [OPENED]


def test_return_with_a_used_key_is_corrected_not_cancelled(service: Service) -> None:
    service.do("POST", SECOND, sale("N2", 5000, invoiceKey=nfe_key(6)))
    service.do("POST", SECOND, sale("D1", type="Input"))
    [item] = listed(service)
    assert [action["name"] for action in item["actions"]] == ["correct-key", "accept-key"]
    service.do("PATCH", item["actions"][0]["href"], {"invoiceKey": nfe_key(7)})
    assert told(service) == [OPENED, CLOSED]


def test_document_that_is_the_invoice_is_work_as_its_key_is(service: Service) -> None:
    service.do("POST", f"{SECOND}/nfe", nfe(5, "10.00", [("A", "1", "10.00")]))
    assert [item["invoiceNumber"] for item in listed(service)] == ["5"]
    assert told(service) == [OPENED]


def test_work_ends_with_the_order(service: Service) -> None:
    """An order is cancelled beside an invoice that counts nothing, once the others are cancelled."""
    service.do("POST", SECOND, sale("N2", 10_000, invoiceKey=nfe_key(6)))
    service.do("POST", SECOND, sale("N3"))
    service.do("POST", f"{SECOND}/N2/cancel", {"reason": "wrong", "requestId": "C1"})
    assert told(service) == [OPENED]

    service.do("POST", f"{ORDERS}/second/cancel", {"reason": "gone"})

    assert told(service) == [OPENED, CLOSED]
    service.do("PATCH", f"{SECOND}/N3", {"invoiceKey": KEY})
    assert listed(service) == []


def test_cancelled_order_ends_the_work_of_40_invoices_at_most(service: Service) -> None:
    service.do("POST", SECOND, sale("N2", 10_000, invoiceKey=nfe_key(6)))
    for number in range(MAX_LET_GO + 1):
        service.do("POST", SECOND, sale(f"S{number}"))
    service.do("POST", f"{SECOND}/N2/cancel", {"reason": "wrong", "requestId": "C1"})

    service.do("POST", f"{ORDERS}/second/cancel", {"reason": "gone"})

    [item] = listed(service)
    service.do("PATCH", f"{SECOND}/{item['invoiceNumber']}", {"invoiceKey": nfe_key(7)})
    assert listed(service) == []
    order = service.shop.store.order(ACCOUNT, "second")
    assert order is not None
    assert order.cancelled_at is not None


def test_two_invoices_at_once_are_one_work(service: Service) -> None:
    shop = service.shop
    other = nfe_key(9)
    shop.store.interrupt(lambda: service.do("POST", FIRST, sale("N3", invoiceKey=other)))
    service.do("POST", SECOND, sale("N2", invoiceKey=other))
    assert [item["orderId"] for item in listed(service)] == ["second"]
    assert told(service) == [OPENED]


def test_cancellation_at_once_with_a_correction_ends_it_once(service: Service) -> None:
    service.do("POST", SECOND, sale("N2"))
    cancel = {"reason": "twice", "requestId": "C1"}
    service.shop.store.interrupt(lambda: service.do("POST", f"{SECOND}/N2/cancel", cancel))
    service.do("PATCH", f"{SECOND}/N2", {"invoiceKey": nfe_key(6)})
    assert told(service) == [OPENED, CLOSED]


def test_key_that_is_right_is_accepted_by_a_reference_and_is_no_work_any_more(service: Service) -> None:
    service.do("POST", SECOND, sale("N2"))
    [item] = listed(service)
    href = next(action["href"] for action in item["actions"] if action["name"] == "accept-key")

    service.do("POST", href, {"reference": "NOTE-4711", "reason": "one note for both"})
    service.do("POST", href, {"reference": "NOTE-4711"})

    assert listed(service) == []
    assert told(service) == [OPENED, CLOSED]
    refused = service.call("POST", href, {"reference": "NOTE-4712"})
    assert (refused.status, refused.json["error"]["code"]) == (409, "OMS003")
    assert "with reference NOTE-4711" in refused.json["error"]["message"]
    invoice = service.shop.store.invoice(ACCOUNT, "second", "N2")
    assert invoice is not None
    assert invoice.used_key is not None
    assert invoice.used_key.accepted is not None
    assert (invoice.used_key.accepted.reference, invoice.used_key.accepted.reason) == ("NOTE-4711", "one note for both")


def test_accepted_key_stays_accepted_when_it_is_sent_again_and_another_used_one_is_work(service: Service) -> None:
    service.do("POST", SECOND, sale("N2"))
    service.do("POST", f"{SECOND}/N2/used-key/accept", {"reference": "NOTE-4711"})

    service.do("PATCH", f"{SECOND}/N2", {"invoiceKey": KEY})
    service.do("POST", SECOND, sale("N2"))
    assert told(service) == [OPENED, CLOSED]

    service.do("POST", FIRST, sale("N8", 1000, invoiceKey=nfe_key(8)))
    service.do("PATCH", f"{SECOND}/N2", {"invoiceKey": nfe_key(8)})
    assert told(service) == [OPENED, CLOSED, OPENED]


@pytest.mark.parametrize(("number", "status"), [("N2", 409), ("N9", 404)])
def test_nothing_is_accepted_of_a_key_that_is_no_other_invoice_s(service: Service, number: str, status: int) -> None:
    service.do("POST", SECOND, sale("N2", invoiceKey=nfe_key(6)))
    written = len(service.shop.store.commits)

    refused = service.call("POST", f"{SECOND}/{number}/used-key/accept", {"reference": "NOTE-4711"})

    assert (refused.status, len(service.shop.store.commits)) == (status, written)
