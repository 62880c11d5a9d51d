"""The work list: what waits for a person is listed by the write that causes it until the write that ends it (R35)."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from settlement.domain.connectors.capabilities import Capabilities, Capability
from settlement.use_cases.upkeep.audit_slice import audit_slice, begin_audits
from testkit.builders import ACCOUNT, a_connector, a_new_payment
from testkit.provider import Partial
from testkit.shop import Placed, Shop
from tests.support.service import Service
from tests.support.timers import DAY, lapses_after

WORK = "/api/pvt/work-items"


@pytest.fixture
def service(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Service:
    return Service(shop, monkeypatch)


def work(service: Service, **query: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = service.do("GET", WORK, query=query)["items"]
    return items


def follow(service: Service, item: dict[str, Any], name: str, body: object = None) -> Any:
    """Send a request that an item names."""
    [action] = [action for action in item["actions"] if action["name"] == name]
    return service.do(action["method"], action["href"], body)


def test_healthy_order_is_no_work(service: Service, shop: Shop) -> None:
    shop.open(a_new_payment(10000, "partial")).invoice("N1", 7000)

    assert service.do("GET", WORK) == {"items": [], "next": None}
    assert service.do("GET", f"{WORK}/summary") == {"count": 0, "kinds": []}


def test_refund_left_to_a_person_waits_until_it_is_confirmed(service: Service, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    placed.invoice("N1", 10000)
    shop.provider.script("refund", "501")
    placed.give_back("R1", 2500)

    [item] = work(service)
    leg = placed.legs[-1]
    assert item["legId"] == f"{leg.operation}-{leg.number}"
    assert {name: item[name] for name in ("kind", "value", "currency", "orderId", "paymentId", "transactionId")} == {
        "kind": "manual-refund",
        "value": 2500,
        "currency": "BRL",
        "orderId": placed.order_id,
        "paymentId": leg.payment_id,
        "transactionId": placed.transaction_id,
    }
    assert item["actions"][0] == {
        "name": "confirm",
        "method": "POST",
        "href": f"/api/pvt/transactions/{placed.transaction_id}/legs/{item['legId']}/confirm",
    }

    follow(service, item, "confirm", {"reference": "BO-77", "actor": "maria"})

    assert work(service) == []
    assert placed.ledger.refunded == 2500
    assert placed.legs[-1].reference == "BO-77"
    assert "done by hand, as maria says" in repr(placed.events)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"actor": "maria"}, "reference"),
        ({"reference": " ", "actor": "maria"}, "reference"),
        ({"reference": "BO-77"}, "actor"),
    ],
)
def test_confirmation_needs_reference_and_actor(service: Service, shop: Shop, body: object, words: str) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    placed.invoice("N1", 10000)
    shop.provider.script("refund", "501")
    placed.give_back("R1", 2500)
    before = shop.store.backup()

    [item] = work(service)
    heard = service.call("POST", item["actions"][0]["href"], body)

    assert (heard.status, words in heard.json["error"]["message"]) == (400, True)
    assert shop.store.backup() == before


def test_only_what_was_left_to_a_person_is_confirmed(service: Service, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    placed.invoice("N1", 7000)
    leg = placed.legs[-1]
    legs = f"/api/pvt/transactions/{placed.transaction_id}/legs"

    done = service.call("POST", f"{legs}/{leg.operation}-{leg.number}/confirm", {"reference": "R", "actor": "a"})
    nothing = service.call("POST", f"{legs}/9-0001/confirm", {"reference": "R", "actor": "a"})
    elsewhere = service.call("POST", "/api/pvt/transactions/T/legs/1-0001/confirm", {"reference": "R", "actor": "a"})

    assert (done.status, "posted" in done.text) == (409, True)
    assert (nothing.status, elsewhere.status) == (404, 404)


def test_cancellation_left_to_a_person_waits(service: Service, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    shop.provider.script("cancel", "501")
    placed.change("C1", discount=1500)

    [item] = work(service)
    assert (item["kind"], item["value"]) == ("manual-cancellation", 1500)
    follow(service, item, "confirm", {"reference": "BO-78", "actor": "maria"})
    assert work(service) == []


def test_refused_settlement_waits_until_it_is_retried(service: Service, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    shop.provider.script("settle", "400")
    placed.invoice("N1", 7000)

    [item] = work(service)
    assert (item["kind"], item["value"], item["operationId"]) == ("failed-settlement", 7000, placed.operation.sequence)
    assert "refused" in item["message"]

    follow(service, item, "retry")
    placed.run()

    assert work(service) == []
    assert placed.ledger.captured == 7000


@pytest.mark.parametrize("way", ["write-off", "paid-otherwise"])
def test_failed_settlement_ends_with_a_persons_word(service: Service, shop: Shop, way: str) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    shop.provider.script("settle", "400")
    placed.invoice("N1", 7000)

    body = {"reason": "gone", "actor": "maria"} | ({"reference": "TED 7"} if way == "paid-otherwise" else {})
    follow(service, work(service)[0], way, body)

    assert work(service) == []


def test_refused_refund_waits(service: Service, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    placed.invoice("N1", 10000)
    shop.provider.script("refund", "400")
    placed.give_back("R1", 2500)

    [item] = work(service)
    assert (item["kind"], item["value"]) == ("failed-refund", 2500)


def test_operation_is_retrying_between_its_attempts(service: Service, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    shop.provider.usually("settle", "500")
    placed.invoice("N1", 7000)

    [item] = work(service)
    assert (item["kind"], item["value"], item["dueAt"] is not None) == ("retrying", 7000, True)
    shop.provider.usually("settle", "ok")
    follow(service, item, "retry")
    placed.run()

    assert work(service) == []


def given_up(placed: Placed, shop: Shop) -> None:
    """A settlement of which nobody knows whether it was done."""
    shop.provider.usually("settle", "500")
    placed.invoice("N1", 7000)
    shop.pass_time(timedelta(hours=26))
    shop.provider.usually("settle", "ok")


def test_settlement_in_doubt_waits_with_its_payment_and_its_operation(service: Service, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    given_up(placed, shop)

    found = {item["kind"]: item for item in work(service)}
    assert {kind: item["value"] for kind, item in found.items()} == {
        "in-doubt": 7000,
        "blocked-payment": 7000,
        "failed-settlement": 7000,
    }
    follow(service, found["in-doubt"], "resolve", {"resolution": "done", "reference": "S-1"})

    assert work(service) == []
    assert placed.ledger.captured == 7000


def test_retry_of_what_is_in_doubt_ends_it(service: Service, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    given_up(placed, shop)

    [item] = work(service, kind="in-doubt")
    follow(service, item, "retry")
    placed.run()

    assert work(service) == []


def test_authorisation_is_work_once_it_is_undecided_for_an_hour(service: Service, shop: Shop) -> None:
    shop.provider.usually("authorise", "undefined")
    shop.provider.delay_to_cancel_seconds = 86_400
    shop.place(a_new_payment(10000, "partial")).run()
    assert work(service) == []

    shop.pass_time(timedelta(minutes=61))
    [item] = work(service)
    assert (item["kind"], item["value"], item["dueAt"] is not None) == ("undecided-authorisation", 10000, True)

    shop.provider.usually("authorise", "ok")
    shop.pass_time(timedelta(hours=3))
    assert work(service) == []


def test_authorisation_that_expires_is_work_from_its_warning_to_its_end(service: Service, shop: Shop) -> None:
    lapses_after(shop, 7 * DAY)
    placed = shop.open(a_new_payment(10000, "partial"))
    placed.invoice("N1", 7000)
    shop.pass_time(6.5 * DAY)

    [item] = work(service)
    assert (item["kind"], item["value"]) == ("expiring-authorisation", 3000)
    follow(service, item, "cancel", {"value": 3000})
    placed.run()

    assert work(service) == []


def test_mismatch_of_the_ledger_waits_until_the_audit_agrees(service: Service, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    [payment] = placed.payments
    wrong = replace(payment, max_value=12345)
    shop.store.corrupt(payment, wrong)
    begin_audits(shop.store, [ACCOUNT], shop.clock())
    audit_slice(shop.ports, lambda: True)

    [item] = work(service)
    assert (item["kind"], item["actions"][0]["name"]) == ("ledger-mismatch", "audit")

    shop.store.corrupt(wrong, payment)
    shop.clock.advance(timedelta(days=2))
    audit_slice(shop.ports, lambda: True)
    assert work(service) == []


def test_list_has_pages_and_filters(service: Service, shop: Shop) -> None:
    shop.provider.usually("settle", "400")
    for number in range(5):
        placed = shop.open(a_new_payment(10000, "partial"), order_id=f"o-{number}")
        placed.invoice("N1", 1000 + number)
        shop.clock.advance(timedelta(minutes=1))

    everything = work(service)
    assert [item["value"] for item in everything] == [1000, 1001, 1002, 1003, 1004]
    paged, query = [], {"limit": "2"}
    while True:
        page = service.do("GET", WORK, query=query)
        paged += page["items"]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert paged == everything
    assert work(service, since=everything[3]["since"]) == everything[3:]
    assert work(service, kind="failed-settlement,retrying") == everything
    assert work(service, kind="failed-refund") == []
    assert service.do("GET", f"{WORK}/summary") == {
        "count": 5,
        "kinds": [{"kind": "failed-settlement", "currency": "BRL", "count": 5, "value": 5010}],
    }


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"kind": "broken"}, "kind: must be of failed-authorisation, "),
        ({"kind": ""}, "kind: must be of"),
        ({"cursor": "abc"}, "cursor: must be the next of an earlier page"),
        ({"cursor": "é"}, "cursor: must be"),
        ({"since": "yesterday"}, "since: must be an ISO 8601 time"),
        ({"since": "2026-03-02T09:00:00"}, "since: must be"),
        ({"since": "0001-03-02T09:00:00+14:00"}, "since: must be"),
        ({"limit": "0"}, "limit: must be an integer from 1 to 100"),
        ({"limit": "101"}, "limit: must be"),
        ({"color": "red"}, "color"),
    ],
)
def test_query_that_means_nothing_is_refused(service: Service, query: dict[str, str], words: str) -> None:
    heard = service.call("GET", WORK, query=query)

    assert (heard.status, words in heard.json["error"]["message"]) == (400, True), heard.text


def test_partial_remainder_that_stays_is_told_with_its_rest(service: Service, shop: Shop) -> None:
    shop.connect(a_connector("partial", capabilities=Capabilities(settle=Capability.MULTIPLE)))
    placed = shop.open(a_new_payment(10000, "partial"))
    shop.provider.script("settle", Partial(4000), "400")
    placed.invoice("N1", 7000)

    [item] = work(service)
    assert (item["kind"], item["value"]) == ("failed-settlement", 3000)
