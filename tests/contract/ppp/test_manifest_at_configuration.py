"""What a connector answers as its manifest while it is configured (C§4.1): no manifest is a clear refusal (D114)."""

from typing import Any

import pytest

from settlement.connectors.probe import ConnectorProbe
from testkit.builders import ACCOUNT
from testkit.shop import Shop
from tests.contract.ppp.provider import CREDENTIALS, PATIENCE_SECONDS, Provider, Respond, answer, raw
from tests.support.affiliations import affiliation_body
from tests.support.service import Service

AFFILIATIONS = "/api/pvt/affiliations"
METHODS = [{"name": "Visa", "allowsSplit": "disabled"}]
FIELD = {"customFields": [{"name": "Shop", "value": "7"}]}

PAGE = answer(200, "<!DOCTYPE html><title>Welcome</title>", "Content-Type: text/html\r\n")
MEGABYTE = answer(200, {"paymentMethods": METHODS, "remark": "x" * (1 << 20)})
HALF_A_MEGABYTE = answer(200, {"paymentMethods": METHODS, "remark": "x" * 500_000})
WRONG: dict[str, tuple[Respond, str]] = {
    "page": (PAGE, "the answer is not JSON"),
    "1 MB": (MEGABYTE, "larger than 1000000 bytes"),
    "half": (HALF_A_MEGABYTE, "bytes; at most 500000 are read"),
    "404": (answer(404, "no such page"), "the connector answered 404"),
    "500": (answer(500, {}), "the connector answered 500"),
    "201": (answer(201, {"paymentMethods": METHODS}), "the connector answered 201"),
    "cut": (raw(b""), "cut short or is not HTTP"),
    "no methods": (answer(200, {}), "paymentMethods is not a list"),
    "fields": (answer(200, {"paymentMethods": METHODS, "customFields": [{"name": "Shop"}]}), "customFields[0].type"),
}


@pytest.fixture
def service(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Service:
    """A service that really asks connectors for their manifests."""
    service = Service(shop, monkeypatch)
    probe = ConnectorProbe(PATIENCE_SECONDS, lambda _: CREDENTIALS, allow_loopback=True)
    monkeypatch.setattr("settlement.bootstrap.connector_probe", lambda: probe)
    return service


def affiliation(provider: Provider, /, **more: Any) -> dict[str, Any]:
    return affiliation_body(serviceUrl=provider.connector.service_url) | more


def is_saved(service: Service) -> bool:
    return service.shop.store.connector(ACCOUNT, "acme-pay") is not None or service.vault.kept != {}


@pytest.mark.parametrize("fields", [{}, FIELD], ids=["no fields", "a field"])
@pytest.mark.parametrize(("respond", "fault"), WRONG.values(), ids=WRONG)
def test_what_is_no_manifest_is_refused(
    service: Service, provider: Provider, respond: Respond, fault: str, fields: dict[str, Any]
) -> None:
    provider.respond = respond

    heard = service.call("POST", AFFILIATIONS, affiliation(provider, **fields))

    assert heard.status == 400
    message = heard.json["error"]["message"]
    assert fault in message
    assert "acceptWithoutManifest" in message
    assert message.startswith(
        "customFields" if fields else f"configuration.serviceUrl: {provider.connector.service_url}"
    )
    assert not is_saved(service)

    service.do("POST", AFFILIATIONS, affiliation(provider, **fields, acceptWithoutManifest=True))
    assert is_saved(service)


def test_another_address_is_asked_for_its_manifest(service: Service, provider: Provider) -> None:
    provider.respond = answer(200, {"paymentMethods": METHODS})
    service.do("POST", AFFILIATIONS, affiliation(provider))
    moved = affiliation_body(serviceUrl=f"{provider.connector.service_url}/moved", appKey=None, appToken=None)
    before = service.shop.store.connector(ACCOUNT, "acme-pay")

    provider.respond = PAGE
    refused = service.call("PUT", f"{AFFILIATIONS}/acme-pay", moved)
    assert (refused.status, "/ppp/moved/manifest cannot be read" in str(refused.json)) == (400, True)
    assert service.shop.store.connector(ACCOUNT, "acme-pay") == before

    provider.respond = answer(200, {"paymentMethods": METHODS, "customFields": [{"name": "Shop", "type": "text"}]})
    refused = service.call("PUT", f"{AFFILIATIONS}/acme-pay", moved)
    assert (refused.status, "customFields.Shop: is missing" in str(refused.json)) == (400, True)

    service.do("PUT", f"{AFFILIATIONS}/acme-pay", moved | FIELD)
    after = service.shop.store.connector(ACCOUNT, "acme-pay")
    assert after is not None
    assert after.service_url.endswith("/moved")


def test_manifest_is_read_anew_and_stored_fields_stay_without_it(service: Service, provider: Provider) -> None:
    fields = [{"name": "Shop", "type": "text"}, {"name": "Key", "type": "password"}]
    provider.respond = answer(200, {"paymentMethods": METHODS, "customFields": fields[:1]})
    service.do("POST", AFFILIATIONS, affiliation(provider, **FIELD))
    masked = affiliation_body(serviceUrl=provider.connector.service_url, appKey=None, appToken=None)
    key = {"name": "Key", "value": "key-of-8-or-more"}  # pragma: allowlist secret

    provider.respond = answer(200, {"paymentMethods": METHODS, "customFields": fields})
    service.do("PUT", f"{AFFILIATIONS}/acme-pay", masked | {"customFields": [*FIELD["customFields"], key]})

    provider.respond = answer(503, {})
    changed = {"customFields": [{"name": "Shop", "value": "8"}], "acceptWithoutManifest": True}
    shown = service.do("PUT", f"{AFFILIATIONS}/acme-pay", masked | changed)
    assert {field["name"]: field["value"] for field in shown["customFields"]} == {"Key": "***", "Shop": "***"}
    stored = service.shop.store.connector(ACCOUNT, "acme-pay")
    assert stored is not None
    assert dict(service.vault.of(stored).passwords) == {"Key": "key-of-8-or-more", "Shop": "8"}
