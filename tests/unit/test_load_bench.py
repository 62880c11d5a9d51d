"""The load generator's own parts: the shares of faults, the connector's books, the percentiles."""

import http.client
import json
from collections import Counter

import pytest

from bench.load.faults import Fault, Faults
from bench.load.provider import Provider, served
from bench.load.report import percentile
from sandbox_provider import Call
from sandbox_scripts import Operation

NEVER = Faults(failing=0, hanging=0)
AUTHORISE = Call(Operation.PAYMENTS, "P1", {"paymentId": "P1", "currency": "BRL", "value": 100})


def settle(request_id: str, value: int = 70) -> Call:
    return Call(Operation.SETTLEMENTS, "P1", {"paymentId": "P1", "requestId": request_id, "value": value})


def test_share_of_calls_that_fail_and_hang_is_what_it_is_said_to_be() -> None:
    faults = Faults(failing=0.05, hanging=0.01, seed=7)

    met = Counter(faults.of(f"P{number}", "settlements", 1) for number in range(20_000))

    assert met[Fault.FAILED] + met[Fault.DROPPED] == pytest.approx(1000, abs=120)
    assert met[Fault.FAILED] == pytest.approx(500, abs=90)
    assert met[Fault.HUNG] == pytest.approx(200, abs=60)


def test_same_seed_is_the_same_faults_and_another_seed_others() -> None:
    def drawn(seed: int) -> list[Fault]:
        return [Faults(0.5, 0.1, seed).of("P1", "refunds", call) for call in range(100)]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_provider_keeps_strict_books_and_answers_a_request_as_before() -> None:
    provider = Provider(NEVER)
    provider.take(AUTHORISE)

    first, _ = provider.take(settle("R1"))
    again, _ = provider.take(settle("R1"))
    above, _ = provider.take(settle("R2", 31))

    assert first == again
    assert (first.status, above.status) == (200, 400)
    assert [call["answer"]["status"] for call in provider.calls_of("P1")] == [200, 200, 200, 400]


def test_call_that_fails_has_no_effect_and_one_that_is_cut_has_one() -> None:
    failing, cut = Provider(Faults(failing=1, hanging=0)), Provider(NEVER)
    assert failing.take(AUTHORISE)[1] in (Fault.FAILED, Fault.DROPPED)
    cut.take(AUTHORISE)
    cut.faults = next(
        faults
        for faults in (Faults(failing=1, hanging=0, seed=seed) for seed in range(50))
        if faults.of("P1", "settlements", 1) is Fault.DROPPED
    )

    reply, fault = cut.take(settle("R1"))
    cut.faults = NEVER

    assert fault is Fault.DROPPED
    assert cut.calls_of("P1")[-1]["answer"] == {"status": None, "body": None}
    assert cut.take(settle("R1"))[0] == reply
    assert cut.take(settle("R2", 31))[0].status == 400


def test_provider_is_served_over_http_and_cuts_the_connection_when_it_is_to() -> None:
    provider = Provider(NEVER)
    with served(provider) as address:
        host = address.removeprefix("http://").partition("/")[0]
        connection = http.client.HTTPConnection(host, timeout=10)
        body = json.dumps({"paymentId": "P1", "currency": "BRL", "value": 100.0})
        connection.request("POST", "/provider/payments", body)
        answer = connection.getresponse()
        assert (answer.status, json.loads(answer.read())["status"]) == (200, "approved")
        provider.faults = Faults(failing=1, hanging=0)
        asked = json.dumps({"paymentId": "P1", "requestId": "R1", "value": 70.0})
        statuses = set()
        for number in range(20):
            connection = http.client.HTTPConnection(host, timeout=10)
            try:
                connection.request("POST", "/provider/payments/P1/settlements", asked.replace("R1", f"R{number}"))
                statuses.add(connection.getresponse().status)
            except (http.client.RemoteDisconnected, ConnectionResetError):
                statuses.add(0)
        assert statuses == {0, 500}


@pytest.mark.parametrize(
    ("count", "share", "value"),
    [(1, 0.5, 1), (2, 0.5, 1), (100, 0.5, 50), (100, 0.99, 99), (100, 1, 100), (1000, 0.99, 990)],
)
def test_percentile_is_the_value_that_so_many_do_not_exceed(count: int, share: float, value: int) -> None:
    assert percentile([float(number) for number in range(count, 0, -1)], share) == value
