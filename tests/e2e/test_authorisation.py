"""Placing orders: approved, denied and undecided payments, replays, and card data that is never taken."""

from collections.abc import Callable
from typing import Any

import pytest

from testkit.api import Answer, new_id
from testkit.bodies import Payment, order_body
from testkit.merchant import Figures, Merchant, Moved, PlacedOrder, cancel, settle

ORDERS = "/api/oms/pvt/orders"
CARD_NUMBER = "4444333322221111"

Resume = Callable[[PlacedOrder], None]


def _call_back(order: PlacedOrder, signature: str) -> Answer:
    """Call the payment's callback as its connector would."""
    path = f"{order.transaction_path[9:]}/payments/{order.payment_ids[0]}/callback"
    query = {"accountName": "demo", "X-VTEX-signature": signature}
    return order.api.send("POST", f"/api/pvt/payment-provider/{path}", "{}", headers={}, query=query)


def test_approved_order_is_ready_for_handling(merchant: Merchant) -> None:
    order = merchant.submit(Payment(token="sandbox-approved"))

    assert set(order.answer.json) == {"orderId", "orderGroup", "transactionId", "status", "value"}
    assert order.answer.json["status"] == "ready-for-handling"
    assert order.order_id == f"{order.answer.json['orderGroup']}-01"
    assert order.figures() == Figures("ready-for-handling", "Approved", open=10000)
    order.start()
    second = order.api.post(f"{order.path}/start-handling")
    assert (second.status, second.code) == (409, "OMS003")


def test_same_order_again_is_the_same_answer(merchant: Merchant) -> None:
    first = merchant.submit(Payment(), orderId=f"{new_id()}-01")
    first.start()
    first.invoice("N1", 7000)

    again = first.api.post(ORDERS, first.body)
    other = first.api.post(ORDERS, first.body | {"currency": "USD"})

    assert (again.status, again.json) == (201, first.answer.json)
    assert (other.status, other.code) == (409, "OMS008")
    assert first.order_id in other.message
    assert len([call for call in first.recorded_calls() if call["operation"] == "payments"]) == 1


def test_ids_of_another_order_are_refused(merchant: Merchant) -> None:
    payment = Payment()
    placed = merchant.submit(payment)
    order_id = f"{new_id()}-01"
    same_payment = order_body([payment], orderId=order_id)
    same_transaction = order_body(orderId=order_id)
    same_transaction["paymentData"]["transactions"][0]["transactionId"] = placed.transaction_id

    answers = [placed.api.post(ORDERS, body) for body in (same_payment, same_transaction)]

    assert [(answer.status, answer.code) for answer in answers] == [(409, "OMS008")] * 2
    assert payment.id in answers[0].message
    assert placed.transaction_id in answers[1].message
    assert placed.api.get(f"{ORDERS}/{order_id}").status == 404


def test_denied_payment_cancels_the_order(merchant: Merchant) -> None:
    order = merchant.submit(Payment(token="sandbox-denied"))

    assert order.answer.json["status"] == "canceled"
    assert order.figures() == Figures("canceled", "Cancelled")
    late = [order.api.post(f"{order.path}/start-handling"), order.notify("N1", 7000), order.register_change("C1")]
    assert [answer.status for answer in late] == [409, 409, 400]
    cancellation = order.order()["cancellationData"]
    assert (cancellation["RequestedByPaymentNotification"], cancellation["RequestedByUser"]) == (True, False)
    assert order.calls() == []


def test_one_denied_payment_cancels_the_approved_one(merchant: Merchant) -> None:
    order = merchant.submit(Payment(4000), Payment(6000, token="sandbox-denied"))
    order.come_to_rest()

    assert order.figures() == Figures("canceled", "Cancelled")
    assert order.calls() == [cancel("40.00", 1)]


@pytest.mark.parametrize(
    ("token", "figures"),
    [
        ("sandbox-undefined-approved", Figures("ready-for-handling", "Approved", open=10000)),
        ("sandbox-undefined-denied", Figures("canceled", "Cancelled")),
    ],
)
def test_undecided_payment_is_decided_by_a_callback(
    merchant: Merchant, signature: Callable[[PlacedOrder], str], token: str, figures: Figures
) -> None:
    order = merchant.submit(Payment(token=token))

    assert order.answer.json["status"] == "payment-pending"
    assert order.figures() == Figures("payment-pending", "Authorizing")
    assert order.api.post(f"{order.path}/start-handling").status == 409
    assert order.notify("N1", 7000).status == 409
    forged = _call_back(order, "0" * 32)
    assert (forged.status, forged.code) == (401, "1")
    assert _call_back(order, signature(order)).status == 200
    order.come_to_rest()

    assert order.figures() == figures
    assert _call_back(order, signature(order)).status == 200
    assert order.figures() == figures


def test_undecided_order_can_be_cancelled(merchant: Merchant) -> None:
    order = merchant.submit(Payment(token="sandbox-undefined-approved"))

    order.cancel()

    assert order.figures() == Figures("canceled", "Cancelled")
    assert order.settlements() == Moved()


def test_slip_is_shown_while_it_waits_to_be_paid_until_the_shopper_is_erased(merchant: Merchant) -> None:
    payment, number = Payment(token="sandbox-undefined-approved"), "23790504004199031316957008109209378300000019900"
    slip = {
        "paymentUrl": "https://pay.example/1",
        "identificationNumber": number,
        "paymentAppData": {"payload": "0002"},
    }
    merchant.script("payments", slip | {"acquirer": "TestPay"}, payment=payment.id)

    order = merchant.submit(payment)

    [shown] = order.order()["paymentData"]["transactions"][0]["payments"]
    said = shown["connectorResponses"]
    assert (shown["url"], shown["bankIssuedInvoiceIdentificationNumber"]) == ("https://pay.example/1", number)
    assert {name: said[name] for name in slip} == slip
    assert said["acquirer"] == "TestPay"
    assert order.api.read(f"{order.transaction_path}/payments")[0]["connectorResponse"]["paymentAppData"] == {
        "payload": "0002"
    }
    assert "pay.example/1" not in str(order.events())

    assert order.api.send("DELETE", f"{order.path}/shopper").status == 204
    [shown] = order.order()["paymentData"]["transactions"][0]["payments"]
    assert shown["url"] is None
    assert not {"paymentUrl", "paymentAppData"} & shown["connectorResponses"].keys()
    order.cancel()


def test_connector_is_told_what_the_payment_says_and_the_timeline_nothing_of_the_shopper(merchant: Merchant) -> None:
    payment = Payment()
    body = order_body([payment], orderId=f"{new_id()}-01", invoiceData={"address": {"street": "Rua do Ouvidor"}})
    [transaction] = body["paymentData"]["transactions"]
    transaction |= {"ipAddress": "203.0.113.7", "deviceFingerprint": "device-75076388"}
    said = {"installments": 6, "returnUrl": "http://localhost:8080/back", "paymentMethodCustomCode": "store-card"}
    transaction["payments"][0] |= said
    order = PlacedOrder(merchant.api, merchant.api.post(ORDERS, body), [payment], body)
    order.come_to_rest()

    [request] = [event["Data"]["request"] for event in order.events() if event["Type"] == "PaymentAuthorised"]
    for part in (
        '"installmentsValue":16.66',
        '"firstInstallmentValue":16.70',
        '"returnUrl":"http://localhost:8080/back"',
    ):
        assert part in request
    for fact in ("203.0.113.7", "device-75076388", "Ouvidor"):
        assert fact not in str(order.events())
    shown = order.api.read(f"{order.transaction_path}/payments")[0]
    assert (shown["installmentsValue"], shown["firstInstallmentValue"]) == (1666, 1670)
    refused = merchant.api.post(ORDERS, _with("returnUrl", "http://shop.example/back"))
    assert (refused.status, refused.code, "returnUrl" in refused.message) == (400, "OMS001", True)


@pytest.mark.parametrize("outcomes", [["500", "500"], ["drop"], ["hang"]])
def test_authorisation_without_an_answer_is_asked_again(merchant: Merchant, outcomes: list[str]) -> None:
    payment = Payment()
    merchant.script("payments", *outcomes, payment=payment.id)

    order = merchant.place(payment)
    order.invoice("N1", 10000)

    assert len([call for call in order.recorded_calls() if call["operation"] == "payments"]) >= 2
    assert order.calls() == [settle("100.00")]
    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000)


def test_card_is_sent_by_its_token_and_shown_by_its_digits(merchant: Merchant) -> None:
    payment = Payment()
    body = order_body([payment])
    token = f"vault-{new_id()}"
    card = {"token": token, "holder": "Maria Silva", "firstDigits": "444433", "lastDigits": "1111"}
    body["paymentData"]["transactions"][0]["payments"][0]["card"] = card
    answer = merchant.api.post(ORDERS, body)
    order = PlacedOrder(merchant.api, answer, [payment], body)
    order.come_to_rest()

    shown = order.order()["paymentData"]["transactions"][0]["payments"][0]
    assert (shown["firstDigits"], shown["lastDigits"]) == ("444433", "1111")
    assert shown["cardNumber"] is None
    everything = str([order.order(), order.transaction(), order.payments(), order.events()])
    assert token not in everything


def _with(part: str, value: Any) -> dict[str, Any]:
    payment = Payment()
    body = order_body([payment], orderId=f"{new_id()}-01")
    body["paymentData"]["transactions"][0]["payments"][0][part] = value
    return body


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("card", {"token": CARD_NUMBER}),
        ("card", {"token": "4444 3333 2222 1111"}),
        ("card", {"token": "4444-3333-2222-1111"}),
        ("card", {"token": f" {CARD_NUMBER} "}),
        ("card", {"token": "t", "number": CARD_NUMBER}),
        ("card", {"token": "t", "number": int(CARD_NUMBER)}),
        ("card", {"token": "t", "holder": CARD_NUMBER}),
        ("card", {"token": "t", "inner": {"deep": [{"n": "378282246310005"}]}}),
        ("card", {"token": "t", "csc": "123"}),
        ("card", {"token": "t", "cvv2": 123}),
        ("card", {"token": "t", "securityCode": "123"}),
        ("card", {"token": "t", "CVV": ""}),
        ("card", [{"token": CARD_NUMBER}]),
        ("card", CARD_NUMBER),
        ("fields", [{"name": "cardNumber", "value": CARD_NUMBER}]),
        ("fields", [{"name": "validation-code", "value": "123"}]),
        ("fields", {"anything": CARD_NUMBER}),
        ("fields", {"cvv": "123"}),
        ("fields", [[[CARD_NUMBER]]]),
        ("fields", CARD_NUMBER),
        ("fields", int(CARD_NUMBER)),
    ],
)
def test_card_data_is_refused_without_a_trace(merchant: Merchant, part: str, value: object) -> None:
    body = _with(part, value)

    answer = merchant.api.post(ORDERS, body)

    assert (answer.status, answer.code) == (400, "OMS001")
    assert "vault token" in answer.message
    assert f"paymentData.transactions.0.payments.0.{part}" in answer.message
    assert not any(digits in answer.text.replace(" ", "") for digits in (CARD_NUMBER, "378282246310005", "123"))
    assert merchant.api.get(f"{ORDERS}/{body['orderId']}").status == 404
    payment_id = body["paymentData"]["transactions"][0]["payments"][0]["id"]
    assert merchant.api.read("/sandbox-connector/calls", paymentId=payment_id) == []


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("card", {"token": "4444333322221112"}),
        ("card", {"token": "t", "lastDigits": "1111"}),
        ("fields", [{"name": "installmentPlan", "value": "123456789012"}]),
        ("fields", {"note": "12345678901234567890"}),
    ],
)
def test_what_is_no_card_number_is_taken(merchant: Merchant, part: str, value: object) -> None:
    assert merchant.api.post(ORDERS, _with(part, value)).status == 201


def test_no_log_holds_card_data(merchant: Merchant, logged: Callable[[str, str], list[str]]) -> None:
    number = "5105105105105100"
    merchant.api.post(ORDERS, _with("card", {"token": number}))
    merchant.api.send("POST", ORDERS, f'{{"card": "{number}"')

    assert logged("order_management", number) == []
