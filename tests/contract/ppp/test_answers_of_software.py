"""Orders whose connector answers as software writes: the real client and the whole engine, over a socket."""

import socket
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any

import pytest

from settlement.api.timeline.view import interaction_view
from settlement.connectors import exact_json
from settlement.domain.account.account import ExpiryPolicy
from settlement.domain.connectors.connector import Mode
from settlement.domain.events import EventType
from settlement.domain.ledger.ledger import Counters
from settlement.domain.transaction.leg import LegState
from settlement.domain.transaction.operation import OperationState
from testkit.builders import a_connector
from testkit.shop import Placed, Shop
from tests.contract.ppp.provider import Provider, answer, client

IDS = {"settlements": "settleId", "cancellations": "cancellationId", "refunds": "refundId"}


class Software:
    """A connector that does what it is asked, and answers with members replaced: JSON as it is to be written."""

    def __init__(self, provider: Provider) -> None:
        self.status = 200
        self.odd: dict[str, Mapping[str, str]] = {}
        self.bodies: dict[str, tuple[int, str]] = {}
        self._provider = provider
        provider.respond = self.respond

    def respond(self, connection: socket.socket) -> None:
        """Answer the call that has just arrived."""
        line, _, body = self._provider.requests[-1]
        what = line.split()[1].rpartition("/")[2]
        sent = exact_json.read(body)
        assert isinstance(sent, dict)
        status, written = self.bodies.get(what) or (self.status, self.written(what, sent))
        answer(status, written)(connection)

    def written(self, what: str, sent: Mapping[str, Any]) -> str:
        """Write the usual answer with what is odd in it."""
        usual: dict[str, object] = {"paymentId": sent["paymentId"]}
        if what == "payments":
            usual |= {"status": "approved", "authorizationId": "AUT", "delayToAutoSettle": 600_000}
        else:
            usual |= {"requestId": sent["requestId"], IDS[what]: sent["requestId"][:8], "value": sent["value"]}
        members = {name: exact_json.write(value) for name, value in usual.items()}
        members |= self.odd.get(what, MappingProxyType({}))
        return "{" + ",".join(f'"{name}":{value}' for name, value in members.items()) + "}"

    def calls(self, what: str) -> int:
        """How many calls of a kind arrived."""
        return sum(line.split()[1].endswith(f"/{what}") for line, _, _ in self._provider.requests)


@pytest.fixture
def software(provider: Provider) -> Software:
    return Software(provider)


@pytest.fixture
def shop(shop: Shop, provider: Provider, software: Software) -> Shop:
    """The shop's connectors are the software, behind the real client."""
    for mode in Mode:
        shop.connect(a_connector(mode.value, mode, service_url=provider.connector.service_url))
    shop.provider = client()  # type: ignore[assignment]
    return shop


def told(placed: Placed) -> list[str]:
    """The timeline's lines about how answers were read."""
    lines = [interaction_view(event, placed.transaction.currency) for event in placed.events]
    return [line["Message"].partition("): ")[2] for line in lines if line["Type"] == EventType.ANSWER_REMARKED]


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("69.99999999999999", "69.99999999999999"),
        ("70.00000000000001", "70.00000000000001"),
        ('"70.00"', 'the text "70.00"'),
    ],
)
def test_capture_as_software_writes_it_is_posted_at_once_and_told(
    shop: Shop, software: Software, written: str, shown: str
) -> None:
    software.odd["settlements"] = {"value": written}
    placed = shop.open()

    placed.invoice("N1", 7000)

    assert (placed.ledger.captured, software.calls("settlements")) == (7000, 1)
    assert placed.status == ("payment-approved", "Settling")
    assert told(placed) == [f"value is {shown}, taken as 70.00 BRL"]
    assert placed.said(EventType.CONNECTOR_CALL_UNRESOLVED) == []
    [settled] = placed.said(EventType.PAYMENT_SETTLED)
    assert settled.data["value"] == 7000


def test_refund_with_noise_is_posted_at_once_and_told(shop: Shop, software: Software) -> None:
    software.odd["refunds"] = {"value": "15.000000000000002"}
    placed = shop.open()
    placed.invoice("N1", 10000)

    placed.give_back("D1", 1500)

    assert (placed.ledger.refunded, software.calls("refunds")) == (1500, 1)
    assert told(placed) == ["value is 15.000000000000002, taken as 15.00 BRL"]


@pytest.mark.parametrize(
    ("currency", "written", "captured"),
    [("JPY", "6999.999999999999", 7000), ("KWD", "6.999999999999999", 7000), ("CLF", "0.7000000000000001", 7000)],
)
def test_noise_is_none_whatever_the_decimals_of_the_currency(
    shop: Shop, software: Software, currency: str, written: str, captured: int
) -> None:
    software.odd["settlements"] = {"value": written}
    placed = shop.open(currency=currency)

    placed.invoice("N1", 7000)

    assert (placed.ledger.captured, software.calls("settlements")) == (captured, 1)


def test_smaller_capture_with_noise_leaves_the_rest_to_another_call(shop: Shop, software: Software) -> None:
    software.odd["settlements"] = {"value": "34.999999999999996"}
    placed = shop.open()

    placed.invoice("N1", 7000)

    assert (placed.ledger.captured, software.calls("settlements")) == (7000, 2)


def test_value_that_would_be_rounded_is_no_answer_and_the_reason_has_its_digits(shop: Shop, software: Software) -> None:
    software.odd["settlements"] = {"value": "69.995"}
    placed = shop.open()

    placed.invoice("N1", 7000)

    assert (placed.ledger.captured, placed.operation.state) == (0, OperationState.WAITING)
    reasons = {event.data["reason"] for event in placed.said(EventType.CONNECTOR_CALL_UNRESOLVED)}
    assert reasons == {"value is 69.995, which has more decimals than BRL"}


def test_delay_to_cancel_of_an_approved_payment_ends_nothing(shop: Shop, software: Software) -> None:
    shop.set(expiry_policy=ExpiryPolicy.CANCEL, auto_settle=False)
    software.odd["payments"] = {"delayToCancel": "600"}
    placed = shop.open()
    placed.invoice("N1", 3000)

    shop.pass_time(timedelta(hours=1))
    assert software.calls("cancellations") == 0
    placed.invoice("N2", 4000)
    shop.pass_time(timedelta(days=6))

    assert placed.ledger == Counters(authorised=10000, captured=7000)
    assert placed.said(EventType.AUTHORISATION_EXPIRING) == []
    [payment] = placed.payments
    assert payment.authorised_at is not None
    assert payment.cancel_at == payment.authorised_at + timedelta(days=7)


def test_what_of_an_authorisation_is_not_understood_is_told(shop: Shop, software: Software) -> None:
    software.odd["payments"] = {
        "status": '"Approved"',
        "maxValue": '"1,200.00"',
        "delayToAutoSettle": "604801",
        "delayToCancel": "-1",
        "tid": "[]",
        "nsu": '""',
    }
    placed = shop.open()

    [payment] = placed.payments
    assert (payment.max_value, payment.tid, payment.nsu) == (None, None, None)
    assert payment.authorised_at is not None
    assert payment.auto_settle_at == payment.authorised_at + timedelta(days=4)
    [line] = told(placed)
    for what in ('status is the text "Approved"', 'maxValue is the text "1,200.00"', "604801", "-1", "tid is a list"):
        assert what in line
    assert "nsu" not in line


def test_ceiling_is_read_like_any_amount_and_rounded_down(shop: Shop, software: Software) -> None:
    software.odd["payments"] = {"maxValue": '"115.009"'}
    placed = shop.open()

    placed.change("C1", increment=1500)

    assert placed.ledger.authorised == 11500
    assert told(placed) == ['maxValue is the text "115.009", taken as 115.00 BRL']


@pytest.mark.parametrize("status", [201, 202])
def test_created_and_accepted_with_a_whole_body_are_answers(shop: Shop, software: Software, status: int) -> None:
    software.status = status
    placed = shop.open()

    placed.invoice("N1", 7000)
    placed.change("C1", discount=1500)
    placed.invoice("N2", 1500)
    placed.give_back("D1", 1000)

    assert placed.ledger == Counters(authorised=10000, captured=8500, cancelled=1500, refunded=1000)
    assert placed.status == ("invoiced", "Finished")


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (500, '{"refundId":"","value":0,"code":"refund-manually","message":"by hand"}'),
        (500, '{"refundId":null,"code":"refund_manually"}'),
        (501, ""),
        (501, "<html><body>Not Implemented</body></html>"),
        (501, '{"refundId":" "}'),
    ],
)
def test_refund_that_only_a_person_can_do_is_left_to_one_at_once(
    shop: Shop, software: Software, status: int, body: str
) -> None:
    software.bodies["refunds"] = (status, body)
    placed = shop.open()
    placed.invoice("N1", 10000)

    placed.give_back("D1", 1500)

    assert (placed.ledger.refunded, software.calls("refunds")) == (0, 1)
    assert placed.legs[-1].state is LegState.MANUAL
    assert len(placed.said(EventType.MANUAL_REFUND_REQUIRED)) == 1
