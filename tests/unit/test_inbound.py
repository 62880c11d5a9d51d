"""Requests of payment apps, handed on to the connector whose payment they are about (C§4.6)."""

from dataclasses import replace

import pytest

from settlement.domain.errors import ConnectorFailed, PaymentNotFound, Unauthorised
from settlement.domain.events import EventType
from settlement.use_cases.connectors.relay_inbound import relay_inbound
from testkit.builders import ACCOUNT
from testkit.shop import Placed, Shop


def relay(shop: Shop, placed: Placed, action: str = "challenge", **replaced: str) -> tuple[int, str, str]:
    """Hand a request on, as its sender was told to."""
    payment = placed.payments[0]
    named = {
        "account": ACCOUNT,
        "transaction_id": placed.transaction_id,
        "payment_id": payment.payment_id,
        "signature": payment.signature,
    }
    said = relay_inbound(shop.ports, shop.provider, **(named | replaced), action=action, body='{"step": "3ds"}')
    return said.status_code, said.content_type, said.content


def test_connectors_words_are_the_answer_and_on_the_timeline(shop: Shop) -> None:
    placed = shop.open()

    assert relay(shop, placed) == (200, "text/plain", '{"step": "3ds"}')

    [event] = placed.said(EventType.INBOUND_RELAYED)
    assert (event.payment_id, event.data["action"], event.data["answered"]) == (
        placed.payments[0].payment_id,
        "challenge",
        True,
    )


def test_payment_that_is_not_decided_yet_can_be_asked_about(shop: Shop) -> None:
    shop.provider.usually("authorise", "undefined")
    placed = shop.place()
    placed.run()

    assert relay(shop, placed)[0] == 200


def test_money_does_not_move(shop: Shop) -> None:
    placed = shop.open()
    before = (placed.ledger, placed.status, replace(placed.transaction, events=0, version=0))

    relay(shop, placed)

    assert (placed.ledger, placed.status, replace(placed.transaction, events=0, version=0)) == before


@pytest.mark.parametrize("action", ["refused", "silent"])
def test_connector_without_a_usable_answer_is_a_failure_that_is_written_down(shop: Shop, action: str) -> None:
    placed = shop.open()

    with pytest.raises(ConnectorFailed):
        relay(shop, placed, action)

    assert placed.said(EventType.INBOUND_RELAYED)[0].data["answered"] is False


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"signature": "forged"}, Unauthorised),
        ({"payment_id": "nothing"}, PaymentNotFound),
        ({"transaction_id": "nothing"}, PaymentNotFound),
        ({"account": "other"}, PaymentNotFound),
    ],
)
def test_request_of_a_stranger_reaches_no_connector(shop: Shop, wrong: dict[str, str], error: type[Exception]) -> None:
    placed = shop.open()

    with pytest.raises(error):
        relay(shop, placed, **wrong)

    assert placed.said(EventType.INBOUND_RELAYED) == []


def test_create_payment_tells_the_connector_where_inbound_requests_go(shop: Shop) -> None:
    placed = shop.open()

    [request] = shop.provider.authorisations
    payment = placed.payments[0]
    assert request.inbound_url == (
        f"https://gateway.example/api/pvt/payment-provider/transactions/{placed.transaction_id}/payments/"
        f"{payment.payment_id}/inbound-request/:action?accountName={ACCOUNT}&X-VTEX-signature={payment.signature}"
    )
