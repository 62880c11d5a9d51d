"""The list of orders tells how far each is invoiced and paid, and finds those that ask for a person (D140)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import unquote

import pytest

from settlement.domain.connectors.connector import Mode
from settlement.use_cases.orders import list_orders as module
from settlement.use_cases.upkeep.audit_slice import audit_slice, begin_audits
from testkit.builders import ACCOUNT, a_new_payment
from testkit.provider import Kind
from testkit.shop import Placed, Shop
from tests.support.service import Service
from tests.support.timers import DAY, lapses_after

ORDERS = "/api/oms/pvt/orders"
FIGURES = ("totalValue", "invoicedValue", "leftToInvoiceValue", "settledValue", "openValue")


@pytest.fixture
def service(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Service:
    return Service(shop, monkeypatch)


def listed(service: Service, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = service.do("GET", ORDERS, query=query)["list"]
    return found


def ids(service: Service, **query: str) -> list[str]:
    return [order["orderId"] for order in listed(service, **query)]


def figures(service: Service, placed: Placed) -> tuple[int, ...]:
    [order] = [order for order in listed(service) if order["orderId"] == placed.order_id]
    return tuple(order[name] for name in FIGURES)


def test_figures_follow_the_order_at_every_step(service: Service, shop: Shop) -> None:
    placed = shop.place()
    assert figures(service, placed) == (10000, 0, 10000, 0, 0)
    placed.run()
    assert figures(service, placed) == (10000, 0, 10000, 0, 10000)
    placed.start()
    placed.invoice("N1", 7000)
    assert figures(service, placed) == (10000, 7000, 3000, 7000, 3000)
    placed.change("C1", discount=1500)
    assert figures(service, placed) == (8500, 7000, 1500, 7000, 1500)
    placed.invoice("N2", 1500)
    placed.give_back("R1", 500)
    assert figures(service, placed) == (8500, 8500, 0, 8500, 0)


def test_list_and_order_tell_the_same(service: Service, shop: Shop) -> None:
    shop.open(a_new_payment(6000, "total"), a_new_payment(4000, "total"), mode=Mode.TOTAL).invoice("N1", 7000)
    shop.open(mode=Mode.HOLD).invoice("N1", 7000)
    shop.open().cancel()
    shop.open().invoice("N1", 10000)

    for order in listed(service):
        shown = service.do("GET", f"{ORDERS}/{order['orderId']}")
        left = service.do("GET", f"{ORDERS}/{order['orderId']}/left-to-invoice")["value"]
        told = [shown[name] for name in ("invoicedValue", "settledValue", "openValue")]
        assert [order[name] for name in ("invoicedValue", "settledValue", "openValue")] == told
        assert order["leftToInvoiceValue"] == left
        assert order["workflowInErrorState"] == shown["workflowIsInError"]


def test_head_of_an_earlier_version_is_completed_by_its_orders(service: Service, shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)
    shop.store.corrupt(placed.transaction, replace(placed.transaction, invoiced=None))

    assert figures(service, placed) == (10000, 7000, 3000, 7000, 3000)


def refunded_by_hand(shop: Shop) -> Placed:
    placed = shop.open()
    placed.invoice("N1", 10000)
    shop.provider.script("refund", "501")
    placed.give_back("R1", 2500)
    return placed


def cancelled_by_hand(shop: Shop) -> Placed:
    placed = shop.open()
    shop.provider.script("cancel", "501")
    placed.change("C1", discount=1500)
    return placed


def refused(kind: Kind, act: Callable[[Placed], object]) -> Callable[[Shop], Placed]:
    def play(shop: Shop) -> Placed:
        placed = shop.open()
        if kind == "refund":
            placed.invoice("N1", 10000)
        shop.provider.script(kind, "400")
        act(placed)
        return placed

    return play


def doubted(shop: Shop) -> Placed:
    placed = shop.open()
    shop.provider.usually("settle", "drop")
    placed.invoice("N1", 3000)
    shop.pass_time(timedelta(hours=30))
    return placed


MUST = {
    "manual-refund": refunded_by_hand,
    "manual-cancellation": cancelled_by_hand,
    "failed-settlement": refused("settle", lambda placed: placed.invoice("N1", 7000)),
    "failed-refund": refused("refund", lambda placed: placed.give_back("R1", 500)),
    "failed-reduction": refused("cancel", lambda placed: placed.change("C1", discount=100)),
    "in-doubt": doubted,
    "blocked-payment": doubted,
}


@pytest.mark.parametrize("kind", MUST)
def test_order_that_a_person_must_put_right_is_marked_and_found(service: Service, shop: Shop, kind: str) -> None:
    healthy = shop.open()
    placed = MUST[kind](shop)

    assert ids(service, f_attention=kind) == [placed.order_id]
    assert {order["orderId"]: order["workflowInErrorState"] for order in listed(service)} == {
        healthy.order_id: False,
        placed.order_id: True,
    }
    assert service.do("GET", f"{ORDERS}/{placed.order_id}")["workflowIsInError"] is True


def test_attention_is_of_any_of_several_kinds_and_narrows_with_the_other_filters(service: Service, shop: Shop) -> None:
    manual, failed = refunded_by_hand(shop), MUST["failed-settlement"](shop)
    shop.open()
    both = "manual-refund,failed-settlement"

    assert ids(service, f_attention=both, orderBy="orderId,asc") == sorted([manual.order_id, failed.order_id])
    assert ids(service, f_attention=both, f_status="invoiced") == [manual.order_id]
    assert ids(service, f_attention=both, q=failed.order_id) == [failed.order_id]
    assert ids(service, f_attention=both, q=failed.order_id, searchField="orderId") == [failed.order_id]
    assert ids(service, f_attention="manual-refund", q=failed.order_id, searchField="orderId") == []
    assert ids(service, f_attention="retrying") == []


def test_books_that_disagree_are_marked_and_found_until_the_audit_agrees(service: Service, shop: Shop) -> None:
    placed = shop.open()
    [payment] = placed.payments
    wrong = replace(payment, max_value=12345)
    shop.store.corrupt(payment, wrong)
    begin_audits(shop.store, [ACCOUNT], shop.clock())

    def marked() -> tuple[bool, bool, list[str]]:
        audit_slice(shop.ports, lambda: True)
        shop.clock.advance(timedelta(days=2))
        [order] = listed(service)
        shown = service.do("GET", f"{ORDERS}/{placed.order_id}")
        return order["workflowInErrorState"], shown["workflowIsInError"], ids(service, f_attention="ledger-mismatch")

    assert marked() == (True, True, [placed.order_id])
    status = placed.status
    assert marked() == (True, True, [placed.order_id])

    shop.store.corrupt(wrong, payment)
    assert marked() == (False, False, [])
    assert placed.status == status == ("handling", "Approved")


def test_audit_that_died_before_its_finding_records_it_the_next_time(service: Service, shop: Shop) -> None:
    placed = shop.open()
    [payment] = placed.payments
    wrong = replace(payment, max_value=12345)
    shop.store.corrupt(payment, wrong)
    begin_audits(shop.store, [ACCOUNT], shop.clock())
    marked = replace(placed.transaction, mismatched=True)
    shop.store.commit(placed.heads.becomes(placed.heads.journal(shop.clock()), placed.order, marked))

    audit_slice(shop.ports, lambda: True)

    assert ids(service, f_attention="ledger-mismatch") == [placed.order_id]
    shop.store.corrupt(wrong, payment)
    shop.clock.advance(timedelta(days=2))
    audit_slice(shop.ports, lambda: True)
    assert placed.transaction.mismatched is None


def test_expiring_authorisation_is_found_and_no_error(service: Service, shop: Shop) -> None:
    shop.set(auto_settle=False)
    lapses_after(shop, 5 * DAY)
    placed = shop.open()
    shop.pass_time(timedelta(days=4, hours=12))

    assert ids(service, f_attention="expiring-authorisation") == [placed.order_id]
    assert listed(service)[0]["workflowInErrorState"] is False


def test_list_by_attention_has_pages(service: Service, shop: Shop) -> None:
    wanted = []
    for _ in range(3):
        wanted.append(MUST["failed-settlement"](shop).order_id)
        shop.clock.advance(timedelta(minutes=1))

    first = service.call("GET", ORDERS, query={"f_attention": "failed-settlement", "per_page": "2"})
    after = unquote(first.headers["Link"].partition("after=")[2].partition(">")[0])
    rest = ids(service, f_attention="failed-settlement", per_page="2", after=after)

    assert [order["orderId"] for order in first.json["list"]] + rest == wanted[::-1]


def test_list_by_attention_says_when_it_looked_at_a_part(
    service: Service, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        MUST["failed-settlement"](shop)
    monkeypatch.setattr(module, "MAX_WORK", 2)

    paging = service.do("GET", ORDERS, query={"f_attention": "failed-settlement"})["paging"]

    assert (paging["total"], paging["isPartial"]) == (2, True)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"f_attention": "boredom"}, "f_attention: must be of failed-authorisation, "),
        ({"f_attention": ","}, "f_attention: must name a kind of work"),
        ({"f_attentions": "failed-refund"}, "f_attentions: is no parameter"),
    ],
)
def test_unknown_filter_or_kind_is_refused(service: Service, query: dict[str, str], words: str) -> None:
    heard = service.call("GET", ORDERS, query=query)

    assert (heard.status, words in heard.json["error"]["message"]) == (400, True)
