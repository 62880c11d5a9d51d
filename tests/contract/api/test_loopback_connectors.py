"""A connector on this machine, over plain HTTP, can be configured on the local stack, and nowhere else."""

import pytest

from settlement import bootstrap
from testkit.shop import Shop
from tests.support.affiliations import affiliation_body
from tests.support.service import Service

AFFILIATIONS = "/api/pvt/affiliations"
ON_THIS_MACHINE = ("http://127.0.0.1:1", "http://localhost:1/ppp", "http://[::1]:1")
UNSEEN = {"acceptWithoutManifest": True}
REASON = "the address must start with https; only the local stack, with Sandbox=true, calls loopback addresses"


@pytest.fixture
def service(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Service:
    """The service with the probe that it is deployed with, which calls what the environment allows."""
    probe = bootstrap.connector_probe.__wrapped__
    service = Service(shop, monkeypatch)
    monkeypatch.setenv("CONNECTOR_TIMEOUT_SECONDS", "5")
    monkeypatch.setattr(bootstrap, "connector_probe", probe)
    return service


@pytest.mark.parametrize("url", ON_THIS_MACHINE)
def test_loopback_connector_is_added_and_replaced_with_the_sandbox(service: Service, url: str) -> None:
    """Nothing answers there yet, so no manifest can be read."""
    added = service.do("POST", AFFILIATIONS, affiliation_body(serviceUrl=url) | UNSEEN)
    replaced = service.do("PUT", f"{AFFILIATIONS}/acme-pay", affiliation_body(serviceUrl=f"{url}/2") | UNSEEN)

    told = [{item["name"]: item["value"] for item in answer["configuration"]} for answer in (added, replaced)]
    assert [configuration["serviceUrl"] for configuration in told] == [url, f"{url}/2"]


@pytest.mark.parametrize("url", ON_THIS_MACHINE)
@pytest.mark.parametrize("variables", [{"SANDBOX": "false"}, {"AWS_LAMBDA_FUNCTION_NAME": "quita-configuration"}])
def test_loopback_connector_is_refused_without_the_sandbox_and_in_the_cloud(
    service: Service, monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], url: str
) -> None:
    service.do("POST", AFFILIATIONS, affiliation_body(serviceUrl=ON_THIS_MACHINE[0]) | UNSEEN)
    before = service.do("GET", AFFILIATIONS)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    refused = [
        service.call("POST", AFFILIATIONS, affiliation_body("another", serviceUrl=url)),
        service.call("PUT", f"{AFFILIATIONS}/acme-pay", affiliation_body(serviceUrl=url)),
    ]

    for answer in refused:
        assert (answer.status, answer.json["error"]["code"]) == (400, "OMS001")
        assert f"configuration.serviceUrl: {REASON}" in answer.json["error"]["message"]
        assert f"got {url}" in answer.json["error"]["message"]
    assert service.do("GET", AFFILIATIONS) == before


def test_address_of_a_private_network_is_refused_with_the_sandbox_too(service: Service) -> None:
    refused = service.call("POST", AFFILIATIONS, affiliation_body(serviceUrl="http://10.0.0.1:8080"))

    assert refused.status == 400
    assert "the address must start with https; got" in refused.json["error"]["message"]
