"""What a connector says it can do: read, held against the protocol, and kept for an hour."""

import time
from dataclasses import dataclass, replace

import pytest

from settlement.connectors import exact_json
from settlement.connectors.ppp import MANIFEST_LIFETIME_SECONDS, PaymentProviderClient
from settlement.connectors.ppp_manifest import MAX_MANIFEST_BYTES
from settlement.domain.connectors.connector_calls import (
    AutoSettleDelay,
    DeclaredField,
    FieldType,
    Manifest,
    ManifestFault,
    PaymentMethod,
    SplitMoment,
)
from tests.contract.ppp.provider import CREDENTIALS, PATIENCE_SECONDS, Provider, answer, client, drip, raw, stall

METHODS = [{"name": "Visa", "allowsSplit": "onCapture"}, {"name": "Pix", "allowsSplit": "disabled"}]
READ = Manifest(
    (PaymentMethod("Visa", SplitMoment.ON_CAPTURE), PaymentMethod("Pix", SplitMoment.DISABLED)), None, "1.0.0"
)


@dataclass
class Seconds:
    now: float = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_manifest_is_asked_for_with_the_keys_of_the_connector(provider: Provider) -> None:
    provider.respond = answer(200, {"paymentMethods": METHODS})
    assert client().manifest(provider.connector) == READ
    line, headers, body = provider.requests[0]
    assert line == "GET /ppp/manifest HTTP/1.1"
    assert (headers["x-provider-api-appkey"], headers["accept"]) == ("key-of-the-shop", "application/json")
    assert (headers.get("content-length"), headers.get("transfer-encoding"), body) == (None, None, b"")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({"minimum": "0", "maximum": "720"}, AutoSettleDelay(0, 720)),
        ({"minimum": 24, "maximum": "24"}, AutoSettleDelay(24, 24)),
        (None, None),
    ],
)
def test_delays_are_whole_hours(provider: Provider, written: object, read: AutoSettleDelay | None) -> None:
    body = {"paymentMethods": METHODS, "autoSettleDelay": written, "customFields": [], "version": "2.0.0"}
    provider.respond = answer(200, body)
    assert client().manifest(provider.connector) == replace(READ, auto_settle_delay=read, version="2.0.0")


def test_custom_fields_and_names_of_metadata_are_read(provider: Provider) -> None:
    select = {
        "name": "Merchant's region",
        "type": "select",
        "options": [{"text": "Europe", "value": "eu"}, {"value": "7"}],
    }
    fields = [{"name": "Shop", "type": "text"}, {"name": "Key", "type": "password", "options": None}, select]
    body = {"paymentMethods": METHODS, "customFields": fields, "metadataFields": ["Route", "Batch"]}
    provider.respond = answer(200, body)

    assert client().manifest(provider.connector) == replace(
        READ,
        custom_fields=(
            DeclaredField("Shop", FieldType.TEXT),
            DeclaredField("Key", FieldType.PASSWORD),
            DeclaredField("Merchant's region", FieldType.SELECT, (("Europe", "eu"), ("7", "7"))),
        ),
        metadata_fields=("Route", "Batch"),
    )


def test_largest_manifest_is_read(provider: Provider) -> None:
    select = {"name": "R", "type": "select", "options": [{"value": str(number)} for number in range(500)]}
    fields = [select, *({"name": f"{number}".ljust(100, "x"), "type": "text"} for number in range(49))]
    names = [letter * 20 for letter in "abc"]
    body = {"paymentMethods": METHODS, "customFields": fields, "metadataFields": names, "remark": ""}
    body["remark"] = "x" * (MAX_MANIFEST_BYTES - len(exact_json.write(body)))
    provider.respond = answer(200, body)

    manifest = client().manifest(provider.connector)

    assert isinstance(manifest, Manifest)
    assert (len(manifest.custom_fields), len(manifest.custom_fields[0].options)) == (50, 500)
    assert manifest.metadata_fields == tuple(names)
    provider.respond = answer(200, body | {"remark": f"{body['remark']}x"})
    assert "500001 bytes; at most 500000" in str(client().manifest(provider.connector))


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ({"customFields": "Shop"}, "customFields is not a list of at most 50"),
        ({"customFields": [{"name": "F", "type": "text"}] * 51}, "customFields is not a list of at most 50"),
        ({"customFields": ["Shop"]}, "customFields[0] is not an object"),
        ({"customFields": [{"type": "text"}]}, "customFields[0].name is not a name of at most 100 characters"),
        ({"customFields": [{"name": "x" * 101, "type": "text"}]}, "customFields[0].name is not a name"),
        ({"customFields": [{"name": "Shop", "type": "number"}]}, "customFields[0].type is number, not one of text,"),
        ({"customFields": [{"name": "Shop", "type": "text"}] * 2}, "customFields has Shop more than once"),
        ({"customFields": [{"name": "R", "type": "select"}]}, "customFields[0].options is empty, and R is a select"),
        ({"customFields": [{"name": "R", "type": "select", "options": [{"text": "E"}]}]}, "one without a value"),
        ({"customFields": [{"name": "R", "type": "select", "options": "eu"}]}, "options is not a list of at most 500"),
        (
            {"customFields": [{"name": "R", "type": "select", "options": [{"value": "v"}] * 501}]},
            "options is not a list of at most 500",
        ),
        ({"metadataFields": ["a", "b", "c", "d"]}, "metadataFields is not a list of at most 3"),
        ({"metadataFields": ["x" * 21]}, "not a name of at most 20 characters"),
        ({"metadataFields": [7]}, "metadataFields has 7, not a name"),
    ],
)
def test_fields_that_are_none_are_a_fault_that_is_named(
    provider: Provider, written: dict[str, object], reason: str
) -> None:
    provider.respond = answer(200, {"paymentMethods": METHODS} | written)

    fault = client().manifest(provider.connector)

    assert isinstance(fault, ManifestFault)
    assert reason in fault.reason


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (200, {}, "paymentMethods is not a list"),
        (200, {"paymentMethods": []}, "paymentMethods is not a list with at least one method"),
        (200, {"paymentMethods": "Visa"}, "paymentMethods is not a list"),
        (200, {"paymentMethods": ["Visa"]}, "paymentMethods[0] is not an object"),
        (200, {"paymentMethods": [*METHODS, {"allowsSplit": "disabled"}]}, "paymentMethods[2].name"),
        (200, {"paymentMethods": [{"name": " ", "allowsSplit": "disabled"}]}, "paymentMethods[0].name"),
        (200, {"paymentMethods": [{"name": "Visa"}]}, "paymentMethods[0].allowsSplit is None"),
        (200, {"paymentMethods": [{"name": "Visa", "allowsSplit": "never"}]}, "allowsSplit is never, not one of"),
        (200, {"paymentMethods": METHODS, "autoSettleDelay": "24"}, "autoSettleDelay is not an object"),
        (200, {"paymentMethods": METHODS, "autoSettleDelay": {"minimum": "0"}}, "autoSettleDelay.maximum is None"),
        (200, {"paymentMethods": METHODS, "autoSettleDelay": {"minimum": "1h", "maximum": "2"}}, "minimum is 1h"),
        (200, {"paymentMethods": METHODS, "autoSettleDelay": {"minimum": -1, "maximum": 2}}, "minimum is -1"),
        (200, {"paymentMethods": METHODS, "autoSettleDelay": {"minimum": "9", "maximum": "2"}}, "above its maximum"),
        (200, "<html>", "not JSON"),
        (200, "", "empty"),
        (200, "[]", "not a JSON object"),
        (200, '{"paymentMethods":[],"paymentMethods":["Visa"]}', "there twice"),
        (404, {"paymentMethods": METHODS}, "answered 404"),
        (302, {}, "answered 302"),
        (500, {}, "answered 500"),
    ],
)
def test_what_is_no_manifest_is_a_fault_that_says_why(
    provider: Provider, status: int, body: object, reason: str
) -> None:
    provider.respond = answer(status, body)
    outcome = client().manifest(provider.connector)
    assert isinstance(outcome, ManifestFault)
    assert reason in outcome.reason
    assert outcome.exchange.status == status


@pytest.mark.parametrize("respond", [stall, lambda provider: drip(provider, b"HTTP/1.1 200 OK\r\nX: " + b"x" * 500)])
def test_manifest_ends_at_the_deadline(provider: Provider, respond: object) -> None:
    assert callable(respond)
    provider.respond = respond(provider)
    started = time.monotonic()
    outcome = client(timeout_seconds=0.3).manifest(provider.connector)
    assert time.monotonic() - started < PATIENCE_SECONDS
    assert isinstance(outcome, ManifestFault)
    assert (outcome.reason, outcome.exchange.status) == ("no complete answer within 0.3 s", None)


def test_address_without_tls_is_not_asked(provider: Provider) -> None:
    outcome = client(allow_loopback=False).manifest(provider.connector)
    assert isinstance(outcome, ManifestFault)
    assert "must start with https" in outcome.reason
    assert provider.requests == []


class TestKept:
    def test_manifest_is_asked_for_once_an_hour(self, provider: Provider) -> None:
        clock = Seconds()
        caller = PaymentProviderClient(5, lambda _: CREDENTIALS, allow_loopback=True, clock_seconds=clock)
        provider.respond = answer(200, {"paymentMethods": METHODS})
        assert caller.manifest(provider.connector) == READ
        provider.respond = raw(b"")
        clock.now += MANIFEST_LIFETIME_SECONDS - 1
        assert caller.manifest(provider.connector) == READ
        assert len(provider.requests) == 1
        clock.now += 1
        assert isinstance(caller.manifest(provider.connector), ManifestFault)

    def test_fault_is_not_kept(self, provider: Provider) -> None:
        caller = client()
        provider.respond = answer(500, {})
        assert isinstance(caller.manifest(provider.connector), ManifestFault)
        provider.respond = answer(200, {"paymentMethods": METHODS})
        assert caller.manifest(provider.connector) == READ

    def test_new_credentials_are_asked_with_again(self, provider: Provider) -> None:
        caller = client()
        provider.respond = answer(200, {"paymentMethods": METHODS})
        caller.manifest(provider.connector)
        assert provider.connector.credentials is not None
        rotated = replace(provider.connector.credentials, version="2")
        caller.manifest(replace(provider.connector, credentials=rotated))
        assert len(provider.requests) == 2

    def test_connectors_are_kept_apart(self, provider: Provider) -> None:
        caller = client()
        provider.respond = answer(200, {"paymentMethods": METHODS})
        caller.manifest(provider.connector)
        provider.respond = answer(200, {"paymentMethods": METHODS[:1]})
        other = replace(provider.connector, service_url=f"{provider.connector.service_url}/other")
        outcome = caller.manifest(other)
        assert isinstance(outcome, Manifest)
        assert [method.name for method in outcome.payment_methods] == ["Visa"]
