"""What payments do by themselves, and what connectors say later (contract §3.7, §4.2, R28)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from local.facts import Facts
from local.seed import APP_KEY, APP_TOKEN
from tests.e2e.api import Answer, Api, new_id
from tests.e2e.bodies import Payment
from tests.e2e.merchant import Figures, Merchant, Moved, PlacedOrder, cancel, settle, until

Sweep = Callable[[], Any]
ASKED_AGAIN = Payment(4000, token="sandbox-undefined-approved")

FOREVER = 600_000


def sweep_until(sweep: Sweep, is_so: Callable[[], bool], what: str) -> None:
    """Run the sweep until something is so."""

    def check() -> bool:
        sweep()
        return is_so()

    until(check, what)


def expiring(merchant: Merchant, policy: str, seconds: int = 3, **fields: Any) -> PlacedOrder:
    """An order whose authorisation lapses after a while, under a policy; the account settles by itself never."""
    merchant.set(expiryPolicy=policy, autoSettle=False)
    payment = Payment(**fields)
    merchant.script("payments", {"delayToCancel": seconds, "delayToAutoSettle": FOREVER}, payment=payment.id)
    return merchant.place(payment)


class Callbacks:
    """What the connector of an order's payments calls, as it was told in its first request."""

    def __init__(self, order: PlacedOrder, facts: Facts) -> None:
        self.order = order
        self.api = Api(facts.base_url, APP_KEY, APP_TOKEN)

    def url_of(self, payment: int) -> tuple[str, dict[str, str]]:
        """Path and query of a payment's callback."""
        [created, *_] = [call for call in self.order.recorded_calls(payment) if call["operation"] == "payments"]
        url = urlsplit(created["request"]["callbackUrl"])
        return url.path, {name: values[0] for name, values in parse_qs(url.query).items()}

    def call(self, payment: int, form: str = "callback", body: str | None = None, **changed: str | None) -> Answer:
        """Call back without a key; ``changed`` replaces query parameters, or leaves them out."""
        path, query = self.url_of(payment)
        path = path.removesuffix("callback") + form
        renamed = {"account": "accountName", "signature": "X-VTEX-signature"}
        for name, value in changed.items():
            query.pop(renamed[name])
            if value is not None:
                query[renamed[name]] = value
        return self.api.send("POST", path, body, headers={}, query=query)


def test_r28_times_are_shown_on_the_transaction_and_on_its_payments(merchant: Merchant) -> None:
    payment = Payment()
    merchant.script("payments", {"delayToAutoSettle": 3600, "delayToCancel": 86400}, payment=payment.id)
    order = merchant.place(payment)

    [timer] = order.transaction()["timers"]
    [shown] = order.payments()

    authorised = datetime.fromisoformat(shown["authorizationDate"])
    assert timer["paymentId"] == payment.id
    for name, delay in (("autoSettleDate", 3600), ("authorizationExpirationDate", 86400)):
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
    merchant: Merchant, facts: Facts, form: str, body: str | None, token: str, figures: Figures
) -> None:
    order = merchant.submit(Payment(token=token))
    assert order.figures() == Figures("payment-pending", "Authorizing")

    answer = Callbacks(order, facts).call(1, form, body)
    order.come_to_rest()

    assert answer.status == 200, answer
    assert order.figures() == figures


def test_notification_is_not_believed_but_asked_about(merchant: Merchant, facts: Facts) -> None:
    order = merchant.submit(Payment(token="sandbox-undefined-denied"))
    told = '{"paymentId": "%s", "status": "approved", "authorizationId": "forged"}' % order.payment_ids[0]

    assert Callbacks(order, facts).call(1, "notification", told).status == 200
    order.come_to_rest()

    assert order.figures() == Figures("canceled", "Cancelled")
    assert order.payments()[0]["status"] == "Cancelled"


def test_callback_without_its_signature_changes_nothing(merchant: Merchant, facts: Facts) -> None:
    order = merchant.submit(
        Payment(4000, token="sandbox-undefined-approved"), Payment(6000, token="sandbox-undefined-approved")
    )
    callbacks = Callbacks(order, facts)
    other = callbacks.url_of(2)[1]["X-VTEX-signature"]
    calls = len(order.recorded_calls(1))

    refused = [callbacks.call(1, signature=signature) for signature in ("0" * 32, other, None)]
    unknown = [callbacks.call(1, account=account) for account in (f"account-{new_id()}", None)]

    assert {(answer.status, answer.code) for answer in refused} == {(401, "1")}
    assert {answer.status for answer in unknown} == {404}
    assert len(order.recorded_calls(1)) == calls
    assert order.figures() == Figures("payment-pending", "Authorizing")
    callbacks.call(1)
    callbacks.call(2)
    order.come_to_rest()
    assert order.figures() == Figures("ready-for-handling", "Approved", open=10000)


def test_one_undecided_payment_leaves_the_order_pending(merchant: Merchant, facts: Facts) -> None:
    order = merchant.submit(Payment(6000), Payment(4000, token="sandbox-undefined-approved"))

    assert order.answer.json["status"] == "payment-pending"
    assert [payment["status"] for payment in order.payments()] == ["Authorizing", "Authorizing"] or [
        payment["status"] for payment in order.payments()
    ] == ["Approved", "Authorizing"]
    Callbacks(order, facts).call(2)
    order.come_to_rest()

    assert order.figures() == Figures("ready-for-handling", "Approved", open=10000)
    assert len([call for call in order.recorded_calls(1) if call["operation"] == "payments"]) == 1
    order.start()
    order.invoice("N1", 10000)
    assert order.calls() == [settle("40.00", 2), settle("60.00", 1)]


def test_order_is_cancelled_when_its_authorisation_is_not_decided_in_time(
    merchant: Merchant, facts: Facts, sweep: Sweep
) -> None:
    payment = Payment()
    undecided = {"status": "undefined", "authorizationId": None, "delayToCancel": 2}
    merchant.script("payments", *[undecided] * 8, payment=payment.id)
    order = merchant.submit(payment)
    assert order.figures() == Figures("payment-pending", "Authorizing")
    callbacks = Callbacks(order, facts)

    def is_cancelled() -> bool:
        callbacks.call(1)
        return bool(order.order()["status"] == "canceled")

    until(is_cancelled, "the order still waits")
    order.come_to_rest()

    assert order.figures() == Figures("canceled", "Cancelled")
    assert order.order()["cancelReason"] == "the authorisation was not decided in time"
    assert [call["operation"] for call in order.recorded_calls()][-1] == "cancellations"


def test_callback_of_a_decided_or_cancelled_order_changes_nothing(merchant: Merchant, facts: Facts) -> None:
    cancelled, invoiced = merchant.submit(Payment(token="sandbox-undefined-approved")), merchant.place()
    cancelled.cancel()
    invoiced.invoice("N1", 7000)
    events = [len(order.events()) for order in (cancelled, invoiced)]

    for order in (cancelled, invoiced):
        assert Callbacks(order, facts).call(1).status == 200
        order.come_to_rest()

    assert [len(order.events()) for order in (cancelled, invoiced)] == events
    assert cancelled.figures() == Figures("canceled", "Cancelled")
