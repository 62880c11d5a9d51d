"""Two clients at once over HTTP: settings, feeds and payments lose nothing, and count nothing twice."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from testkit.api import Answer, Api

SETTINGS = "/api/oms/pvt/account/settings"
FEED = "/api/orders/feed/config"
ROUNDS = 25


def at_once(*sends: Callable[[], Answer]) -> list[Answer]:
    """Send at once, and return the answers."""
    with ThreadPoolExecutor(len(sends)) as threads:
        return [sent.result() for sent in [threads.submit(send) for send in sends]]


def test_settings_changed_at_once_both_stay(open_account: Callable[..., Api]) -> None:
    api = open_account()
    for number in range(ROUNDS):
        wanted: dict[str, Any] = {"merchantName": f"SHOP {number}", "strictInvoices": number % 2 == 0}
        answers = at_once(*(lambda change={name: value}: api.patch(SETTINGS, change) for name, value in wanted.items()))

        assert [answer.status for answer in answers] == [200, 200]
        found = api.read(SETTINGS)
        assert {name: found[name] for name in wanted} == wanted


def test_feed_configured_again_keeps_its_queue_and_takes_the_last(open_account: Callable[..., Api]) -> None:
    api = open_account()
    for statuses in ([], ["handling"], ["handling", "invoiced"], []):
        body = {"filter": {"type": "FromWorkflow", "status": statuses}} if statuses else {}
        assert api.post(FEED, body).status == 200
    answers = at_once(*[lambda: api.post(FEED, {})] * 3)
    assert {answer.status for answer in answers} == {200}


def test_payments_sent_again_or_twice_at_once_are_taken_once(open_account: Callable[..., Api]) -> None:
    api = open_account()
    body = {"value": 10000, "referenceId": "1234567", "channel": "store", "salesChannel": "1"}
    path = f"/api/pvt/transactions/{api.post('/api/pvt/transactions', body).json['id']}/payments"

    def send(value: int, **more: object) -> Answer:
        fields = {"accountId": "vault-token"}
        return api.post(path, [{"paymentSystem": 2, "value": value, "installments": 1, "fields": fields, **more}])

    twice = [send(3000), send(3000)]
    both = at_once(lambda: send(2000), lambda: send(2000))
    named = [send(5000, id="E2EPAYMENT"), send(5000, id="E2EPAYMENT")]

    assert {answer.status for answer in (*twice, *both, *named)} == {200}
    assert send(4999, id="E2EPAYMENT").status == 409
    assert [payment["value"] for payment in api.read(path)] == [3000, 2000, 5000]
