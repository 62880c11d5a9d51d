"""The telling fields of a payment: what its connector answered, and its refunds."""

import json
from datetime import timedelta
from typing import Any

from settlement.api.payments.fields import PAYMENT_PROVIDER_CONNECTOR, payment_fields
from settlement.domain.connectors.connector import VaultedCard
from testkit.builders import a_connector, a_new_payment
from testkit.provider import Partial
from testkit.shop import Placed, Shop
from tests.support.books import answers_shown


def fields_of(placed: Placed, number: int = 1, currency: str = "BRL") -> dict[str, str]:
    """The fields of a payment, by its number from 1."""
    listed = payment_fields(placed.payments[number - 1], currency, answers_shown(placed, number))
    return {field["name"]: field["value"] for field in listed}


def told(placed: Placed, name: str) -> Any:
    """A field that is JSON text."""
    return json.loads(fields_of(placed)[name])


def test_connector_and_its_configuration_are_named(shop: Shop) -> None:
    fields = fields_of(shop.open())

    assert fields["connector"] == PAYMENT_PROVIDER_CONNECTOR
    assert fields["affiliationId"] == "partial"


def test_legacy_connector_is_told_from_one_of_the_protocol(shop: Shop) -> None:
    shop.connect(a_connector("old", protocol="legacy"))

    assert fields_of(shop.place(a_new_payment(10000, "old")))["connector"] == "old"


def test_undecided_payment_has_no_answers(shop: Shop) -> None:
    shop.provider.script("authorise", "undefined")

    assert not [name for name in fields_of(shop.place()) if name.endswith("ConnectorResponse")]


def test_authorisation_is_told_in_the_words_of_the_protocol(shop: Shop) -> None:
    placed = shop.open()

    response = told(placed, "authorizationConnectorResponse")

    assert response["status"] == "approved"
    assert response["authorizationId"] == f"AUT-{placed.payments[0].payment_id}"
    assert (response["tid"], response["nsu"]) == ("TID", "NSU")


def test_auto_settlement_is_announced_until_it_is_made(shop: Shop) -> None:
    shop.provider.delay_to_auto_settle_seconds = 3600
    placed = shop.open()
    due = shop.clock.time + timedelta(hours=1)

    assert fields_of(placed)["waitingForAutoSettle"] == f"{due:%m/%d/%Y %H:%M:%S} P UTC"

    placed.auto_settle()
    assert "waitingForAutoSettle" not in fields_of(placed)


def test_newest_settlement_is_told_with_decimals(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)
    placed.invoice("N2", 2999)

    text = fields_of(placed)["settlementConnectorResponse"]

    assert '"value":29.99' in text
    assert json.loads(text)["settleId"] == placed.legs[-1].reference


def test_whole_amounts_have_a_decimal_too(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 7000)

    assert '"value":70.0' in fields_of(placed)["settlementConnectorResponse"]


def test_smaller_answer_is_told_as_it_was(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("settle", Partial(5000), "500", "500", "500")

    placed.invoice("N1", 7000)

    assert told(placed, "settlementConnectorResponse")["value"] == 50.0


def test_refused_settlement_has_no_id_and_no_value(shop: Shop) -> None:
    placed = shop.open()
    shop.provider.script("settle", "400")

    placed.invoice("N1", 7000)

    response = told(placed, "settlementConnectorResponse")
    assert (response["settleId"], response["value"], response["message"]) == (None, 0.0, "not possible")


def test_refunds_are_partial_until_nothing_captured_is_left(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 10000)
    placed.give_back("D1", 100)
    placed.give_back("D2", 9900)

    refunds = told(placed, "refund")

    assert [(refund["ValueAsInt"], refund["RefundType"]) for refund in refunds] == [(100, 1), (9900, 0)]
    assert set(refunds[0]) == {"Id", "Token", "RefundDate", "ValueAsInt", "RefundType"}


def test_refund_left_to_a_person_is_the_last_answer_and_no_refund(shop: Shop) -> None:
    placed = shop.open()
    placed.invoice("N1", 10000)
    shop.provider.script("refund", "501")

    placed.give_back("D1", 1500)

    assert told(placed, "refundingConnectorResponse")["refundId"] is None
    assert "refund" not in fields_of(placed)


def test_fields_of_one_payment_hold_nothing_of_another(shop: Shop) -> None:
    placed = shop.open(a_new_payment(4000, "partial"), a_new_payment(6000, "partial"))

    placed.invoice("N1", 1000)

    assert "settlementConnectorResponse" in fields_of(placed, 1)
    assert "settlementConnectorResponse" not in fields_of(placed, 2)


def test_card_is_told_by_the_digits_that_may_be_shown(shop: Shop) -> None:
    card = VaultedCard("vault", "M SILVA", "444433", None)

    fields = fields_of(shop.open(a_new_payment(10000, "partial", card=card)))

    assert (fields["cardHolder"], fields["firstDigits"]) == ("M SILVA", "444433")
    assert "lastDigits" not in fields
    assert "vault" not in json.dumps(fields)
