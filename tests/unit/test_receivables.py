"""What is still to come, by day: the open instalments of all captures, less refunds that are not taken off (D180)."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settlement.domain.bookkeeping.entry import Entry, Lot
from settlement.domain.bookkeeping.receivables import Receivables
from settlement.domain.money import minor_digits
from settlement.domain.reconciliation.outcomes import Outcome
from settlement.domain.reconciliation.payout import PayoutPart
from settlement.domain.reconciliation.payout_dues import dues_changed
from settlement.domain.reconciliation.report_line import LineKind, Stage
from settlement.use_cases.gateway.notify_payment import Received, notify_payment
from settlement.use_cases.reconciliation.load_books import payment_books
from testkit.builders import ACCOUNT, NOON, a_new_payment
from testkit.shop import Placed, Shop
from tests.support.reports import ReportFile, take
from tests.support.service import Service

PATH = "/api/pvt/receivables"
HEAD = "kind,gross,fee,currency,reference,installment,installments,expectedOn,paidOn"


@pytest.fixture
def service(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Service:
    return Service(shop, monkeypatch)


def report(service: Service, *lines: str) -> None:
    """Have an acquirer report lines."""
    take(service.shop, service.reports, ReportFile("\n".join((HEAD, *lines, "")).encode()))


def days_of(service: Service, **query: str) -> list[tuple[Any, ...]]:
    """The days: day, connector, currency, gross, fee, net and count."""
    return [tuple(row.values()) for row in service.do("GET", PATH, query=query)["days"]]


def capture_of(placed: Placed) -> str:
    """The connector's id of the newest capture."""
    payment = placed.payments[0].payment_id
    return placed.shop.store.settlements(ACCOUNT, placed.transaction_id, payment)[-1].settle_id


def test_capture_comes_by_the_markets_custom_in_its_instalments(service: Service, shop: Shop) -> None:
    shop.open(a_new_payment(10000, "partial", installments=3)).invoice("N1", 10000)

    answer = service.do("GET", PATH)

    assert [tuple(row.values()) for row in answer["days"]] == [
        ("2026-04-01", "partial", "BRL", 3334, 0, 3334, 1),
        ("2026-05-04", "partial", "BRL", 3333, 0, 3333, 1),
        ("2026-06-01", "partial", "BRL", 3333, 0, 3333, 1),
    ]
    assert answer["sums"] == [{"currency": "BRL", "gross": 10000, "fee": 0, "net": 10000, "count": 3}]
    assert (answer["overdue"], answer["next"]) == ([], None)


def test_report_moves_an_instalment_and_takes_its_fee_and_payout_takes_it_away(service: Service, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial", installments=2))
    placed.invoice("N1", 10000)
    settle_id = capture_of(placed)

    report(service, f"capture,50.00,1.25,BRL,{settle_id},1,2,2026-04-02,")
    told = days_of(service)
    report(service, f"capture,50.00,1.25,BRL,{settle_id},1,2,,2026-04-02")

    assert told == [
        ("2026-04-02", "partial", "BRL", 5000, 125, 4875, 1),
        ("2026-05-04", "partial", "BRL", 5000, 0, 5000, 1),
    ]
    assert days_of(service) == told[1:]


def test_report_with_other_instalments_than_the_payments_replaces_them_all(service: Service, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    placed.invoice("N1", 10000)

    report(service, f"capture,25.00,0,BRL,{capture_of(placed)},1,4,2026-04-01,")

    assert [(row[0], row[3]) for row in days_of(service)] == [
        ("2026-04-01", 2500),
        ("2026-05-04", 2500),
        ("2026-06-01", 2500),
        ("2026-06-30", 2500),
    ]


def test_report_of_more_instalments_than_one_write_takes_comes_to_the_capture(service: Service, shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    placed.invoice("N1", 10000)
    settle_id = capture_of(placed)

    report(service, *(f"capture,2.00,0,BRL,{settle_id},{number},50,2026-04-01," for number in range(1, 51)))

    assert days_of(service) == [("2026-04-01", "partial", "BRL", 10000, 0, 10000, 50)]


def test_what_is_not_paid_on_its_day_is_overdue(service: Service, shop: Shop) -> None:
    shop.open(a_new_payment(10000, "partial", installments=2)).invoice("N1", 10000)
    shop.open(a_new_payment(500, "total", "debitCard"), value=500).invoice("N1", 500)
    shop.clock.advance_to(datetime(2026, 4, 2, 2, 59, tzinfo=UTC))
    before = service.do("GET", PATH)
    shop.clock.advance(timedelta(minutes=1))

    after = service.do("GET", PATH, query={"until": "2026-04-30"})

    assert [row["on"] for row in before["days"]] == ["2026-04-01", "2026-05-04"]
    assert after["days"] == after["sums"] == []
    overdue = {"currency": "BRL", "gross": 5000, "fee": 0, "net": 5000, "count": 1}
    assert after["overdue"] == [
        {"since": "2026-04-01", "connector": "partial", **overdue},
        {"since": "2026-03-03", "connector": "total", **overdue, "gross": 500, "net": 500},
    ]


def test_refund_is_taken_off_on_the_next_bank_day_until_a_report_tells(service: Service, shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 10000)
    placed.give_back("R1", 3000)
    expected = days_of(service)
    refund = shop.store.refunds(ACCOUNT, placed.transaction_id, placed.payments[0].payment_id)[0]

    report(service, f"refund,-30.00,-0.50,BRL,{refund.reference},,,2026-04-01,")

    assert expected == [
        ("2026-03-03", "partial", "BRL", -3000, 0, -3000, 1),
        ("2026-04-01", "partial", "BRL", 10000, 0, 10000, 1),
    ]
    assert days_of(service) == [("2026-04-01", "partial", "BRL", 7000, -50, 7050, 2)]


@pytest.mark.parametrize(("currency", "value", "told"), [("JPY", 901, "451"), ("BHD", 1235, "0.618")])
def test_currencies_have_their_own_decimals_and_sums(
    service: Service, shop: Shop, currency: str, value: int, told: str
) -> None:
    payment = a_new_payment(value, "partial", installments=2)
    placed = shop.open(payment, value=value, currency=currency)
    placed.invoice("N1", value)
    shop.open().invoice("N1", 10000)
    report(service, f"capture,{told},0,{currency},{capture_of(placed)},1,2,2026-04-01,")

    answer = service.do("GET", PATH)

    assert [sums for sums in answer["sums"] if sums["currency"] == currency] == [
        {"currency": currency, "gross": value, "fee": 0, "net": value, "count": 2}
    ]
    assert [row["gross"] for row in answer["days"] if row["currency"] == currency] == [value // 2 + 1, value // 2]


def test_payout_in_another_currency_comes_in_it(service: Service, shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 10000)
    payment = placed.payments[0]
    settlements = shop.store.settlements(ACCOUNT, placed.transaction_id, payment.payment_id)
    books = payment_books(placed.order_id, placed.transaction_id, "BRL", payment, settlements, (), [])
    told = PayoutPart(
        payment.payment_id, LineKind.CAPTURE, books.moves[0].number, Stage.REPORTED, 1, 1, Outcome.MATCHED, "BRL",
        10000, 36, 1764, "USD", "R1", 2, NOON, date(2026, 4, 1),
    )  # fmt: skip

    changed = dues_changed(books, books.moves[0], [], [told])

    assert {(due.on.isoformat(), due.currency, due.gross, due.fee, due.net, due.count) for due in changed} == {
        ("2026-04-01", "BRL", 0, 0, -10000, -1),
        ("2026-04-01", "USD", 0, 36, 1764, 1),
    }


def test_nothing_comes_of_what_the_merchant_received_himself(service: Service, shop: Shop) -> None:
    shop.provider.usually("authorise", "undefined")
    placed = shop.place(a_new_payment(10000, "partial", "bankInvoice")).run()
    notify_payment(shop.ports, ACCOUNT, placed.payments[0].payment_id, Received())
    placed.run()
    placed.start()
    placed.invoice("N1", 10000)
    placed.give_back("R1", 1000)
    assert (placed.ledger.captured, placed.payments[0].offline) == (10000, True)

    assert days_of(service) == []


def test_pages_have_all_days_and_the_sums_of_all(service: Service, shop: Shop) -> None:
    shop.open(a_new_payment(10000, "partial", installments=5)).invoice("N1", 10000)
    shop.open(a_new_payment(10000, "total", installments=5)).invoice("N1", 10000)
    whole, pages, cursor = service.do("GET", PATH), [], dict[str, str]()

    for _ in range(4):
        page = service.do("GET", PATH, query={"limit": "3"} | cursor)
        assert (page["sums"], page["overdue"]) == (whole["sums"], whole["overdue"])
        pages.append(page["days"])
        cursor = {"cursor": page["next"]}

    assert [len(page) for page in pages] == [3, 3, 3, 1]
    assert page["next"] is None
    assert [row for held in pages for row in held] == whole["days"]
    assert [row["on"] for row in service.do("GET", PATH, query={"until": "2026-05-04"})["days"]] == [
        "2026-04-01", "2026-04-01", "2026-05-04", "2026-05-04",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"until": "2026-02-30"}, "until: must be a day as YYYY-MM-DD; got 2026-02-30"),
        ({"until": "20260301"}, "until: must be a day as YYYY-MM-DD; got 20260301"),
        ({"until": "2026-03-01T00:00:00"}, "until: must be a day as YYYY-MM-DD"),
        ({"cursor": "MjAyNi0wMy0wMQ=="}, "cursor: must be the next of an earlier page"),
        ({"cursor": "x"}, "cursor: must be the next of an earlier page"),
        ({"limit": "0"}, "limit"),
        ({"since": "2026-03-01"}, "since"),
    ],
)
def test_query_that_makes_no_sense_is_refused(service: Service, query: dict[str, str], says: str) -> None:
    heard = service.call("GET", PATH, query=query)

    assert heard.status == 400
    assert says in heard.json["error"]["message"]


def test_other_account_sees_nothing(service: Service, shop: Shop) -> None:
    shop.open().invoice("N1", 10000)

    assert service.call("GET", PATH, account="other").json["days"] == []


def a_lot(number: int, at: datetime, captured: int, event: str) -> Lot:
    """A lot with one capture on a card."""
    entry = Entry(event, "PaymentSettled", at, "O", "T", "P", "acme", "USD", {"captured": captured})
    return Lot(number, at, [replace(entry, group="creditCard", installments=1)])


def test_days_long_past_are_kept_by_month_and_still_end() -> None:
    old = [a_lot(number, NOON + timedelta(days=number), 100, f"E{number}") for number in (1, 2)]
    late = NOON + timedelta(days=200)

    kept = Receivables().after(old).after([a_lot(3, late, 7, "E3")])

    assert [(row.on, row.gross, row.count) for row in kept.rows] == [
        (date(2026, 4, 1), 200, 2),
        (date(2026, 10, 19), 7, 1),
    ]
    ended = kept.after([Lot(4, late, [replace(lot.entries[0], moved={"captured": -100}) for lot in old])])
    assert [(row.gross, row.net) for row in ended.rows if row.on == date(2026, 4, 1)] in ([(0, 0)], [])


NAMES = ("gross", "fee", "net", "count")
STORY = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 100)), min_size=1, max_size=25)
PLACES = (("BRL", 10000, 1), ("BRL", 9999, 3), ("JPY", 901, 2), ("BHD", 12345, 12))


@settings(max_examples=30, deadline=None)
@given(STORY, st.integers(0, 2**32))
def test_sum_over_days_is_the_sum_over_all_open_instalments(story: list[tuple[int, int]], seed: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        shop, dice = Shop(), random.Random(seed)
        service = Service(shop, patch)
        orders = [
            shop.open(a_new_payment(value, "partial", installments=of), value=value, currency=currency)
            for currency, value, of in PLACES
        ]
        for step, (what, number) in enumerate(story):
            placed = orders[number % len(orders)]
            act(service, placed, what, number, f"{step}", dice)
            placed.run()
        answer = service.do("GET", PATH)

        shown: Counter[tuple[str, str]] = Counter()
        for row in (*answer["days"], *answer["overdue"]):
            for name in NAMES:
                shown[row["currency"], name] += row[name]
        assert {key: value for key, value in shown.items() if value} == open_of(service, orders)
        for sums in answer["sums"]:
            days = [row for row in answer["days"] if row["currency"] == sums["currency"]]
            assert {name: sum(row[name] for row in days) for name in NAMES} == {name: sums[name] for name in NAMES}


def act(service: Service, placed: Placed, what: int, number: int, name: str, dice: random.Random) -> None:
    """Invoice, give back, let time pass, or report an instalment of a capture or refund."""
    order, left = placed.order, placed.order.value - placed.order.invoiced
    match what:
        case 0 | 1 if left:
            placed.invoice(f"N{name}", max(1, left * number // 100))
        case 2 if order.invoiced == order.value and order.returned < order.value:
            placed.give_back(f"R{name}", max(1, (order.value - order.returned) * number // 100))
        case 3:
            service.shop.clock.advance(timedelta(days=number % 20))
        case 4 | 5:
            report_one(service, placed, dice)


def report_one(service: Service, placed: Placed, dice: random.Random) -> None:
    """Report an instalment, now and then with a wrong value, another number of instalments, or paid at once."""
    where = ACCOUNT, placed.transaction_id, placed.payments[0].payment_id
    moves = [("capture", held.settle_id, held.value) for held in service.shop.store.settlements(*where)]
    moves += [("refund", held.reference or "", held.value) for held in service.shop.store.refunds(*where)]
    if not moves:
        return
    kind, reference, value = dice.choice(moves)
    of = dice.choice((1, placed.payments[0].installments, 4))
    digits = minor_digits(placed.order.currency)
    gross = (value // of + dice.choice((0, 0, 1))) * (1 if kind == "capture" else -1)
    paid = dice.choice(("2026-05-05", ""))
    report(
        service,
        f"{kind},{gross / 10**digits:.{digits}f},{dice.randint(0, 9) / 10**digits:.{digits}f},{placed.order.currency},"
        f"{reference},{dice.randint(1, of)},{of},{'' if paid else '2026-04-09'},{paid}",
    )


def open_of(service: Service, orders: list[Placed]) -> dict[tuple[str, str], int]:
    """The instalments that are not paid, as the transactions show them, less the refunds that no report has paid."""
    sums: Counter[tuple[str, str]] = Counter()
    store = service.shop.store
    for placed in orders:
        currency = placed.order.currency
        actions = service.do("GET", f"/api/pvt/transactions/{placed.transaction_id}/settlements")["actions"]
        for part in (part for action in actions for part in action["payout"]["instalments"]):
            if part["paidOn"] is None:
                sums.update({(currency, name): part[name] for name in NAMES[:3]})
                sums[currency, "count"] += 1
        where = ACCOUNT, placed.transaction_id, placed.payments[0].payment_id
        told = [part for part in store.payouts(*where) if part.kind is LineKind.REFUND and part.line]
        for refund in store.refunds(*where):
            mine = [part for part in told if part.move == refund.number]
            paid = {(part.number, part.of) for part in mine if part.paid_on}
            plans = {part.of for part in mine}
            whole = {of for of in plans if {(number, of) for number in range(1, of + 1)} <= paid}
            of = max(whole or plans, default=1)
            for number in range(1, of + 1):
                parts = [part for part in mine if (part.number, part.of) == (number, of)]
                value = refund.value // of + (refund.value % of if number == 1 else 0)
                if not parts:
                    amounts = (-value, 0, -value, 1)
                elif any(part.paid_on for part in parts):
                    continue
                else:
                    amounts = (parts[0].gross, parts[0].fee, parts[0].net, 1)
                sums.update({(currency, name): held for name, held in zip(NAMES, amounts, strict=True)})
    return {key: value for key, value in sums.items() if value}
