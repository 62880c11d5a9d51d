"""Custom fields go with every call about money; what a connector asks to get back, it gets back (C§4.2 to C§4.5)."""

from dataclasses import replace
from typing import Any

import pytest

from settlement.connectors.ppp import PaymentProviderClient
from settlement.domain.connectors.connector import Connector, Credentials, CustomField
from settlement.domain.connectors.connector_calls import Approved, Done, MovementOutcome, Unknown
from tests.contract.ppp.provider import (
    AUTHORISE,
    CANCEL,
    PAYMENT,
    REFUND,
    SETTLE,
    Provider,
    answer,
    every_movement,
    good,
    move,
)

FIELDS = (CustomField("Shop", "Shop 7"), CustomField("Signing key", None), CustomField("Pin", None))
CREDENTIALS = Credentials("key", "token", (("Signing key", "open-sesame-7"), ("Pin", "1")))
SENT = [
    {"name": "Shop", "value": "Shop 7"},
    {"name": "Signing key", "value": "open-sesame-7"},
    {"name": "Pin", "value": "1"},
]
METADATA = [{"name": "Route", "value": "R-7"}, {"name": "Batch", "value": "B 1"}]
READ = (("Route", "R-7"), ("Batch", "B 1"))


def client() -> PaymentProviderClient:
    """A client whose vault has the passwords."""
    return PaymentProviderClient(timeout_seconds=2, credentials=lambda _: CREDENTIALS, allow_loopback=True)


def connector(provider: Provider) -> Connector:
    """A connector with custom fields."""
    return replace(provider.connector, custom_fields=FIELDS)


def moved(provider: Provider, name: str, metadata: tuple[tuple[str, str], ...] = ()) -> MovementOutcome:
    """Make one movement of a payment whose connector asked for metadata."""
    payment = replace(PAYMENT, metadata=metadata)
    match name:
        case "settle":
            return client().settle(connector(provider), replace(SETTLE, payment=payment))
        case "cancel":
            return client().cancel(connector(provider), replace(CANCEL, payment=payment))
        case _:
            return client().refund(connector(provider), replace(REFUND, payment=payment))


@every_movement
def test_custom_fields_go_with_every_movement_and_passwords_stay_out_of_the_timeline(
    provider: Provider, name: str
) -> None:
    provider.respond = answer(200, good(name) | {"message": "signed with open-sesame-7"})

    outcome = moved(provider, name)

    assert provider.sent["merchantSettings"] == SENT
    assert isinstance(outcome, Done)
    assert outcome.message == "signed with ***"
    assert '{"name":"Pin","value":"***"}' in outcome.exchange.request
    assert '{"name":"Shop","value":"Shop 7"}' in outcome.exchange.request
    assert "open-sesame-7" not in str(outcome)


def test_custom_fields_go_with_the_authorisation(provider: Provider) -> None:
    provider.respond = answer(200, {"paymentId": "A41B77", "status": "approved"})

    client().authorise(connector(provider), AUTHORISE)

    assert provider.sent["merchantSettings"] == SENT


@every_movement
def test_connector_without_custom_fields_is_sent_none(provider: Provider, name: str) -> None:
    move(provider, name)

    assert not {"merchantSettings", "connectorMetadata"} & provider.sent.keys()


@every_movement
def test_metadata_is_sent_as_it_was_answered(provider: Provider, name: str) -> None:
    provider.respond = answer(200, good(name))

    moved(provider, name, READ)

    assert provider.sent["connectorMetadata"] == METADATA


@every_movement
def test_newer_metadata_of_a_movement_is_read(provider: Provider, name: str) -> None:
    provider.respond = answer(200, good(name) | {"connectorMetadata": METADATA})

    exchange = moved(provider, name).exchange

    assert (exchange.metadata, exchange.remarks) == (READ, ())


def approved(provider: Provider, metadata: object) -> Approved:
    """An approval that asks for metadata to be sent back."""
    provider.respond = answer(200, {"paymentId": "A41B77", "status": "approved", "connectorMetadata": metadata})
    outcome = client().authorise(connector(provider), AUTHORISE)
    assert isinstance(outcome, Approved)
    return outcome


NO_METADATA = "it is not a list of names and texts"


@pytest.mark.parametrize(("metadata", "read"), [(METADATA, READ), ([], ()), (None, None)])
def test_metadata_of_an_approval_is_read(provider: Provider, metadata: object, read: object) -> None:
    assert approved(provider, metadata).exchange.metadata == read


@pytest.mark.parametrize(
    ("metadata", "rule"),
    [
        ({"Route": "R-7"}, NO_METADATA),
        ([{"name": "Route"}], NO_METADATA),
        ([{"name": "", "value": "R-7"}], NO_METADATA),
        ([{"name": "Route", "value": 7}], NO_METADATA),
        (["Route"], NO_METADATA),
        ([{"name": "Route", "value": "x" * 1_996}], "it has 2001 bytes; at most 2000 are kept"),
    ],
    ids=["object", "no value", "no name", "number", "text", "too long"],
)
def test_metadata_that_cannot_be_kept_is_remarked_and_the_answer_stands(
    provider: Provider, metadata: Any, rule: str
) -> None:
    outcome = approved(provider, metadata)

    assert outcome.exchange.metadata is None
    [remark] = outcome.exchange.remarks
    assert remark.startswith("connectorMetadata is ")
    assert remark.endswith(rule)


def test_largest_metadata_is_kept(provider: Provider) -> None:
    assert approved(provider, [{"name": "Route", "value": "x" * 1_995}]).exchange.metadata is not None


def test_answer_that_decides_nothing_asks_for_nothing(provider: Provider) -> None:
    provider.respond = answer(500, {"connectorMetadata": METADATA})

    outcome = client().authorise(connector(provider), AUTHORISE)

    assert isinstance(outcome, Unknown)
    assert outcome.exchange.metadata is None
