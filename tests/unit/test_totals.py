"""Totals: sums of an account's payments, by currency and by what is asked for, in one answer (D136)."""

from datetime import timedelta
from typing import Any

import pytest

from settlement.domain.connectors.connector import Mode
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.upkeep import total_account
from testkit.builders import ACCOUNT, a_new_payment
from testkit.shop import Shop
from tests.support.service import Service
from tests.support.tour import Tour

TOTALS = "/api/pvt/totals"
FIGURES = (
    "authorised", "captured", "cancelled", "withheld", "writtenOff", "paidOtherwise", "open", "refunded", "inDoubt",
)  # fmt: skip


@pytest.fixture
def service(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Service:
    return Service(shop, monkeypatch)


def totals(service: Service, **query: str) -> list[dict[str, Any]]:
    """All groups of the shop's month."""
    days = {"from": "2026-03-01", "to": "2026-03-31"}
    found: list[dict[str, Any]] = service.do("GET", TOTALS, query=days | query)["groups"]
    return found


def figures(group: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """What a group has, without what is zero."""
    return {name: (group[name]["value"], group[name]["count"]) for name in FIGURES if group[name]["count"]}


def test_account_is_added_up_by_currency(service: Service, shop: Shop) -> None:
    invoiced = shop.open(a_new_payment(10000, "partial"))
    invoiced.invoice("N1", 7000)
    invoiced.change("C1", discount=1500)
    invoiced.invoice("N2", 1500)
    invoiced.give_back("R1", 2000)
    shop.open(a_new_payment(6000, "total"), a_new_payment(4000, "total"), mode=Mode.TOTAL)
    shop.open(a_new_payment(500, "partial"), value=500, currency="USD")

    real, dollar = totals(service)

    assert (real["currency"], real["transactions"], real["payments"]) == ("BRL", 2, 3)
    assert figures(real) == {
        "authorised": (20000, 3),
        "captured": (8500, 1),
        "cancelled": (1500, 1),
        "open": (10000, 2),
        "refunded": (2000, 1),
    }
    assert (dollar["currency"], figures(dollar)) == ("USD", {"authorised": (500, 1), "open": (500, 1)})
    assert not {"day", "connector", "status"} & real.keys()


def test_every_authorised_cent_is_in_one_sum(service: Service, shop: Shop) -> None:
    held = shop.open(a_new_payment(10000, "total"), mode=Mode.TOTAL)
    held.change("C1", discount=1500)
    doubted = shop.open(a_new_payment(10000, "partial"))
    shop.provider.usually("settle", "drop")
    doubted.invoice("N1", 3000)
    shop.pass_time(timedelta(hours=30))

    [real] = totals(service)

    parts = ("captured", "cancelled", "withheld", "writtenOff", "paidOtherwise", "open")
    assert sum(real[name]["value"] for name in parts) == real["authorised"]["value"] == 20000
    assert (real["withheld"], real["inDoubt"]) == ({"value": 1500, "count": 1}, {"value": 3000, "count": 1})


def test_sums_are_divided_by_what_is_asked(service: Service, shop: Shop) -> None:
    shop.open(a_new_payment(6000, "total"), a_new_payment(4000, "total"), mode=Mode.TOTAL)
    shop.open(a_new_payment(10000, "partial")).invoice("N1", 10000)
    shop.pass_time(timedelta(days=1))
    shop.open(a_new_payment(10000, "partial"))

    by_connector = totals(service, groupBy="connector")
    assert [(group["connector"], group["payments"], group["transactions"]) for group in by_connector] == [
        ("partial", 2, 2),
        ("total", 2, 1),
    ]
    by_status = {group["status"]: figures(group)["authorised"] for group in totals(service, groupBy="status")}
    assert by_status == {"Approved": (20000, 3), "Finished": (10000, 1)}
    by_day = totals(service, groupBy="day")
    assert [group["payments"] for group in by_day] == [3, 1]
    assert by_day[0]["day"] < by_day[1]["day"]
    both = totals(service, groupBy="day,connector,day")
    assert [(group["day"], group["connector"]) for group in both] == [
        (by_day[0]["day"], "partial"),
        (by_day[0]["day"], "total"),
        (by_day[1]["day"], "partial"),
    ]


@pytest.mark.parametrize("at_once", [1, 2, 3, 500])
def test_one_answer_adds_up_more_than_is_read_at_once(
    service: Service, shop: Shop, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(total_account, "AT_ONCE", at_once)
    for number in range(5):
        shop.open(a_new_payment(1000 + number, "partial"), value=1000 + number)
    Tour(service)._checking_out()

    answer = service.do("GET", TOTALS, query={"from": "2026-03-01", "to": "2026-03-31", "groupBy": "status"})

    assert (answer["isPartial"], answer["next"]) == (False, None)
    stored = [
        payment
        for listed in shop.store.all_of(Transaction, ACCOUNT)
        for payment in shop.store.payments(ACCOUNT, listed.transaction_id)
    ]
    assert answer["transactions"] == len(shop.store.all_of(Transaction, ACCOUNT)) > 5
    for name in ("authorised", "captured", "cancelled"):
        told = sum(group[name]["value"] for group in answer["groups"])
        assert told == sum(getattr(payment.counters, name) for payment in stored), name
    assert sum(group["payments"] for group in answer["groups"]) == len(stored)


def test_answer_that_takes_long_tells_where_to_go_on(
    service: Service, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(total_account, "AT_ONCE", 2)
    monkeypatch.setattr(total_account, "PATIENCE", timedelta(0))
    for number in range(5):
        shop.open(a_new_payment(1000 + number, "partial"), value=1000 + number)
    query = {"from": "2026-03-01", "to": "2026-03-31"}

    first = service.do("GET", TOTALS, query=query)

    assert (first["transactions"], first["isPartial"]) == (2, True)
    monkeypatch.setattr(total_account, "AT_ONCE", 500)
    rest = service.do("GET", TOTALS, query=query | {"cursor": first["next"]})
    assert (rest["transactions"], rest["next"]) == (3, None)
    values = [group["authorised"]["value"] for part in (first, rest) for group in part["groups"]]
    assert sum(values) == 5010


def test_parts_add_up_to_the_range_and_meet_no_transaction_twice(service: Service, shop: Shop) -> None:
    for number in range(5):
        shop.open(a_new_payment(1000 + number, "partial"), value=1000 + number)
    started = Tour(service)
    started._checking_out()
    answer = service.do("GET", TOTALS, query={"from": "2026-03-01", "to": "2026-03-31"})
    assert (answer["isPartial"], answer["next"]) == (False, None)
    whole = answer["groups"]

    query, pages = {"from": "2026-03-01", "to": "2026-03-31", "limit": "2"}, []
    while True:
        page = service.do("GET", TOTALS, query=query)
        pages.append(page)
        if page["next"] is None:
            break
        query["cursor"] = page["next"]

    assert [page["transactions"] for page in pages][:-1] == [2] * (len(pages) - 1)
    assert len(pages) >= 3
    assert [page["isPartial"] for page in pages] == [True] * len(pages)
    for name in FIGURES:
        for part in ("value", "count"):
            assert sum(group[name][part] for page in pages for group in page["groups"]) == sum(
                group[name][part] for group in whole
            )


def test_range_selects_by_the_creation_of_the_transaction(service: Service, shop: Shop) -> None:
    placed = shop.open(a_new_payment(1000, "partial"), value=1000)
    at = placed.order.created_at
    day = f"{at:%Y-%m-%d}"

    def found(**query: str) -> int:
        return len(service.do("GET", TOTALS, query=query)["groups"])

    assert found(**{"from": day, "to": day}) == 1
    assert found(**{"from": at.isoformat(), "to": at.isoformat()}) == 1
    assert found(**{"from": (at + timedelta(microseconds=1)).isoformat(), "to": f"{day}T23:59:59Z"}) == 0
    assert found(**{"from": day, "to": (at - timedelta(microseconds=1)).isoformat()}) == 0
    assert found(**{"from": "9999-12-01", "to": "9999-12-31"}) == 0


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({}, "from: is needed"),
        ({"from": "2026-03-01"}, "to: is needed"),
        ({"from": "yesterday", "to": "2026-03-01"}, "from: yesterday"),
        ({"from": "2026-02-30", "to": "2026-03-01"}, "from: 2026-02-30"),
        ({"from": "2026-03-01", "to": "2026-03-32"}, "to: 2026-03-32"),
        ({"from": "2026-03-02", "to": "2026-03-01"}, "from: is after to"),
        ({"from": "2026-03-01", "to": "2026-04-01"}, "at most 31 days"),
        ({"from": "2026-03-01", "to": "2026-03-02", "groupBy": "colour"}, "groupBy: must be of connector, status, day"),
        ({"from": "2026-03-01", "to": "2026-03-02", "groupBy": ""}, "groupBy"),
        ({"from": "2026-03-01", "to": "2026-03-02", "limit": "10001"}, "limit: must be an integer from 1 to 10000"),
        ({"from": "2026-03-01", "to": "2026-03-02", "cursor": "x"}, "cursor: must be the next of an earlier page"),
        ({"from": "2026-03-01", "to": "2026-03-02", "by": "day"}, "by: is no parameter"),
    ],
)
def test_question_that_makes_no_sense_is_refused_by_name(service: Service, query: dict[str, str], words: str) -> None:
    heard = service.call("GET", TOTALS, query=query)

    assert (heard.status, words in heard.json["error"]["message"]) == (400, True)


def test_cursor_of_another_range_finds_nothing_outside_of_its_own(service: Service, shop: Shop) -> None:
    for _ in range(3):
        shop.open(a_new_payment(1000, "partial"), value=1000)
    cursor = service.do("GET", TOTALS, query={"from": "2026-03-01", "to": "2026-03-31", "limit": "1"})["next"]

    earlier = service.do("GET", TOTALS, query={"from": "2026-02-01", "to": "2026-02-20", "cursor": cursor})

    assert (earlier["groups"], earlier["next"]) == ([], None)


def test_account_sees_its_own_payments_and_needs_the_role(service: Service, shop: Shop) -> None:
    shop.open(a_new_payment(1000, "partial"), value=1000)
    days = {"from": "2026-03-01", "to": "2026-03-31"}

    assert service.call("GET", TOTALS, query=days, roles="view-order").status == 403
    assert service.call("GET", TOTALS, query={**days, "an": "another"}).status == 403
    assert service.do("GET", TOTALS, query={**days, "an": ACCOUNT})["transactions"] == 1
