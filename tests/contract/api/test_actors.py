"""Who did it, over HTTP: the app key and the user that a request names, on timeline, bus and answers (D137)."""

from collections.abc import Iterator
from typing import Any

import pytest

from settlement.domain.actor import MAX_USER_LENGTH, Actor, System
from settlement.domain.events import Event
from settlement.storage.outbox import outgoing_of
from testkit.bodies import Payment, invoice_body, order_body
from testkit.builders import ACCOUNT, ORDER_ID, a_connector
from testkit.shop import Shop
from tests.support.deployment import Deployment
from tests.support.effects import Effects
from tests.support.refusal_tour import RefusalTour
from tests.support.service import Service
from tests.support.tables import FakeTable
from tests.support.tour import ORDERS, TRANSACTIONS, Tour
from tests.support.tour_bodies import STARTED, sent_payment

FOR_ANNA = {"X-Quita-User": "anna"}
ANNA = {"appKey": "key", "user": "anna"}


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Service:
    """The service."""
    return Service(Shop(), monkeypatch)


def events_of(shop: Shop) -> Iterator[Event]:
    """Every event that was written."""
    return (event for event in shop.store.things.values() if isinstance(event, Event))


@pytest.mark.parametrize("tour", [Tour, RefusalTour])
def test_every_event_of_every_route_says_who_caused_it(service: Service, tour: type[Tour | RefusalTour]) -> None:
    tour(service).walk()

    assert {event.actor is not None for event in events_of(service.shop)} == {True}


def test_timeline_and_cancellation_show_key_and_user(service: Service) -> None:
    placed = Tour(service).place("left", start=False)

    service.do("POST", f"{ORDERS}/left/cancel", {"reason": "sold out"}, headers=FOR_ANNA)

    lines = service.do("GET", f"{TRANSACTIONS}/{placed.transaction_id}/interactions")
    shown = {line["Type"]: line["Actor"] for line in lines}
    assert shown["OrderCancelled"] == ANNA
    assert shown["OrderPlaced"] == {"appKey": "key", "user": None}
    assert shown["PaymentCancelled"] == {"system": "workflow"}
    cancellation = service.do("GET", f"{ORDERS}/left")["cancellationData"]
    assert (cancellation["Actor"], cancellation["Reason"]) == (ANNA, "sold out")


def test_reason_of_a_direct_request_is_shown(service: Service) -> None:
    placed = Tour(service).place("given")
    path = f"{TRANSACTIONS}/{placed.transaction_id}"

    service.do("POST", f"{path}/settlement-request", {"value": 7000, "reason": "handed over"}, headers=FOR_ANNA)

    assert service.do("GET", f"{path}/operations")[0]["reason"] == "handed over"
    lines = [line for line in service.do("GET", f"{path}/interactions") if line["Type"] == "SettlementRequested"]
    assert [(line["Actor"], line["Data"]["reason"]) for line in lines] == [(ANNA, "handed over")]
    assert lines[0]["Message"].endswith(". handed over")


@pytest.mark.parametrize("user", ["", "   "])
def test_user_that_says_nothing_is_none(service: Service, user: str) -> None:
    placed = Tour(service).place("quiet", start=False)

    service.do("POST", f"{ORDERS}/quiet/cancel", {}, headers={"X-Quita-User": user})

    assert placed.order.cancelled_by == Actor("key")


def test_longest_user_is_kept_whole(service: Service) -> None:
    placed, name = Tour(service).place("long", start=False), "x" * MAX_USER_LENGTH

    service.do("POST", f"{ORDERS}/long/cancel", {}, headers={"x-quita-user": name})

    assert placed.order.cancelled_by == Actor("key", name)


@pytest.mark.parametrize(
    ("user", "says"),
    [
        ("x" * 101, "X-Quita-User: must have at most 100 characters, all printable; it has 101: xxx"),
        ("an\x00na", r"it has 5: an\x00na"),
        ("anna\nroot", r"it has 9: anna\nroot"),
        ("anna\u202e", r"it has 5: anna\u202e"),
        ("\ud800", r"it has 1: \ud800"),
    ],
)
def test_user_that_nobody_can_be_is_refused_and_nothing_is_written(service: Service, user: str, says: str) -> None:
    placed = Tour(service).place("kept")
    before = service.shop.store.backup()

    for method, path, body in (
        ("POST", f"{ORDERS}/kept/cancel", {}),
        ("POST", f"{ORDERS}/kept/invoice", invoice_body("N1", 7000)),
        ("POST", f"{TRANSACTIONS}/{placed.transaction_id}/settlement-request", {"value": 1000}),
    ):
        heard = service.call(method, path, body, headers={"X-Quita-User": user})

        assert (heard.status, heard.json["error"]["code"]) == (400, "OMS001")
        assert says in heard.json["error"]["message"]
    assert service.shop.store.backup() == before


def test_checkout_of_a_shopper_acts_for_no_key(service: Service) -> None:
    started: Any = service.do("POST", TRANSACTIONS, STARTED)
    service.shop.connect(a_connector("partial", payment_systems=("*",)))

    path = f"/api/payments/transactions/{started['transactionId']}/payments"
    service.do("POST", path, [sent_payment(10000, 2)], query={"an": ACCOUNT}, roles=None, headers=FOR_ANNA)

    events = service.shop.store.events(ACCOUNT, started["transactionId"], 1, None).items
    assert [event.actor for event in events] == [Actor(system=System.CHECKOUT)]


def test_workflow_and_bus_say_what_part_of_the_service_acted(monkeypatch: pytest.MonkeyPatch) -> None:
    deployment = Deployment(monkeypatch, FakeTable(), Effects())
    deployment.send("POST", "/api/oms/pvt/orders", order_body([Payment(10000, "partial")], orderId=ORDER_ID))
    deployment.rest()

    deployment.send("POST", f"/api/oms/pvt/orders/{ORDER_ID}/start-handling")
    deployment.send("POST", f"/api/oms/pvt/orders/{ORDER_ID}/invoice", invoice_body("N1", 7000))
    deployment.rest()

    entries = [entry for record in deployment.table.records(0) for entry in outgoing_of(dict(record)).entries]
    told = {(entry.type, tuple(entry.detail["actor"].items())) for entry in entries}
    by_key, by_workflow = (("appKey", "key"), ("user", None)), (("system", "workflow"),)
    assert {("PaymentSettled", by_workflow), ("OrderStatusChanged", by_key)} <= told
    assert {actor for _, actor in told} == {by_key, by_workflow}
