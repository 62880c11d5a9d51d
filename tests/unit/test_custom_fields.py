"""Custom fields of a connector: taken as its manifest declares them, passwords kept in the vault only (C§4.1)."""

from dataclasses import replace
from typing import Any

import pytest

from settlement.domain.connectors.connector import Connector, Credentials, CustomField
from settlement.domain.connectors.connector_calls import DeclaredField, FieldType
from testkit.builders import ACCOUNT
from testkit.shop import Shop
from tests.support.affiliations import affiliation_body
from tests.support.service import Heard, Service

AFFILIATIONS = "/api/pvt/affiliations"
ONE = f"{AFFILIATIONS}/acme-pay"

DECLARED = (
    DeclaredField("Merchant's shop", FieldType.TEXT),
    DeclaredField("Signing key", FieldType.PASSWORD),
    DeclaredField("Region", FieldType.SELECT, (("Europe", "eu"), ("Brazil", "br"))),
)
VALUES = {"Merchant's shop": "Shop 7", "Signing key": "open-sesame-7", "Region": "br"}


@pytest.fixture
def service(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A service whose connectors declare three custom fields."""
    service = Service(shop, monkeypatch)
    service.probe.custom_fields = DECLARED
    return service


def body(values: dict[str, Any], /, **more: Any) -> dict[str, Any]:
    """An affiliation with custom fields."""
    fields = [{"name": name, "value": value} for name, value in values.items()]
    return affiliation_body() | {"customFields": fields} | more


@pytest.mark.parametrize("password", ["planted-secret" + "x" * 2_001, 31415.5, "*" * 2_001 + "planted-secret"])
def test_refusal_never_repeats_a_password(service: Service, password: object) -> None:
    message = refused(service.call("POST", AFFILIATIONS, body(VALUES | {"Signing key": password})))

    assert "customFields." in message
    assert "planted-secret" not in message
    assert "31415" not in message
    assert "****" not in message


def stored(service: Service) -> Connector:
    """The connector as it is stored."""
    connector = service.shop.store.connector(ACCOUNT, "acme-pay")
    assert connector is not None
    return connector


def refused(heard: Heard) -> str:
    """The message of a refusal."""
    assert heard.status == 400, heard
    return str(heard.json["error"]["message"])


def shown(affiliation: dict[str, Any]) -> dict[str, str]:
    """The custom fields that an answer shows."""
    return {field["name"]: field["value"] for field in affiliation["customFields"]}


def test_fields_are_taken_and_a_password_is_kept_in_the_vault_only(service: Service) -> None:
    created = service.do("POST", AFFILIATIONS, body(VALUES))

    masked = VALUES | {"Signing key": "***"}
    assert shown(created) == masked
    assert masked.items() <= {item["name"]: item["value"] for item in created["configuration"]}.items()
    assert stored(service).custom_fields == (
        CustomField("Merchant's shop", "Shop 7"),
        CustomField("Signing key", None),
        CustomField("Region", "br"),
    )
    assert service.vault.of(stored(service)) == Credentials("key", "token", (("Signing key", "open-sesame-7"),))
    assert "open-sesame-7" not in str([service.do("GET", ONE), service.do("GET", AFFILIATIONS), stored(service)])


def test_fields_may_stand_in_the_configuration_as_the_gateway_has_them(service: Service) -> None:
    service.do("POST", AFFILIATIONS, affiliation_body(**VALUES))

    assert shown(service.do("GET", ONE)) == VALUES | {"Signing key": "***"}


def test_what_is_shown_can_be_sent_back_and_keeps_the_password(service: Service) -> None:
    service.do("POST", AFFILIATIONS, body(VALUES))
    before = stored(service)

    service.do("PUT", ONE, service.do("GET", ONE))

    assert stored(service).custom_fields == before.custom_fields
    assert service.vault.of(stored(service)) == service.vault.of(before)


def test_new_password_alone_is_a_new_version_with_key_and_token_as_they_were(service: Service) -> None:
    service.do("POST", AFFILIATIONS, body(VALUES))
    first = service.do("GET", ONE)

    changed = body(VALUES | {"Signing key": "new-key-8"}, configuration=first["configuration"][3:])
    changed["configuration"] = [item for item in changed["configuration"] if item["name"] != "Signing key"]
    service.do("PUT", ONE, changed)

    assert service.vault.of(stored(service)) == Credentials("key", "token", (("Signing key", "new-key-8"),))


def test_new_key_and_token_keep_the_password(service: Service) -> None:
    service.do("POST", AFFILIATIONS, body(VALUES))

    rotated = affiliation_body(appKey="key-2", appToken="token-2")
    service.do("PUT", ONE, rotated | {"customFields": service.do("GET", ONE)["customFields"]})

    assert service.vault.of(stored(service)) == Credentials("key-2", "token-2", (("Signing key", "open-sesame-7"),))


def test_password_that_another_request_changes_meanwhile_is_the_one_that_is_kept(service: Service) -> None:
    service.do("POST", AFFILIATIONS, body(VALUES))
    another = body(VALUES | {"Signing key": "new-key-8"})
    service.vault.before = [lambda: service.do("PUT", ONE, another)]

    rotated = affiliation_body(appKey="key-2", appToken="token-2")
    service.do("PUT", ONE, rotated | {"customFields": service.do("GET", ONE)["customFields"]})

    assert service.vault.of(stored(service)) == Credentials("key-2", "token-2", (("Signing key", "new-key-8"),))


def test_passwords_need_a_key_and_token_to_be_kept_with(service: Service) -> None:
    service.do("POST", AFFILIATIONS, body(VALUES))
    without = replace(stored(service), credentials=None, custom_fields=())
    service.shop.store.replace_connector(ACCOUNT, stored(service), without)
    pairless = affiliation_body(appKey=None, appToken=None) | {"customFields": body(VALUES)["customFields"]}

    assert "appKey and appToken are missing" in refused(service.call("PUT", ONE, pairless))
    assert stored(service).custom_fields == ()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            VALUES | {"Color": "red"},
            "Color is not declared by the connector's manifest, which has: Merchant's shop, Signing key, Region",
        ),
        ({"Merchant's shop": "S", "Signing key": "s"}, "customFields.Region: is missing"),
        (VALUES | {"Merchant's shop": ""}, "customFields.Merchant's shop: is missing"),
        (VALUES | {"Signing key": "***"}, "customFields.Signing key: is missing"),
        (VALUES | {"Region": "us"}, "customFields.Region: must be one of eu, br; got us"),
        (VALUES | {"Merchant's shop": "x" * 2_001}, "at most 2000"),
        ({}, "customFields.Merchant's shop: is missing; the connector's manifest declares it"),
    ],
    ids=["unknown", "missing", "blank", "masked-and-new", "not-an-option", "too-long", "none"],
)
def test_fields_that_are_not_as_declared_are_refused_and_nothing_is_written(
    service: Service, values: dict[str, str], words: str
) -> None:
    assert words in refused(service.call("POST", AFFILIATIONS, body(values)))
    assert service.shop.store.connector(ACCOUNT, "acme-pay") is None
    assert service.vault.kept == {}


def test_connector_has_so_many_custom_fields(service: Service) -> None:
    service.probe.custom_fields = tuple(DeclaredField(f"field {number}", FieldType.TEXT) for number in range(51))
    values = {field.name: "v" for field in service.probe.custom_fields}

    for sent in (body(values), affiliation_body(**values)):
        assert "50" in refused(service.call("POST", AFFILIATIONS, sent))
    service.probe.custom_fields = service.probe.custom_fields[:50]
    del values["field 50"]
    assert shown(service.do("POST", AFFILIATIONS, affiliation_body(**values))) == values


def test_field_with_two_values_is_refused(service: Service) -> None:
    twice = body(VALUES)
    twice["customFields"].append({"name": "Region", "value": "eu"})

    assert "customFields: Region is there twice" in refused(service.call("POST", AFFILIATIONS, twice))


def test_manifest_that_cannot_be_read_refuses_fields_unless_they_are_accepted_without_it(service: Service) -> None:
    service.probe.silent = True

    words = refused(service.call("POST", AFFILIATIONS, body(VALUES)))
    assert "manifest, which declares them, cannot be read: no complete answer within 20 s" in words
    assert "acceptWithoutManifest" in words

    created = service.do("POST", AFFILIATIONS, body(VALUES, acceptWithoutManifest=True))
    assert shown(created) == dict.fromkeys(VALUES, "***"), "nobody knows which of them is a password"
    assert dict(service.vault.of(stored(service)).passwords) == VALUES


def test_fields_that_are_there_are_not_lost_while_the_manifest_cannot_be_read(service: Service) -> None:
    service.do("POST", AFFILIATIONS, body(VALUES))
    service.probe.silent = True

    assert "acceptWithoutManifest" in refused(service.call("PUT", ONE, affiliation_body()))
    assert [field.name for field in stored(service).custom_fields] == list(VALUES)


def test_fields_stay_where_none_is_sent_and_no_manifest_is_needed(service: Service) -> None:
    service.do("POST", AFFILIATIONS, body(VALUES))
    before = stored(service)
    service.probe.silent = True

    service.do("PUT", ONE, affiliation_body(mode="total") | {"acceptWithoutManifest": True})

    assert stored(service).custom_fields == before.custom_fields
    assert service.vault.of(stored(service)).passwords == service.vault.of(before).passwords != ()


@pytest.mark.parametrize("value", ["***", "**********", None, ""])
def test_mask_without_a_stored_password_is_refused_without_a_manifest_too(service: Service, value: str | None) -> None:
    service.probe.silent = True

    said = refused(service.call("POST", AFFILIATIONS, body({"Signing key": value}, acceptWithoutManifest=True)))

    assert said.startswith("customFields.Signing key: is missing")
    assert service.shop.store.connector(ACCOUNT, "acme-pay") is None


def test_connector_without_custom_fields_is_refused_while_its_manifest_cannot_be_read(service: Service) -> None:
    service.probe.silent = True

    words = refused(service.call("POST", AFFILIATIONS, affiliation_body()))
    assert words.startswith("configuration.serviceUrl: https://pay.acme.example/manifest cannot be read: no complete")
    assert shown(service.do("POST", AFFILIATIONS, affiliation_body() | {"acceptWithoutManifest": True})) == {}


def test_manifest_shows_what_a_merchant_has_to_fill_in(service: Service) -> None:
    service.do("POST", AFFILIATIONS, body(VALUES))

    manifest = service.do("GET", f"{ONE}/manifest")

    assert manifest["customFields"][2] == {
        "name": "Region",
        "type": "select",
        "options": [{"text": "Europe", "value": "eu"}, {"text": "Brazil", "value": "br"}],
    }
    assert [field["type"] for field in manifest["customFields"]] == ["text", "password", "select"]


def test_connector_without_a_manifest_has_no_custom_fields(service: Service) -> None:
    legacy = body(VALUES) | {"implementation": "Vtex.PaymentGateway.Connectors.LegacyConnector"}

    assert "has none" in refused(service.call("POST", AFFILIATIONS, legacy))
