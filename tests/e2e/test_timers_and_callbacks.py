"""What payments do by themselves, and what connectors say later (C§3.7, C§4.2, R28)."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import pytest

from operations.running_stack import Facts
from settlement.storage import keys
from testkit.api import Answer, new_id
from testkit.bodies import Payment
from testkit.merchant import Figures, Merchant, Moved, PlacedOrder, cancel, settle, until
from tests.support.affiliations import affiliation_body

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Sweep = Callable[[], Any]


def sweep_until(sweep: Sweep, is_so: Callable[[], bool], what: str) -> None:
    """Run the sweep until something is so."""

    def check() -> bool:
        sweep()
        return is_so()

    until(check, what)


def expiring(merchant: Merchant, policy: str) -> PlacedOrder:
    """An order whose authorisation lapses after a few seconds, under a policy; the account settles by itself never."""
    merchant.set(expiryPolicy=policy, autoSettle=False)
    connector = affiliation_body(
        "acme-brief",
        serviceUrl=f"{merchant.api.base_url}/sandbox-connector/acme-brief",
        mode="partial",
        settleCapability="multiple",
        cancelCapability="multiple",
        authorizationExpiresDays="0.00004",
    )
    assert merchant.api.post("/api/pvt/affiliations", connector).status == 200
    return merchant.place(Payment(connector="acme-brief"))


Signature = Callable[[PlacedOrder, int], str]
CallbacksOf = Callable[[PlacedOrder], "Callbacks"]


@pytest.fixture
def signature_of(facts: Facts, dynamodb: "DynamoDBClient", demo_account: str) -> Signature:
    """Look up what the callbacks of a payment have to carry, which only its connector is told."""

    def look_up(order: PlacedOrder, payment: int) -> str:
        partition = keys.transaction_partition(demo_account, order.transaction_id)
        key = {"PK": {"S": partition}, "SK": {"S": keys.payment(order.payment_ids[payment - 1])}}
        item = dynamodb.get_item(TableName=facts.table_name, Key=key, ConsistentRead=True)["Item"]
        return item["signature"]["S"]

    return look_up


class Callbacks:
    """What the connector of an order's payments calls."""

    def __init__(self, order: PlacedOrder, account: str, signature_of: Signature) -> None:
        self.order = order
        self.account = account
        self.signature_of = signature_of

    def call(
        self,
        payment: int = 1,
        form: str = "callback",
        body: str | None = None,
        changed: Mapping[str, str | None] = MappingProxyType({}),
    ) -> Answer:
        """Call back without a key; ``changed`` replaces query parameters, or leaves them out."""
        path = f"{self.order.transaction_path}/payments/{self.order.payment_ids[payment - 1]}/{form}"
        query = {"accountName": self.account, "X-VTEX-signature": self.signature_of(self.order, payment)}
        sent = {name: value for name, value in {**query, **changed}.items() if value is not None}
        path = path.replace("/api/pvt/", "/api/pvt/payment-provider/")
        return self.order.api.send("POST", path, body, headers={}, query=sent)


@pytest.fixture
def callbacks(demo_account: str, signature_of: Signature) -> CallbacksOf:
    """The callbacks of an order of the demo account."""
    return lambda order: Callbacks(order, demo_account, signature_of)


def test_time_to_decide_is_not_the_end_of_an_authorisation(other_merchant: Merchant, sweep: Sweep) -> None:
    other_merchant.set(expiryPolicy="cancel", autoSettle=False)
    payment, control = Payment(), expiring(other_merchant, "cancel")
    other_merchant.script("payments", {"delayToCancel": 1}, payment=payment.id)
    order = other_merchant.place(payment)
    order.invoice("N1", 3000)

    sweep_until(sweep, lambda: control.transaction()["openValue"] == 0, "the other one was not cancelled")
    sweep()
    order.invoice("N2", 4000)

    assert order.calls() == [settle("30.00"), settle("40.00")]
    assert order.figures() == Figures("payment-approved", "Settling", invoiced=7000, settled=7000, open=3000)


def test_r28_times_are_shown_on_the_transaction_and_on_its_payments(merchant: Merchant) -> None:
    payment = Payment()
    merchant.script("payments", {"delayToAutoSettle": 3600}, payment=payment.id)
    order = merchant.place(payment)

    [timer] = order.transaction()["timers"]
    [shown] = order.payments()

    authorised = datetime.fromisoformat(shown["authorizationDate"])
    assert timer["paymentId"] == payment.id
    for name, delay in (("autoSettleDate", 3600), ("authorizationExpirationDate", 7 * 86400)):
        assert shown[name] == timer[name]
        assert abs(datetime.fromisoformat(timer[name]) - authorised - timedelta(seconds=delay)) < timedelta(seconds=2)
    assert any(field["name"] == "waitingForAutoSettle" for field in shown["fields"])
    order.cancel()


def test_r28_without_a_delay_it_is_four_days(merchant: Merchant) -> None:
    payment = Payment()
    merchant.script("payments", {"delayToAutoSettle": None}, payment=payment.id)
    order = merchant.place(payment)

    [shown] = order.payments()

    span = datetime.fromisoformat(shown["autoSettleDate"]) - datetime.fromisoformat(shown["authorizationDate"])
    assert abs(span - timedelta(days=4)) < timedelta(seconds=2)


def test_r28_account_without_auto_settlement_settles_upon_request(other_merchant: Merchant, sweep: Sweep) -> None:
    other_merchant.set(autoSettle=False)
    payment, control = Payment(), Payment()
    for one in (payment, control):
        other_merchant.script("payments", {"delayToAutoSettle": 1}, payment=one.id)
    order = other_merchant.place(payment)
    sweep_until(sweep, lambda: not _is_due(order), "the timer was never looked at")
    other_merchant.set(autoSettle=True)
    settled = other_merchant.place(control)
    sweep_until(sweep, lambda: settled.transaction()["settledValue"] == 10000, "the timer has not settled")

    assert order.settlements() == Moved()
    order.invoice("N1", 7000)
    assert order.action_types("settlements") == ["upon-request"]


def _is_due(order: PlacedOrder) -> bool:
    return order.payments()[0]["autoSettleDate"] is not None


def test_expiring_authorisation_is_warned_about_once(other_merchant: Merchant, sweep: Sweep) -> None:
    order = expiring(other_merchant, "warn")

    sweep_until(sweep, lambda: "AuthorisationExpiring" in order.event_types(), "no warning")
    sweep()

    [event] = [event for event in order.events() if event["Type"] == "AuthorisationExpiring"]
    assert (event["PaymentId"], event["Data"]["value"]) == (order.payment_ids[0], 10000)
    assert "100.00 BRL" in event["Message"]
    order.invoice("N1", 10000)
    assert order.figures() == Figures("invoiced", "Finished", invoiced=10000, settled=10000)


def test_expiring_authorisation_is_settled_if_the_account_says_so(other_merchant: Merchant, sweep: Sweep) -> None:
    order = expiring(other_merchant, "settle")
    order.invoice("N1", 7000)

    sweep_until(sweep, lambda: order.transaction()["settledValue"] == 10000, "the rest was not settled")
    order.come_to_rest()

    assert order.action_types("settlements") == ["upon-request", "auto-settlement"]
    assert order.settlements() == Moved([7000], [7000, 3000])
    assert order.figures() == Figures("payment-approved", "Settled", invoiced=7000, settled=10000)


def test_expiring_authorisation_is_cancelled_if_the_account_says_so(other_merchant: Merchant, sweep: Sweep) -> None:
    order = expiring(other_merchant, "cancel")
    order.invoice("N1", 7000)

    sweep_until(sweep, lambda: order.transaction()["openValue"] == 0, "the rest was not cancelled")
    order.come_to_rest()
    refused = order.notify("N2", 3000)
    order.change("C1", discount=3000)

    assert (refused.status, refused.code) == (409, "1402")
    assert order.calls() == [settle("70.00"), cancel("30.00")]
    assert order.figures() == Figures("invoiced", "Finished", value=7000, invoiced=7000, settled=7000)


@pytest.mark.parametrize(("form", "body"), [("callback", None), ("retry", None), ("notification", "{}")])
@pytest.mark.parametrize(
    ("token", "figures"),
    [
        ("sandbox-undefined-approved", Figures("ready-for-handling", "Approved", open=10000)),
        ("sandbox-undefined-denied", Figures("canceled", "Cancelled")),
    ],
)
def test_every_form_of_callback_brings_the_decision(
    merchant: Merchant, callbacks: CallbacksOf, form: str, body: str | None, token: str, figures: Figures
) -> None:
    order = merchant.submit(Payment(token=token))
    assert order.figures() == Figures("payment-pending", "Authorizing")

    answer = callbacks(order).call(1, form, body)
    order.come_to_rest()

    assert answer.status == 200, answer
    assert order.figures() == figures


def test_notification_is_not_believed_but_asked_about(merchant: Merchant, callbacks: CallbacksOf) -> None:
    order = merchant.submit(Payment(token="sandbox-undefined-denied"))
    told = {"paymentId": order.payment_ids[0], "status": "approved", "authorizationId": "forged"}

    assert callbacks(order).call(1, "notification", json.dumps(told)).status == 200
    order.come_to_rest()

    assert order.figures() == Figures("canceled", "Cancelled")
    assert order.payments()[0]["status"] == "Cancelled"


def test_callback_without_its_signature_changes_nothing(merchant: Merchant, callbacks: CallbacksOf) -> None:
    order = merchant.submit(
        Payment(4000, token="sandbox-undefined-approved"), Payment(6000, token="sandbox-undefined-approved")
    )
    connector = callbacks(order)
    calls = len(order.recorded_calls(1))

    forged = ("0" * 32, connector.signature_of(order, 2), None)
    refused = [connector.call(1, changed={"X-VTEX-signature": signature}) for signature in forged]
    unknown = [connector.call(1, changed={"accountName": account}) for account in (f"account-{new_id()}", None)]

    assert {(answer.status, answer.code) for answer in refused} == {(401, "1")}
    assert {answer.status for answer in unknown} == {404}
    assert len(order.recorded_calls(1)) == calls
    assert order.figures() == Figures("payment-pending", "Authorizing")
    connector.call(1)
    connector.call(2)
    order.come_to_rest()
    assert order.figures() == Figures("ready-for-handling", "Approved", open=10000)


def test_one_undecided_payment_leaves_the_order_pending(merchant: Merchant, callbacks: CallbacksOf) -> None:
    order = merchant.submit(Payment(6000), Payment(4000, token="sandbox-undefined-approved"))

    assert order.answer.json["status"] == "payment-pending"
    assert [payment["status"] for payment in order.payments()] == ["Approved", "Authorizing"]
    callbacks(order).call(2)
    order.come_to_rest()

    assert order.figures() == Figures("ready-for-handling", "Approved", open=10000)
    assert len([call for call in order.recorded_calls(1) if call["operation"] == "payments"]) == 1
    order.start()
    order.invoice("N1", 10000)
    assert sorted(order.calls(), key=lambda call: call.value) == [settle("40.00", 2), settle("60.00", 1)]


def test_order_is_cancelled_when_its_authorisation_is_not_decided_in_time(
    merchant: Merchant, callbacks: CallbacksOf
) -> None:
    payment = Payment()
    undecided = {"status": "undefined", "authorizationId": None, "delayToCancel": 2}
    merchant.script("payments", *[undecided] * 8, payment=payment.id)
    order = merchant.submit(payment)
    assert order.figures() == Figures("payment-pending", "Authorizing")
    connector = callbacks(order)

    def is_cancelled() -> bool:
        connector.call(1)
        return bool(order.order()["status"] == "canceled")

    until(is_cancelled, "the order still waits")
    order.come_to_rest()

    assert order.figures() == Figures("canceled", "Cancelled")
    assert order.order()["cancelReason"] == "the authorisation was not decided in time"
    assert [call["operation"] for call in order.recorded_calls()][-1] == "cancellations"


def test_callback_of_a_decided_or_cancelled_order_changes_nothing(merchant: Merchant, callbacks: CallbacksOf) -> None:
    cancelled, invoiced = merchant.submit(Payment(token="sandbox-undefined-approved")), merchant.place()
    cancelled.cancel()
    invoiced.invoice("N1", 7000)
    events = [len(order.events()) for order in (cancelled, invoiced)]

    for order in (cancelled, invoiced):
        assert callbacks(order).call(1).status == 200
        order.come_to_rest()

    assert [len(order.events()) for order in (cancelled, invoiced)] == events
    assert cancelled.figures() == Figures("canceled", "Cancelled")
