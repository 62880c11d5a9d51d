"""The operator's timeline in exact words: each event, each way it can be told, and one way to write money."""

import re
from datetime import UTC, datetime

import pytest

from settlement.api.timeline.view import interaction_view
from settlement.domain.events import Event, EventType
from settlement.domain.order.invoice import InvoiceType
from testkit.provider import Partial
from testkit.shop import Shop
from tests.support.operator import retry

CALL = {"operation": 2, "leg": "0001", "call": "settle", "requestId": "R1", "asked": 7000}
ANSWERED = CALL | {"response": '{"settleId":"S1"}'}
UNANSWERED = CALL | {"response": ""}
OPERATION = {"operation": 2, "kind": "settle"}
ASKED = OPERATION | {"value": 7000, "origin": "invoice/N1"}
CHANGE = {"requestId": "c1", "discountValue": 1500, "incrementValue": 0, "value": 8500}
MODIFICATION = {"requestId": "m1", "changeValue": -1500, "value": 8500}
AUTHORIZATION = 'Authorization response parsed: {"settleId":"S1"}'

T = EventType
SAID = ASKED | {"reason": "seen"}
WAITS: dict[str, object] = {"action": "refunding-request", "value": 3000}
RESOLVED = UNANSWERED | {"value": 6999, "reason": "seen"}

SHARE = {
    "movement": "capture", "value": 2334, "fee": 58, "net": 2276, "installment": 1, "installments": 3,
    "expectedOn": "2026-04-01", "reportId": "9D0C",
}  # fmt: skip
PAID = {"paidOn": "2026-04-02"}

TOLD: list[tuple[EventType, dict[str, object], str]] = [
    (T.ORDER_PLACED, {"value": 10000, "transactionValue": 9000}, "Order of 100.00 BRL placed, 90.00 BRL to pay"),
    (T.TRANSACTION_STARTED, {"value": 7000, "reference": "8"}, "Transaction of 70.00 BRL for 8"),
    (T.PAYMENTS_RECEIVED, {"value": 3000, "total": 7000}, "Payments of 30.00 BRL received, 70.00 BRL now"),
    (T.ADDITIONAL_DATA_RECEIVED, {"names": "device, cart"}, "Additional data: device, cart"),
    (T.AUTHORISATION_REQUESTED, {"value": 7000}, "Authorization of 70.00 BRL requested"),
    (
        T.PAYMENT_NOTIFIED,
        {"value": 7000, "paidOn": "2026-03-02"},
        "The merchant has received 70.00 BRL, paid 2026-03-02",
    ),
    (T.HANDLING_STARTED, {}, "Start handling requested"),
    (
        T.INVOICE_NOTIFIED,
        {"invoiceType": "Output", "invoiceNumber": "N1", "value": 7005, "counted": 7000},
        "Output invoice N1 of 70.05 BRL received, 70.00 BRL counted",
    ),
    (
        T.INVOICE_REPLAY_DIFFERED,
        {"invoiceNumber": "N1", "repeatedValue": 1, "storedValue": 7000},
        "Invoice N1 was sent again with 0.01 BRL or other items; 70.00 BRL stands",
    ),
    (
        T.INVOICE_REPLAY_DIFFERED,
        {"invoiceNumber": "N1", "repeatedValue": 7000, "storedValue": 7000, "differing": "items, courier"},
        "Invoice N1 of 70.00 BRL was sent again, differing in items, courier; what was sent first stands",
    ),
    (
        T.INVOICE_SUPPLEMENTED,
        {"invoiceNumber": "N1", "told": "invoiceKey, cfop"},
        "Invoice N1 supplemented with invoiceKey, cfop",
    ),
    (
        T.INVOICE_CANCELLED,
        {"invoiceNumber": "N1", "counted": 7000, "withdrawn": 7000, "reason": "Wrong shopper"},
        "Invoice N1 cancelled, 70.00 BRL no longer counted, request of 70.00 BRL withdrawn. Wrong shopper",
    ),
    (T.TRACKING_UPDATED, {"invoiceNumber": "N1", "trackingNumber": "BR1"}, "Invoice N1: tracking number BR1"),
    (T.TRACKING_UPDATED, {"invoiceNumber": "N1", "trackingNumber": None}, "Invoice N1: no tracking number"),
    (
        T.ORDER_CHANGED,
        CHANGE | {"reason": "Out of stock"},
        "Change c1: discount 15.00 BRL, increment 0.00 BRL, new value 85.00 BRL. Out of stock",
    ),
    (
        T.ORDER_CHANGED,
        CHANGE | {"reason": ""},
        "Change c1: discount 15.00 BRL, increment 0.00 BRL, new value 85.00 BRL",
    ),
    (
        T.ORDER_MODIFIED,
        MODIFICATION | {"reason": "Out of stock"},
        "Change m1 by -15.00 BRL, new value 85.00 BRL. Out of stock",
    ),
    (T.ORDER_MODIFIED, MODIFICATION | {"reason": None}, "Change m1 by -15.00 BRL, new value 85.00 BRL"),
    (
        T.ORDER_MODIFICATION_CANCELLED,
        {"requestId": "m1", "reason": "Found it"},
        "Change m1 cancelled. Found it",
    ),
    (T.ORDER_MODIFICATION_CANCELLED, {"requestId": "m1", "reason": None}, "Change m1 cancelled"),
    (T.ORDER_CANCELLED, {"reason": "Shopper asked"}, "Cancel requested. Shopper asked"),
    (T.ORDER_CANCELLED, {"reason": None}, "Cancel requested"),
    (T.INTERACTION_ADDED, {"source": "Desk", "message": "{value} 7000"}, "{value} 7000"),
    (T.SHOPPER_ERASED, {}, "The shopper's personal data was erased"),
    (
        T.INBOUND_RELAYED,
        {"action": "refresh", "requestId": "R1", "response": '{"status":1}'},
        'Inbound request refresh (request R1) was answered with: {"status":1}',
    ),
    (
        T.INBOUND_RELAYED,
        {"action": "refresh", "requestId": "R1", "response": ""},
        "Inbound request refresh (request R1) was not answered",
    ),
    (T.SETTLEMENT_REQUESTED, ASKED, "Transaction settlement started: 70.00 BRL for invoice/N1"),
    (T.CANCELLATION_REQUESTED, ASKED, "Transaction cancelation started: 70.00 BRL for invoice/N1"),
    (T.REFUND_REQUESTED, ASKED, "Refund Payment: 70.00 BRL for invoice/N1"),
    (T.SETTLEMENT_REQUESTED, SAID, "Transaction settlement started: 70.00 BRL for invoice/N1. seen"),
    (T.CANCELLATION_REQUESTED, SAID, "Transaction cancelation started: 70.00 BRL for invoice/N1. seen"),
    (T.REFUND_REQUESTED, SAID, "Refund Payment: 70.00 BRL for invoice/N1. seen"),
    (T.CONNECTOR_REFUSED, RESOLVED, "settle of 70.00 BRL (request R1) was not done, on a person's word: seen"),
    (T.PAYMENT_SETTLED, RESOLVED, "69.99 BRL settled, on a person's word: seen"),
    (T.PAYMENT_CANCELLED, RESOLVED, "69.99 BRL cancelled, on a person's word: seen"),
    (T.PAYMENT_REFUNDED, RESOLVED, "69.99 BRL refunded, on a person's word: seen"),
    (T.OPERATION_READY, OPERATION, "Operation 2 (settle) is ready to start"),
    (T.OPERATION_PLANNED, OPERATION | {"calls": 3}, "Operation 2 (settle) planned; connector calls: 3"),
    (
        T.OPERATION_WAITING,
        OPERATION | {"attempts": 1, "nextAttemptAt": "2026-03-02T14:01:00+00:00"},
        "Operation 2 (settle) waits after attempt 1; next attempt at 2026-03-02T14:01:00+00:00",
    ),
    (
        T.OPERATION_FAILED,
        OPERATION | {"reason": "the connector refused settle of 70.00 BRL on payment P1: expired"},
        "Settlement operation has returned Failed: settle 2: "
        "the connector refused settle of 70.00 BRL on payment P1: expired",
    ),
    (T.OPERATION_RETRIED, OPERATION | {"retry": 3}, "Operation 3 retries operation 2 (settle)"),
    (
        T.ANSWER_REMARKED,
        CALL | {"remarks": "value is 69.999999999, taken as 70.00 BRL"},
        "The connector's answer to settle of 70.00 BRL (request R1): value is 69.999999999, taken as 70.00 BRL",
    ),
    (
        T.CONNECTOR_CALL_UNRESOLVED,
        UNANSWERED | {"reason": "timed out"},
        "No usable answer to settle of 70.00 BRL (request R1): timed out",
    ),
    (T.CONNECTOR_REFUSED, ANSWERED, 'The connector refused settle of 70.00 BRL (request R1): {"settleId":"S1"}'),
    (T.CONNECTOR_REFUSED, UNANSWERED, "The connector refused settle of 70.00 BRL (request R1)"),
    (T.AUTHORISATION_UNDECIDED, ANSWERED, AUTHORIZATION),
    (T.AUTHORISATION_UNDECIDED, UNANSWERED, "Authorization of 70.00 BRL undecided"),
    (T.PAYMENT_AUTHORISED, ANSWERED | {"value": 7000}, AUTHORIZATION),
    (T.PAYMENT_AUTHORISED, UNANSWERED | {"value": 7000}, "70.00 BRL authorized"),
    (T.PAYMENT_DENIED, ANSWERED, AUTHORIZATION),
    (T.PAYMENT_DENIED, UNANSWERED, "Authorization of 70.00 BRL denied"),
    (T.PAYMENT_RAISED, {"value": 1500}, "Payment raised by 15.00 BRL"),
    (T.PAYMENT_SETTLED, ANSWERED | {"value": 7000}, 'Settlement response parsed: {"settleId":"S1"}'),
    (T.PAYMENT_SETTLED, UNANSWERED | {"value": 6999}, "69.99 BRL settled"),
    (T.PAYMENT_CANCELLED, ANSWERED | {"value": 7000}, 'Cancellation response parsed: {"settleId":"S1"}'),
    (T.PAYMENT_CANCELLED, UNANSWERED | {"value": 6999}, "69.99 BRL cancelled"),
    (T.PAYMENT_REFUNDED, ANSWERED | {"value": 7000}, 'Refund response parsed: {"settleId":"S1"}'),
    (T.PAYMENT_REFUNDED, UNANSWERED | {"value": 6999}, "69.99 BRL refunded"),
    (T.VALUE_WITHHELD, {"value": 1500}, "15.00 BRL cancelled in the gateway, not at the connector"),
    (T.VALUE_IN_DOUBT, {"value": 1500}, "15.00 BRL in doubt: the connector never answered"),
    (
        T.AUTHORISATION_EXPIRING,
        {"value": 1500, "expiresAt": "2026-03-09T10:00:00+00:00", "policy": "warn"},
        "The authorization of 15.00 BRL lapses at 2026-03-09T10:00:00+00:00; policy: warn",
    ),
    (
        T.AUTHORISATION_EXPIRING,
        {"value": 1500, "expiresAt": None, "policy": "warn"},
        "The authorization of 15.00 BRL lapses; policy: warn",
    ),
    (
        T.MANUAL_REFUND_REQUIRED,
        ANSWERED | {"value": 1500},
        '15.00 BRL must be refunded manually: {"settleId":"S1"}',
    ),
    (T.MANUAL_REFUND_REQUIRED, UNANSWERED | {"value": 1500}, "15.00 BRL must be refunded manually"),
    (
        T.MANUAL_CANCELLATION_REQUIRED,
        ANSWERED | {"value": 1500},
        '15.00 BRL must be cancelled manually: {"settleId":"S1"}',
    ),
    (T.MANUAL_CANCELLATION_REQUIRED, UNANSWERED | {"value": 1500}, "15.00 BRL must be cancelled manually"),
    (T.BOOKS_UPDATED, {}, "Order and transaction totals updated"),
    (T.LEDGER_MISMATCH, {"count": 2}, "The audit found 2 differences; GET …/audit lists them"),
    (T.LEDGER_AGREES, {"count": 0}, "The audit finds no differences any more"),
    (
        T.APPROVAL_REQUESTED,
        WAITS | {"expiresAt": "2026-03-05T14:00:00+00:00", "reason": "goodwill"},
        "refunding-request of 30.00 BRL waits until another app key approves it, at most to 2026-03-05T14:00:00+00:00. "
        "goodwill",
    ),
    (
        T.APPROVAL_REQUESTED,
        WAITS | {"expiresAt": "2026-03-05T14:00:00+00:00", "reason": None},
        "refunding-request of 30.00 BRL waits until another app key approves it, at most to 2026-03-05T14:00:00+00:00",
    ),
    (T.APPROVAL_DECIDED, WAITS | {"state": "executed", "because": None}, "refunding-request of 30.00 BRL: executed"),
    (T.APPROVAL_DECIDED, WAITS | {"state": "refused", "because": "no"}, "refunding-request of 30.00 BRL: refused. no"),
    (
        T.OPERATION_ENDED,
        OPERATION | {"saidBy": "finance", "ending": "written-off", "value": 7000, "reason": "expired"},
        "finance ended operation 2 (settle) as written-off, 70.00 BRL: expired",
    ),
    (T.CAPTURE_REPORTED, SHARE, "capture of 23.34 BRL reported, 22.76 BRL to come on 2026-04-01, instalment 1 of 3"),
    (T.CAPTURE_REPORTED, {"movement": "refund", "value": -1500}, "refund of -15.00 BRL reported"),
    (T.CAPTURE_PAID, SHARE | PAID, "capture of 23.34 BRL: 22.76 BRL paid on 2026-04-02, instalment 1 of 3"),
    (T.PAYOUT_DIFFERS, SHARE | {"because": "value"}, "capture of 23.34 BRL differs from the books: value"),
    (T.PAYOUT_MISSING, SHARE, "capture of 23.34 BRL has no line in report 9D0C"),
    (
        T.PAYOUT_DIFFERS,
        SHARE | {"currency": "USD", "because": "currency"},
        "capture of 23.34 USD differs from the books: currency",
    ),
    (T.CHARGED_BACK, {"movement": "chargeback", "value": -7000}, "chargeback of -70.00 BRL"),
    (
        T.CHARGED_BACK,
        {"movement": "chargeback", "value": -7000, "sameAs": "chargeback-9D0C-3"},
        "chargeback of -70.00 BRL, told before: chargeback-9D0C-3",
    ),
    (T.CHARGEBACK_REVERSED, {"movement": "chargeback-reversed", "value": 7000}, "70.00 BRL of a chargeback came back"),
    (
        T.CHARGEBACK_REVERSED,
        {"movement": "chargeback-reversed", "value": 7000, "sameAs": "chargeback-reversed-9D0C-3"},
        "70.00 BRL of a chargeback came back, told before: chargeback-reversed-9D0C-3",
    ),
    (
        T.PAYOUT_ACCEPTED,
        {"movement": "chargeback", "value": -7000, "reference": "C-1", "reason": "lost"},
        "chargeback of -70.00 BRL was dealt with, by C-1: lost",
    ),
    (
        T.USED_KEY_ACCEPTED,
        {"invoiceNumber": "N2", "accessKey": "35", "holder": "invoice N1", "reference": "NOTE-1", "reason": "one note"},
        "Invoice N2 may have the access key 35 of invoice N1, by NOTE-1. one note",
    ),
    (T.PAYOUT_ACCEPTED, SHARE | {"reference": "C-1", "reason": None}, "capture of 23.34 BRL was dealt with, by C-1"),
    (
        T.PAYOUT_RESOLVED,
        {"movement": "chargeback", "value": -7000, "resolvedBy": "chargeback-reversed-9D0C-3"},
        "chargeback of -70.00 BRL needs nobody any more: chargeback-reversed-9D0C-3",
    ),
    (
        T.PAYOUT_RESOLVED,
        {"movement": "chargeback", "value": -7000, "resolvedBy": None},
        "chargeback of -70.00 BRL needs somebody again",
    ),
    (T.WRITE_OFF_REVERSED, {"value": 7000}, "70.00 BRL captured after it was written off"),
    (T.VALUE_WRITTEN_OFF, {"value": 7000}, "70.00 BRL will never be captured"),
    (
        T.REFUND_COUNTED,
        {"value": 4000},
        "40.00 BRL that direct requests refunded before counts as refunded for the invoice",
    ),
    (T.REFUND_WRITTEN_OFF, {"value": 7000}, "70.00 BRL will never be refunded"),
    (T.VALUE_PAID_OTHERWISE, {"value": 7000}, "70.00 BRL was paid by other means"),
    (T.ORDER_ERROR_CHANGED, {"workflowIsInError": True}, "Operator action required: yes"),
    (T.ORDER_ERROR_CHANGED, {"workflowIsInError": False}, "Operator action required: no"),
    (T.ORDER_STATUS_CHANGED, {"from": "invoice", "to": "invoiced"}, "Order status changed from invoice to invoiced"),
    (T.ORDER_STATUS_CHANGED, {"from": None, "to": "order-created"}, "Order status is order-created"),
    (
        T.TRANSACTION_STATUS_CHANGED,
        {"from": "Settling", "to": "Finished"},
        "Transaction status changed from Settling to Finished",
    ),
    (T.TRANSACTION_STATUS_CHANGED, {"from": None, "to": "Started"}, "Transaction status is Started"),
    (
        T.WORK_ITEM_OPENED,
        {"item": {"kind": "manual-refund", "value": 2500, "nextStep": "Refund it."}},
        "Waiting: manual-refund, 25.00 BRL. Refund it.",
    ),
    (
        T.WORK_ITEM_CLOSED,
        {"item": {"kind": "manual-refund", "value": 2500}},
        "No longer waiting: manual-refund, 25.00 BRL",
    ),
]


def an_event(type_: EventType, data: dict[str, object]) -> Event:
    """An event of payment P1."""
    return Event(type_, datetime(2026, 3, 2, 14, tzinfo=UTC), "transaction", 1, "O1", "T1", "P1", data)


@pytest.mark.parametrize(("type_", "data", "message"), TOLD)
def test_event_reads_in_exactly_these_words(type_: EventType, data: dict[str, object], message: str) -> None:
    assert interaction_view(an_event(type_, data), "BRL")["Message"] == message


def test_source_of_an_interaction_is_its_sender() -> None:
    """Words of its own with braces in them are left as they are."""
    shown = interaction_view(an_event(T.INTERACTION_ADDED, {"source": "Desk {7}", "message": "Add {it}"}), "BRL")

    assert (shown["Source"], shown["Status"], shown["Message"]) == ("Desk {7}", "Interaction", "Add {it}")


def test_every_event_has_its_words() -> None:
    assert {type_ for type_, _, _ in TOLD} == set(EventType)


@pytest.mark.parametrize("type_", EventType)
def test_event_of_which_nothing_is_told_still_reads(type_: EventType) -> None:
    shown = interaction_view(an_event(type_, {}), "BRL")

    assert shown["Message"]
    assert "nothing" not in f"{shown['Source']} {shown['Status']} {shown['Message']}"
    assert not set("{}") & set(shown["Source"] + shown["Status"])


@pytest.mark.parametrize(("currency", "shown"), [("JPY", "7000 JPY"), ("KWD", "7.000 KWD"), ("BRL", "70.00 BRL")])
def test_amount_has_the_decimals_of_its_currency(currency: str, shown: str) -> None:
    event = an_event(EventType.SETTLEMENT_REQUESTED, ASKED)

    assert interaction_view(event, currency)["Message"] == f"Transaction settlement started: {shown} for invoice/N1"


def test_no_line_of_a_story_of_refusals_has_minor_units_or_missing_facts(shop: Shop) -> None:
    placed = shop.open(value=54321)
    shop.provider.script("settle", "400")
    placed.invoice("N1", 12345)
    shop.provider.usually("cancel", "400")
    placed.change("C1", discount=2345)
    shop.provider.script("settle", Partial(11111))
    retry(placed, 2)
    shop.provider.usually("refund", "501")
    placed.give_back("D1", 1111)

    lines = [interaction_view(event, "BRL") for event in placed.events]

    failed = [line["Message"] for line in lines if line["Type"] == EventType.OPERATION_FAILED]
    assert any("refused settle of 123.45 BRL" in message for message in failed)
    assert any("refused cancel of 23.45 BRL" in message for message in failed)
    amounts = {number for line in lines for number in re.findall(r"\b\d+\b", str(line["Data"])) if len(number) == 5}
    assert {"54321", "12345"} <= amounts
    for line in lines:
        own_words = line["Message"].partition("parsed: ")[0]
        assert amounts.isdisjoint(re.findall(r"\b\d+\b", own_words)), own_words
        assert not re.search(r"\b(nothing|None|True|False)\b|\?", own_words), own_words


def test_plan_that_falls_short_says_by_how_much_in_decimals(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("settle", "400")
    placed.notify("N1", 10000, type_=InvoiceType.OUTPUT)
    placed.notify("D1", 1500, type_=InvoiceType.INPUT)
    placed.run()

    failed = interaction_view(placed.said(EventType.OPERATION_FAILED)[-1], "BRL")

    assert "short by 15.00 BRL" in failed["Message"]
    assert "1500" not in failed["Message"]


def test_event_of_an_earlier_version_has_no_actor() -> None:
    ended: dict[str, object] = {
        "kind": "settle",
        "operation": 2,
        "value": 7000,
        "ending": "written-off",
        "reason": "old",
        "actor": "Bea",
    }

    line = interaction_view(an_event(T.OPERATION_ENDED, ended), "BRL")

    assert (line["Actor"], line["Data"]["actor"]) == (None, "Bea")
    assert line["Message"] == "Bea ended operation 2 (settle) as written-off, 70.00 BRL: old"
