"""What has to hold of every order at rest, whatever happened to it (C§5.4, R30).

The timeline folded gives the ledger; the ledger is what the connector did; requests and actions agree with both.
"""

from collections import Counter
from typing import Any

from settlement.connectors.ppp_amounts import amount
from testkit.merchant import PlacedOrder

_SHOWN = {
    "authorizedValue": ("authorised",),
    "settledValue": ("captured",),
    "cancelledValue": ("cancelled", "withheld"),
    "refundedValue": ("refunded",),
}


def reconcile(placed: PlacedOrder) -> None:
    """Compare every view of an order with every other; fails at the first that disagrees."""
    order, transaction, payments, events = placed.order(), placed.transaction(), placed.payments(), placed.events()
    assert transaction["operationsWaiting"] == 0
    _events_are_gapless(placed, events)
    for shown, counters in _SHOWN.items():
        for payment in payments:
            folded = sum(
                event["Data"].get("deltas", {}).get(counter, 0)
                for event in events
                if event["PaymentId"] == payment["id"]
                for counter in counters
            )
            assert folded == payment[shown], (shown, payment, "the timeline says", folded)
        assert transaction[shown] == sum(payment[shown] for payment in payments), shown
    for shown in ("settledValue", "refundedValue", "openValue"):
        assert order[shown] == transaction[shown], shown
    sales = [package for package in order["packageAttachment"]["packages"] if package["type"] == "Output"]
    assert order["invoicedValue"] == sum(sale["countedValue"] for sale in sales if "cancellation" not in sale)
    _statuses_are_the_last_ones_told(order, transaction, events)
    _connectors_agree(placed, payments, order["storePreferencesData"]["currencyCode"])
    assert sum(placed.settlements().actions) == transaction["settledValue"]
    taken_off = transaction["reconciliation"]["takenOffValue"]
    requests = placed.api.read(f"{placed.transaction_path}/settlements")["requests"]
    standing = sum(request["value"] - request.get("withdrawnValue", 0) for request in requests)
    assert standing == transaction["requestedValue"] + taken_off
    assert placed.api.read(f"{placed.transaction_path}/audit")["mismatches"] == []


def _events_are_gapless(placed: PlacedOrder, events: list[dict[str, Any]]) -> None:
    numbers: dict[str, list[int]] = {}
    for event in events:
        writer, _, number = event["Id"].removeprefix(f"{placed.transaction_id}-").rpartition("-")
        numbers.setdefault(writer, []).append(int(number))
    for writer, found in numbers.items():
        assert found == list(range(1, len(found) + 1)), (writer, found)
    dates = [event["Date"] for event in events]
    assert dates == sorted(dates)


def _statuses_are_the_last_ones_told(order: Any, transaction: Any, events: list[dict[str, Any]]) -> None:
    for type_, status in (
        ("OrderStatusChanged", order["status"]),
        ("TransactionStatusChanged", transaction["status"]),
    ):
        told = [event["Data"] for event in events if event["Type"] == type_]
        assert told[-1]["to"] == status, type_
        assert [change["from"] for change in told[1:]] == [change["to"] for change in told[:-1]], type_


def _connectors_agree(placed: PlacedOrder, payments: list[Any], currency: str) -> None:
    """Sum up what each connector did, once per request id, and compare it with the payment's ledger."""
    by_id = {payment["id"]: payment for payment in payments}
    for number, payment_id in enumerate(placed.payment_ids, start=1):
        done: dict[str, dict[str, Any]] = {}
        for call in placed.recorded_calls(number):
            if call["operation"] != "payments" and call["answer"]["status"] == 200:
                done[call["requestId"]] = call
        sums: Counter[str] = Counter()
        for call in done.values():
            moved = call["answer"]["body"].get("value", call["value"])
            sums[call["operation"]] += amount(moved, currency) or 0
        payment = by_id[payment_id]
        assert sums["settlements"] == payment["settledValue"], (payment_id, sums)
        assert sums["refunds"] == payment["refundedValue"], (payment_id, sums)
        voided = payment["authorizedValue"] == 0
        assert voided or sums["cancellations"] <= payment["cancelledValue"], (payment_id, sums)
