"""R16 to R19, R22, R26, R29 to R31: returns, replays, over-invoices, cancels, units and the timeline."""

import re

import pytest

from testkit.bodies import Payment, change_body, invoice_body
from testkit.merchant import Figures, Merchant, Moved, cancel, refund, settle


def test_r16_returns_are_refunded_once_the_order_is_invoiced(merchant: Merchant) -> None:
    order = merchant.place()
    order.invoice("N1", 7000)

    order.give_back("D0", 500)
    assert order.refunds() == Moved()
    order.invoice("N2", 3000)
    order.give_back("D1", 1500)
    order.give_back("D2", 1500)
    refused = order.notify("D3", 7000, type="Input")

    assert (refused.status, refused.code) == (400, "OMS011")
    assert "6500" in refused.message
    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000, refunded=3000)
    assert order.calls() == [settle("70.00"), settle("30.00"), refund("15.00"), refund("15.00")]
    assert order.refunds() == Moved([1500, 1500], [1500, 1500])
    assert order.transaction()["totalRefunds"] == 3000


def test_r16_return_before_any_invoice_is_refused(merchant: Merchant) -> None:
    order = merchant.place()

    refused = order.notify("D1", 1, type="Input")

    assert (refused.status, refused.code) == (400, "OMS011")
    assert order.order()["packageAttachment"]["packages"] == []


def test_r16_whole_order_can_be_returned(merchant: Merchant) -> None:
    order = merchant.place()
    order.invoice("N1", 10000)

    order.give_back("D1", 10000)

    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000, refunded=10000)
    assert order.refunds() == Moved([10000], [10000])


def test_r17_replay_gets_a_new_receipt_and_moves_nothing(merchant: Merchant) -> None:
    order = merchant.place()

    first = order.invoice("N1", 7000)
    again = order.invoice(" N1 ", "7000", type="output")
    order.invoice("N2", 3000)
    late = order.invoice("N1", 7000)

    receipts = [answer.json["receipt"] for answer in (first, again, late)]
    assert len(set(receipts)) == 3
    assert all(re.fullmatch("[0-9A-Fa-f]{32}", receipt) for receipt in receipts)
    assert order.calls() == [settle("70.00"), settle("30.00")]
    assert order.settlements() == Moved([7000, 3000], [7000, 3000])
    assert order.event_types().count("InvoiceNotified") == 2
    assert "InvoiceReplayDiffered" not in order.event_types()


def test_r17_replay_that_says_something_else_is_told_of(merchant: Merchant) -> None:
    order = merchant.place()

    order.invoice("N1", 7000)
    order.invoice("N1", 6000)
    other_type = order.notify("N1", 7000, type="Input")

    assert (other_type.status, other_type.code) == (400, "OMS001")
    assert order.figures() == Figures("payment-approved", "Settling", invoiced=7000, settled=7000, open=3000)
    differed = next(event for event in order.events() if event["Type"] == "InvoiceReplayDiffered")
    assert (differed["Data"]["storedValue"], differed["Data"]["repeatedValue"]) == (7000, 6000)


def test_r17_strict_account_refuses_a_replay_that_says_something_else(other_merchant: Merchant) -> None:
    other_merchant.set(strictInvoices=True)
    order = other_merchant.place()

    order.invoice("N1", 7000)
    refused = order.notify("N1", 6000)
    same = order.notify("N1", 7000)

    assert (refused.status, refused.code) == (409, "OMS008")
    assert same.status == 200
    assert order.calls() == [settle("70.00")]


def test_r18_invoice_above_the_remainder_settles_the_remainder(merchant: Merchant) -> None:
    order = merchant.place()

    order.invoice("N1", 7000)
    order.invoice("N2", 3500)
    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000)
    order.invoice("N3", 100)

    packages = {package["invoiceNumber"]: package for package in order.order()["packageAttachment"]["packages"]}
    values = {number: (package["invoiceValue"], package["countedValue"]) for number, package in packages.items()}
    assert values == {"N1": (7000, 7000), "N2": (3500, 3000), "N3": (100, 0)}
    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000)
    assert order.calls() == [settle("70.00"), settle("30.00")]
    assert order.settlements() == Moved([7000, 3000], [7000, 3000])
    refused = order.notify("D1", 10001, type="Input")
    assert (refused.status, refused.code) == (400, "OMS011")


def test_r18_strict_account_refuses_an_invoice_above_the_remainder(other_merchant: Merchant) -> None:
    other_merchant.set(strictInvoices=True)
    order = other_merchant.place()

    order.invoice("N1", 7000)
    refused = order.notify("N2", 3001)
    order.invoice("N2", 3000)
    stand_alone = order.notify("N3", 100)

    assert (refused.status, refused.code) == (400, "OMS010")
    assert "3000" in refused.message
    assert (stand_alone.status, stand_alone.code) == (400, "OMS010")
    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000)


def test_r19_freight_and_discount_live_inside_the_invoice_value_and_a_mismatch_is_only_warned_of(
    merchant: Merchant,
) -> None:
    order = merchant.place(
        Payment(9000),
        items=[
            {"id": "A", "quantity": 1, "price": 5000},
            {"id": "B", "quantity": 2, "price": 1500, "sellingPrice": 1000},
        ],
        totals=[{"id": "Items", "value": 8000}, {"id": "Discounts", "value": -1000}, {"id": "Shipping", "value": 2000}],
        value=9000,
    )

    order.invoice("N1", 7000, items=[{"id": "A", "price": 5000, "quantity": 1}], extraValue=2000)
    order.invoice("N2", 2000, items=[{"id": "B", "price": 1500, "quantity": 2}])

    assert order.figures() == Figures("invoiced", "Finished", value=9000, invoiced=9000, settled=9000)
    assert order.settlements() == Moved([7000, 2000], [7000, 2000])
    assert order.calls() == [settle("70.00"), settle("20.00")]
    notified = [event["Data"] for event in order.events() if event["Type"] == "InvoiceNotified"]
    assert sorted(data.get("itemsValue", 0) for data in notified) == [0, 3000]


def test_r22_cancel_is_refused_after_an_invoice(merchant: Merchant) -> None:
    order = merchant.place()
    order.invoice("N1", 7000)

    refused = order.request_cancel()

    assert (refused.status, refused.code) == (400, "OMS012")
    assert order.figures() == Figures("payment-approved", "Settling", invoiced=7000, settled=7000, open=3000)
    assert "OrderCancelled" not in order.event_types()


@pytest.mark.parametrize("connector", ["sandbox", "sandbox-total", "sandbox-hold"])
def test_cancel_gives_up_what_is_open_and_takes_nothing_after(merchant: Merchant, connector: str) -> None:
    order = merchant.place(Payment(connector=connector))

    first = order.cancel()
    again = order.cancel()
    late = [
        order.notify("N1", 7000),
        order.notify("D1", 7000, type="Input"),
        order.register_change("C1", discount=1),
        order.api.post(f"{order.path}/start-handling"),
    ]

    assert first.json == again.json
    assert [(answer.status, answer.code) for answer in late] == [(409, "OMS003")] * 4
    assert order.figures() == Figures("canceled", "Cancelled")
    assert order.calls() == [cancel("100.00")]
    assert order.cancellations() == Moved([10000], [10000])


def test_cancel_before_handling_needs_no_body(merchant: Merchant) -> None:
    order = merchant.place(start=False)

    answer = order.api.send("POST", f"{order.path}/cancel")
    order.come_to_rest()

    assert answer.status == 200
    assert order.figures() == Figures("canceled", "Cancelled")


def test_r26_change_is_registered_once_per_request_id(merchant: Merchant) -> None:
    order = merchant.place()

    first = order.change("C1", discount=1500)
    other_body = order.change("C1", discount=2500)

    assert other_body.json == first.json | {"stands": {"discountValue": 1500}}
    assert order.figures() == Figures("handling", "Approved", value=8500, open=8500)
    assert order.calls() == [cancel("15.00")]


def test_r26_fifty_changes_and_no_more(merchant: Merchant) -> None:
    order = merchant.place()

    answers = [
        order.api.post(f"{order.path}/changes", change_body(f"C{number}", discount=1)) for number in range(1, 52)
    ]
    order.come_to_rest()

    assert [answer.status for answer in answers] == [200] * 50 + [400]
    assert "Max allowed modifications for order exceeded: 50" in answers[-1].message
    assert order.figures() == Figures("handling", "Approved", value=9950, open=9950)
    assert order.calls() == [cancel("0.01")] * 50
    assert len(order.order()["changesAttachment"]["changesData"]) == 50


@pytest.mark.parametrize(
    ("currency", "parts", "calls"),
    [
        ("BRL", (6999, 29, 10, 2962), ("69.99", "0.29", "0.10", "29.62")),
        ("JPY", (6999, 29, 10, 2962), ("6999", "29", "10", "2962")),
        ("KWD", (6999, 29, 10, 2962), ("6.999", "0.029", "0.010", "2.962")),
    ],
)
def test_r29_units_are_exact(merchant: Merchant, currency: str, parts: tuple[int, ...], calls: tuple[str, ...]) -> None:
    order = merchant.place(currency=currency)

    for number, part in enumerate(parts, start=1):
        order.invoice(f"N{number}", part)
    order.give_back("D1", 29)

    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000, refunded=29)
    assert order.calls() == [*(settle(value) for value in calls), refund(calls[1])]
    assert order.settlements() == Moved(list(parts), list(parts))
    authorised = order.recorded_calls()[0]
    assert authorised["value"] == {"BRL": 100, "JPY": 10000, "KWD": 10}[currency]


def test_r30_everything_that_happened_is_on_the_timeline_in_order(merchant: Merchant) -> None:
    order = merchant.place()

    order.invoice("N1", 7000)
    order.change("C1", discount=1000)
    order.invoice("N2", 2000)

    events = order.events()
    told = ["InvoiceNotified", "OrderChanged", "SettlementRequested", "CancellationRequested"]
    done = ["PaymentAuthorised", "PaymentSettled", "PaymentCancelled"]
    assert [event["Type"] for event in events if event["Type"] in told] == [
        "InvoiceNotified",
        "SettlementRequested",
        "OrderChanged",
        "CancellationRequested",
        "InvoiceNotified",
        "SettlementRequested",
    ]
    assert [event["Type"] for event in events if event["Type"] in done] == [
        "PaymentAuthorised",
        "PaymentSettled",
        "PaymentCancelled",
        "PaymentSettled",
    ]
    statuses = [event["Data"]["to"] for event in events if event["Type"] == "TransactionStatusChanged"]
    assert statuses == ["Authorizing", "Approved", "Settling", "Finished"]
    orders = [event["Data"]["to"] for event in events if event["Type"] == "OrderStatusChanged"]
    assert orders == [
        "payment-pending",
        "ready-for-handling",
        "handling",
        "invoice",
        "payment-approved",
        "invoice",
        "invoiced",
    ]
    recorded = {call["requestId"]: call for call in order.recorded_calls() if call["operation"] != "payments"}
    posted = [event["Data"] for event in events if event["Type"] in done[1:]]
    assert [data["requestId"] for data in posted] == list(recorded)
    for data in posted:
        assert data["status"] == 200
        assert data["requestId"] in data["request"]
        assert data["requestId"] in data["response"]


def test_r30_timeline_is_read_in_pages(merchant: Merchant) -> None:
    order = merchant.place()
    whole = order.api.read(f"{order.transaction_path}/interactions")

    pages = []
    path = f"{order.transaction_path}/interactions?limit=3"
    while path:
        answer = order.api.get(path)
        assert answer.status == 200
        assert len(answer.json) <= 3
        pages += answer.json
        link = answer.headers.get("Link", "")
        path = link[1:].partition(">")[0] if link else ""

    assert pages == whole


@pytest.mark.parametrize("value", [0, -1, "0", "-1", "000"])
def test_r31_money_operations_of_nothing_are_refused(merchant: Merchant, value: object) -> None:
    order = merchant.place()

    answers = [
        order.notify("N1", value),
        order.notify("D1", value, type="Input"),
        order.register_change("C1", discount=-1),
        order.register_change("C1", increment=-1),
        order.register_change("C1"),
    ]

    assert [answer.status for answer in answers] == [400] * 5
    assert order.figures() == Figures("handling", "Approved", open=10000)
    assert order.settlements() == order.cancellations() == order.refunds() == Moved()


def test_invoice_is_shown_on_the_order_as_it_was_sent(merchant: Merchant) -> None:
    order = merchant.place()
    sent = invoice_body(
        "NF-e_1.0",
        "7000",
        invoiceKey="4" * 44,
        invoiceUrl="https://shop.example/n1.pdf",
        embeddedInvoice="<nfe>R$ 70,00 ção €</nfe>",
        courier="Correios",
        trackingNumber="BR1",
        trackingUrl="https://shop.example/BR1",
        items=[{"id": "A", "price": 5000, "quantity": 1, "description": "Shoe"}],
        extraValue=2000,
    )

    assert order.api.post(f"{order.path}/invoice", sent).status == 200
    order.come_to_rest()

    package = order.order()["packageAttachment"]["packages"][0]
    assert package["invoiceValue"] == 7000
    for name in ("invoiceNumber", "invoiceKey", "invoiceUrl", "embeddedInvoice", "courier", "trackingNumber"):
        assert package[name] == sent[name], name
    assert package["issuanceDate"] == sent["issuanceDate"]
    assert [(item["itemIndex"], item["quantity"], item["price"]) for item in package["items"]] == [(0, 1, 5000)]
    assert "itemsValue" not in next(e for e in order.events() if e["Type"] == "InvoiceNotified")["Data"]
