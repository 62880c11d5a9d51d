"""The store lists work by what it stores: the write that changes a thing changes what is listed of it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from settlement.domain.actor import Acceptance, Actor
from settlement.domain.bookkeeping.entry import Entry
from settlement.domain.hourly_figures import Hour
from settlement.domain.order.finding import Term, TermKind
from settlement.domain.order.fiscal_record import UsedKey
from settlement.domain.reconciliation.outcomes import Outcome
from settlement.domain.reconciliation.payout import PayoutPart
from settlement.domain.reconciliation.report_line import LineKind, Stage
from settlement.domain.transaction.leg import LegKind, LegState
from settlement.domain.transaction.listed_work import Work, WorkKind
from settlement.domain.transaction.operation import OperationKind, OperationState
from settlement.domain.transaction.payment import Authorisation
from settlement.domain.transaction.work import AuditFinding
from settlement.storage import keys
from settlement.storage.dynamodb import DynamoDBStore
from settlement.storage.entry_log import EntryLog
from settlement.storage.figures import HourlyCounters
from settlement.use_cases.shared.ports import Changed, Conflict, DuePayment, Page, Store, WorkItem
from testkit.builders import (
    ACCOUNT,
    NOON,
    ORDER_ID,
    TRANSACTION_ID,
    a_leg,
    a_payment,
    a_transaction,
    an_operation,
    an_order,
)
from tests.contract.stored import LATER, an_invoice, paid, with_counters, write
from tests.support.declared_table import make_declared_table

HOUR = timedelta(hours=1)


def listed(store: Store, at: object = LATER, **more: object) -> list[Work]:
    return [item.work for item in store.work(ACCOUNT, at, None, 10).items]  # type: ignore[arg-type]


def write_work(store: Store, **parts: object) -> None:
    write(store, currency="BRL", **parts)


def an_order_stands(store: Store) -> None:
    write_work(store, transaction=a_transaction())


def test_operation_is_listed_while_it_has_failed_or_is_tried_again(store: Store) -> None:
    an_order_stands(store)
    waiting = an_operation(
        kind=OperationKind.SETTLE, state=OperationState.WAITING, attempts=1, first_attempt_at=NOON, due_at=LATER,
        missing=700, remark="no answer",
    )  # fmt: skip
    write_work(store, operations=[waiting])
    retrying = Work(WorkKind.RETRYING, NOON, 700, LATER, "no answer", operation=waiting.sequence)
    assert store.work(ACCOUNT, NOON, None, 10).items[0].work == retrying
    [item] = store.work(ACCOUNT, LATER, None, 10).items
    assert (item.order_id, item.transaction_id, item.currency, item.work) == (
        ORDER_ID,
        TRANSACTION_ID,
        "BRL",
        retrying,
    )

    failed = replace(
        waiting, state=OperationState.FAILED, version=1, concluded_at=LATER, due_at=None, failure="refused"
    )
    write_work(store, operations=[failed])
    assert listed(store, NOON) == []
    assert listed(store) == [Work(WorkKind.FAILED_SETTLEMENT, LATER, 700, None, "refused", operation=1)]

    write_work(store, operations=[replace(failed, state=OperationState.DONE, missing=None, version=2)])
    assert listed(store) == []


def test_leg_is_listed_while_it_is_in_doubt_or_left_to_a_person(store: Store) -> None:
    an_order_stands(store)
    doubtful = a_leg(state=LegState.IN_DOUBT, concluded_at=NOON, kind=LegKind.REFUND, value=500)
    write_work(store, new_legs=[doubtful])
    assert [(work.kind, work.leg, work.payment_id) for work in listed(store)] == [
        (WorkKind.IN_DOUBT, doubtful.number, doubtful.payment_id)
    ]

    manual = replace(doubtful, state=LegState.MANUAL, attempts=1)
    write_work(store, legs=[Changed(doubtful, manual)])
    assert [work.kind for work in listed(store)] == [WorkKind.MANUAL_REFUND]
    write_work(store, legs=[Changed(manual, replace(manual, state=LegState.POSTED, attempts=2))])
    assert listed(store) == []


def test_what_a_report_told_is_listed_until_it_is_accepted(store: Store) -> None:
    an_order_stands(store)
    back = PayoutPart(
        "P1", LineKind.CHARGEBACK, "", Stage.REPORTED, 5, 1, Outcome.MATCHED, "BRL", -700, 0, -700, "BRL", "R1", 5, NOON
    )
    write_work(store, payouts=[back])
    assert listed(store) == [
        Work(WorkKind.CHARGEBACK, NOON, 700, payment_id="P1", payout="chargeback-R1-5"),
    ]

    accepted = replace(back, version=1, accepted=Acceptance("CLAIM-1", LATER, Actor("key", "anna"), "lost"))
    write_work(store, payouts=[accepted], payouts_before=[replace(back, version=1)])
    assert listed(store) == []
    assert store.payouts(ACCOUNT, TRANSACTION_ID, "P1") == [replace(accepted, version=2)]
    assert store.payout(ACCOUNT, TRANSACTION_ID, "P1", back.name) == replace(accepted, version=2)
    assert store.payout(ACCOUNT, TRANSACTION_ID, "P1", "x" * 2000) is None
    assert store.payout(ACCOUNT, TRANSACTION_ID, "P2", back.name) is None
    with pytest.raises(Conflict):
        write_work(store, payouts=[replace(accepted, accepted=Acceptance("CLAIM-2", LATER))])

    write_work(store, payouts=[replace(back, version=2, gross=-600)])
    assert [(work.kind, work.value) for work in listed(store)] == [(WorkKind.CHARGEBACK, 600)]


def test_writers_of_what_reports_told_of_a_payment_come_one_behind_the_other(store: Store) -> None:
    an_order_stands(store)
    back = PayoutPart(
        "P1", LineKind.CHARGEBACK, "", Stage.REPORTED, 5, 1, Outcome.MATCHED, "BRL", -700, 0, -700, "BRL", "R1", 5, NOON
    )
    first, second, third, other = (replace(back, line=line) for line in (5, 6, 7, 8))
    write_work(store, payouts=[first, second], payouts_seen=0)
    for seen in (0, 1, 3):
        with pytest.raises(Conflict):
            write_work(store, payouts=[third], payouts_seen=seen)
    write_work(store, payouts=[third, replace(first, version=1, gross=-600)], payouts_seen=2)
    write_work(store, payouts=[replace(other, payment_id="P2")], payouts_seen=0)
    write_work(store, payouts=[other], payouts_seen=4)

    told = store.payouts(ACCOUNT, TRANSACTION_ID, "P1")
    assert [(part.line, part.version) for part in told] == [(5, 2), (6, 1), (7, 1), (8, 1)]
    assert len(store.payments_and_payouts(ACCOUNT, TRANSACTION_ID)[1]) == 5


def test_payment_is_listed_while_it_is_blocked_or_lapses_with_open_value(store: Store) -> None:
    an_order_stands(store)
    write_work(store, new_payments=[a_payment(authorisation=Authorisation.APPROVED)])
    authorised = with_counters(paid(store), authorised=1000)
    write_work(store, payments=[authorised])
    seen = paid(store)
    write_work(store, payments=[Changed(seen, replace(seen, expiring_since=NOON, cancel_at=LATER))])
    assert [(work.kind, work.value, work.due_at) for work in listed(store)] == [
        (WorkKind.EXPIRING_AUTHORISATION, 1000, LATER)
    ]

    seen = paid(store)
    doubted = with_counters(seen, in_doubt=400).after
    write_work(store, payments=[Changed(seen, replace(doubted, blocked=True, blocked_at=NOON))])
    assert [(work.kind, work.value) for work in listed(store)] == [(WorkKind.BLOCKED_PAYMENT, 400)]

    seen = paid(store)
    captured = with_counters(seen, in_doubt=0, captured=1000).after
    write_work(store, payments=[Changed(seen, replace(captured, blocked=False, blocked_at=None))])
    assert listed(store) == []


def test_undecided_authorisation_is_due_after_an_hour_and_then_listed(store: Store) -> None:
    an_order_stands(store)
    write_work(store, new_payments=[a_payment(authorisation=Authorisation.PENDING, undecided_at=NOON)])
    assert listed(store, NOON + HOUR) == []
    assert store.due(NOON + HOUR - timedelta(microseconds=1)) == ([], [])
    assert store.due(NOON + HOUR) == ([], [DuePayment(ACCOUNT, TRANSACTION_ID, a_payment().payment_id)])

    undecided = paid(store)
    write_work(store, payments=[Changed(undecided, replace(undecided, undecided_since=NOON + HOUR))])

    [work] = listed(store, NOON + HOUR)
    assert (work.kind, work.since) == (WorkKind.UNDECIDED_AUTHORISATION, NOON + HOUR)
    assert store.due(NOON + 2 * HOUR) == ([], [])


def lapses(store: Store, since: datetime = NOON, until: datetime = LATER, **more: Any) -> list[tuple[str, datetime]]:
    page = store.lapses(ACCOUNT, since, until, more.get("after"), more.get("limit", 10))
    return [(lapse.payment_id, lapse.at) for lapse in page.items]


def test_payment_is_among_the_lapses_as_long_as_it_has_open_value_that_lapses(store: Store) -> None:
    an_order_stands(store)
    write_work(
        store, new_payments=[a_payment(cancel_at=LATER), a_payment("P2"), a_payment("P3", cancel_at=NOON + HOUR)]
    )
    assert lapses(store) == [("P3", NOON + HOUR), ("P1", LATER)]
    assert lapses(store, until=NOON + HOUR) == [("P3", NOON + HOUR)]
    assert lapses(store, since=LATER + HOUR, until=LATER + 2 * HOUR) == []
    assert store.lapses("rival", NOON, LATER, None, 10) == Page([])

    write_work(store, payments=[with_counters(paid(store), captured=9999)])
    assert ("P1", LATER) in lapses(store)
    write_work(store, payments=[with_counters(paid(store), captured=10000)])
    assert lapses(store) == [("P3", NOON + HOUR)]


def test_lapses_are_listed_by_pages(store: Store) -> None:
    an_order_stands(store)
    times = [NOON + timedelta(minutes=minute) for minute in (5, 1, 3)]
    write_work(store, new_payments=[a_payment(f"P{number}", cancel_at=at) for number, at in enumerate(times)])

    first = store.lapses(ACCOUNT, NOON, LATER, None, 2)
    second = store.lapses(ACCOUNT, NOON, LATER, first.next, 2)

    assert [lapse.payment_id for lapse in (*first.items, *second.items)] == ["P1", "P2", "P0"]
    assert {lapse.transaction_id for lapse in first.items} == {TRANSACTION_ID}


def test_denied_authorisation_does_not_lapse_and_an_undecided_one_does(store: Store) -> None:
    an_order_stands(store)
    undecided = a_payment(authorised=0, authorisation=Authorisation.PENDING, cancel_at=LATER)
    write_work(store, new_payments=[undecided])
    assert lapses(store) == [("P1", LATER)]

    write_work(store, payments=[Changed(paid(store), replace(paid(store), authorisation=Authorisation.DENIED))])
    assert lapses(store) == []


def test_finding_of_the_audit_is_listed_until_another_one_agrees(store: Store) -> None:
    an_order_stands(store)
    agreed, found = AuditFinding((), NOON), AuditFinding(("payment P1: value",), NOON)
    write_work(store, finding=Changed(agreed, found))
    assert [(work.kind, work.message) for work in listed(store)] == [(WorkKind.LEDGER_MISMATCH, "payment P1: value")]
    write_work(store, finding=Changed(found, AuditFinding((), LATER)))
    assert listed(store) == []


def test_invoice_is_listed_while_its_key_is_anothers_and_found_by_it_ever(store: Store) -> None:
    """In the index ``work`` an invoice is found by its key, so what it asks for is listed beside it (D173)."""
    an_order_stands(store)
    write(store, order=an_order())
    used = UsedKey("3526", "another", "N1", NOON)
    invoice = an_invoice(key="3526", used_key=used)
    write_work(store, invoices=[invoice])

    [item] = store.work(ACCOUNT, NOON, None, 10).items
    message = f"the key 3526 of invoice {invoice.number} is that of invoice N1 of order another"
    assert (item.order_id, item.transaction_id, item.currency) == (ORDER_ID, TRANSACTION_ID, "BRL")
    assert item.work == Work(
        WorkKind.USED_ACCESS_KEY, NOON, invoice.value, message=message, invoice=invoice.number, is_return=None
    )
    term = Term(TermKind.ACCESS_KEY, "3526")
    assert store.orders_found(ACCOUNT, term, 5).items == [ORDER_ID]
    assert store.invoice(ACCOUNT, ORDER_ID, invoice.number) == invoice

    seen = replace(invoice, replays=1, url="https://a.example")
    write_work(store, replaced_invoices=[Changed(invoice, seen)])
    assert listed(store) == [item.work]
    assert store.invoices_in_question(ACCOUNT, ORDER_ID, TRANSACTION_ID) == [seen]
    corrected = replace(seen, replays=2, key="3527")
    write_work(store, replaced_invoices=[Changed(seen, corrected)])
    assert listed(store) == []
    assert store.invoices_in_question(ACCOUNT, ORDER_ID, TRANSACTION_ID) == []
    assert store.invoices(ACCOUNT, ORDER_ID) == [corrected]
    write_work(store, replaced_invoices=[Changed(corrected, replace(corrected, replays=3, key="3526"))])
    assert listed(store) == [item.work]


def test_work_is_listed_oldest_first_by_pages_of_one_account(store: Store) -> None:
    an_order_stands(store)
    legs = [
        a_leg(number=f"{number:04d}", state=LegState.MANUAL, concluded_at=NOON - number * HOUR) for number in (1, 2, 3)
    ]
    write_work(store, new_legs=legs)

    pages: list[Page[WorkItem]] = [store.work(ACCOUNT, NOON, None, 2)]
    pages.append(store.work(ACCOUNT, NOON, pages[0].next, 2))
    assert [[item.work.leg for item in page.items] for page in pages] == [["0003", "0002"], ["0001"]]
    assert pages[1].next is None
    assert store.work("another", NOON, None, 2).items == []
    assert store.work(ACCOUNT, NOON, "2741-09-06T02:31:30.973400+00:00", 2) == Page([])
    since = (NOON - 2 * HOUR).isoformat(timespec="microseconds")
    assert [item.work.leg for item in store.work(ACCOUNT, NOON, since, 5).items] == ["0002", "0001"]


def test_figures_of_an_hour_are_added_up_and_read_from_a_time_on(client: Any) -> None:
    make_declared_table(client, "figures")
    store, counters = DynamoDBStore(client, "figures"), HourlyCounters(client, "figures")
    first, later = (Hour(ACCOUNT, "a#b", NOON + timedelta(hours=hours)) for hours in (0, 2))
    counters.raise_by([{first: {"time.3": 1}}, {first: {"time.3": 1, "failure.refused": 4}, later: {"time.0": 1}}])
    counters.raise_by([{first: {"time.3": 2}, Hour("rival", "a#b", NOON): {"time.1": 1}}])

    found = store.hourly_figures(ACCOUNT, NOON + timedelta(minutes=30))

    assert [(one.connector, one.at, one.times, one.failures) for one in found] == [
        ("a#b", first.at, {3: 4}, {"refused": 4}),
        ("a#b", later.at, {0: 1}, {}),
    ]
    assert store.hourly_figures(ACCOUNT, NOON + timedelta(hours=1)) == found[1:]
    capture = Entry("E1", "PaymentSettled", later.at, "O", "T", "P", "a#b", "BRL", {"captured": 1})
    log = EntryLog(client, "figures")
    log.enter(ACCOUNT, [capture], lambda: later.at + timedelta(minutes=59), {"E1": ["time.0", "time.7"]})
    [_, both] = store.hourly_figures(ACCOUNT, NOON)
    assert (both.at, both.times, both.failures) == (later.at, {0: 2, 7: 1}, {})
    [item] = client.query(
        TableName="figures",
        KeyConditionExpression="PK = :account AND SK = :hour",
        ExpressionAttributeValues={":account": {"S": f"{ACCOUNT}#FIGURES"}, ":hour": {"S": keys.hour(NOON, "a#b")}},
    )["Items"]
    assert int(item["expiresAt"]["N"]) == int((NOON + timedelta(days=3)).timestamp())
