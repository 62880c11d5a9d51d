"""Configuring connectors over the gateway's affiliations routes: what is taken, what is refused, what is shown."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from settlement.domain.connectors.capabilities import Capabilities, Capability, Windows
from settlement.domain.connectors.connector import AutoSettle, Connector, ConnectorProtocol, Credentials, Mode
from settlement.use_cases.connectors.configure_connector import MAX_CONNECTORS
from testkit.builders import ACCOUNT, a_connector, a_new_payment
from testkit.shop import Shop
from tests.support.affiliations import PPP, affiliation_body
from tests.support.service import Heard, Service

AFFILIATIONS = "/api/pvt/affiliations"


@pytest.fixture
def service(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Service:
    return Service(shop, monkeypatch)


def stored(service: Service, name: str = "acme-pay") -> Connector:
    connector = service.shop.store.connector(ACCOUNT, name)
    assert connector is not None
    return connector


def secrets(service: Service) -> list[Credentials]:
    return [held for versions in service.vault.kept.values() for held in versions.values()]


def refused(heard: Heard) -> str:
    assert heard.status == 400, heard
    return str(heard.json["error"]["message"])


class TestCreate:
    def test_least_configuration_is_a_total_connector_with_one_capture(self, service: Service) -> None:
        service.do("POST", AFFILIATIONS, affiliation_body())

        connector = stored(service)
        assert (connector.protocol, connector.mode) == (ConnectorProtocol.PPP, Mode.TOTAL)
        assert connector.capabilities == Capabilities(Capability.SINGLE, Capability.NONE, Capability.MULTIPLE)
        assert (connector.windows, connector.minimum_gap) == (Windows(), timedelta(0))
        assert connector.provider_headers
        assert not connector.cancel_value_in_cents
        assert secrets(service) == [Credentials("key", "token")]

    def test_every_name_of_the_configuration_has_its_effect_and_is_shown(self, service: Service) -> None:
        configuration = {
            "usesProviderHeadersName": "false",
            "mode": "partial",
            "settleCapability": "multiple",
            "cancelCapability": "single",
            "refundCapability": "none",
            "settleWindowDays": "7",
            "cancelWindowDays": "6",
            "refundWindowDays": "180",
            "minimumGapSeconds": "90",
            "authorizationExpiresDays": "4.5",
            "cancelValueUnit": "cents",
            "sandboxMode": "true",
            "paymentSystems": "2,4",
            "usesAutoSettleOptions": "true",
            "autoSettle": "4",
            "autoSettleDelay": "5",
            "acquirerCnpj": "12ABC34501DE35",
        }
        shown = service.do("POST", AFFILIATIONS, affiliation_body(**configuration))

        assert replace(stored(service), credentials=None) == Connector(
            name="acme-pay",
            protocol=ConnectorProtocol.PPP,
            mode=Mode.PARTIAL,
            service_url="https://pay.acme.example",
            capabilities=Capabilities(Capability.MULTIPLE, Capability.SINGLE, Capability.NONE),
            windows=Windows(timedelta(days=7), timedelta(days=6), timedelta(days=180)),
            minimum_gap=timedelta(seconds=90),
            authorisation_holds=timedelta(days=4, hours=12),
            provider_headers=False,
            cancel_value_in_cents=True,
            sandbox_mode=True,
            payment_systems=("2", "4"),
            auto_settle=AutoSettle.SCHEDULED,
            auto_settle_delay=timedelta(hours=5),
            acquirer_cnpj="12ABC34501DE35",
            implementation=PPP,
            revision=1,
        )
        values = {item["name"]: item["value"] for item in shown["configuration"]}
        assert values == configuration | {
            "serviceUrl": "https://pay.acme.example",
            "appKey": "**********",
            "appToken": "**********",
            "credentialsSetAt": "2026-03-01T12:00:00Z",
        }

    @pytest.mark.parametrize(
        ("days", "holds", "shown"),
        [
            (None, timedelta(days=7), "7"),
            ("", timedelta(days=7), "7"),
            (0, timedelta(0), "0"),
            ("30", timedelta(days=30), "30"),
            ("0.50", timedelta(hours=12), "0.5"),
            ("0.000001", timedelta(microseconds=86_400), "0.000001"),
        ],
    )
    def test_authorisation_holds_as_long_as_the_configuration_says(
        self, service: Service, days: object, holds: timedelta, shown: str
    ) -> None:
        configured = service.do("POST", AFFILIATIONS, affiliation_body(authorizationExpiresDays=days))

        assert stored(service).authorisation_holds == holds
        assert {"name": "authorizationExpiresDays", "value": shown, "valueKey": None} in configured["configuration"]

    @pytest.mark.parametrize("written", ["12.ABC.345/01DE-35", "12ABC34501DE35", " 12abc34501de35 "])
    def test_acquirer_is_named_by_its_cnpj_for_the_fiscal_document(self, service: Service, written: str) -> None:
        configured = service.do("POST", AFFILIATIONS, affiliation_body(acquirerCnpj=written))

        assert stored(service).acquirer_cnpj == "12ABC34501DE35"
        assert {"name": "acquirerCnpj", "value": "12ABC34501DE35", "valueKey": None} in configured["configuration"]

    def test_booleans_and_numbers_are_taken_for_their_text(self, service: Service) -> None:
        service.do("POST", AFFILIATIONS, affiliation_body(usesProviderHeadersName=False, minimumGapSeconds=90))

        assert not stored(service).provider_headers
        assert stored(service).minimum_gap == timedelta(seconds=90)

    def test_any_other_implementation_is_a_legacy_connector(self, service: Service) -> None:
        body = affiliation_body("Cielo V3 - Test", "Vtex.PaymentGateway.Connectors.CieloV3Connector")
        shown = service.do("POST", AFFILIATIONS, body)

        assert stored(service, "Cielo V3 - Test").protocol is ConnectorProtocol.LEGACY
        assert shown["implementation"] == "Vtex.PaymentGateway.Connectors.CieloV3Connector"
        assert service.do("GET", f"{AFFILIATIONS}/{shown['id']}") == shown

    @pytest.mark.parametrize(
        ("configuration", "said"),
        [
            ({"serviceUrl": None}, "configuration.serviceUrl: is missing"),
            ({"serviceUrl": "https://inside.example"}, "configuration.serviceUrl: it leads inside; got https://inside"),
            ({"appToken": None}, "appKey and appToken are given together"),
            ({"appKey": None, "appToken": None}, "appKey and appToken are missing; a new affiliation needs both"),
            ({"appKey": "**********", "appToken": "**********"}, "a new affiliation needs both"),
            ({"appKey": "a\nb"}, "configuration.appKey: must be 1 to 2000 printable ASCII characters"),
            ({"appToken": "ключ"}, "configuration.appToken: must be"),
            ({"appToken": "secret" * 400}, "configuration.2.value: must have at most 2000 characters"),
            ({"mode": "some"}, "configuration.mode: must be one of total, hold, partial; got some"),
            ({"mode": "partial"}, "configuration.mode: partial needs settleCapability multiple, which is single"),
            ({"settleCapability": "twice"}, "settleCapability: must be one of none, single, multiple; got twice"),
            ({"refundWindowDays": "0"}, "configuration.refundWindowDays: must be an integer from 1 to 3650; got 0"),
            ({"minimumGapSeconds": "3601"}, "configuration.minimumGapSeconds: must be an integer from 0 to 3600"),
            ({"authorizationExpiresDays": "366"}, "authorizationExpiresDays: must be days from 0 to 365, with at"),
            ({"authorizationExpiresDays": "a week"}, "authorizationExpiresDays: must be days from 0 to 365"),
            ({"authorizationExpiresDays": "-1"}, "authorizationExpiresDays: must be days from 0 to 365"),
            (
                {"acquirerCnpj": "12ABC34501DE36"},
                "configuration.acquirerCnpj: must be a CNPJ, 12 digits or letters and 2",
            ),
            ({"cancelValueUnit": "pence"}, "configuration.cancelValueUnit: must be one of decimal, cents; got pence"),
            ({"usesProviderHeadersName": "yes"}, "usesProviderHeadersName: must be true or false; got yes"),
            ({"paymentSystems": "2,a b"}, "configuration.paymentSystems: must be numbers of payment systems"),
            ({"usesAutoSettleOptions": "true", "autoSettle": "4"}, "configuration.autoSettleDelay: is missing"),
            (
                {"usesAutoSettleOptions": "true", "autoSettle": "4", "autoSettleDelay": "169"},
                "configuration.autoSettleDelay: the connector allows from 0 to 168 hours; got 169",
            ),
            (
                {"MerchantKey": "secret"},
                "manifest, which has: none; nor is it a setting: serviceUrl, appKey",
            ),
        ],
    )
    def test_what_is_wrong_is_named_and_nothing_is_saved(
        self, service: Service, configuration: dict[str, Any], said: str
    ) -> None:
        service.probe.faults["https://inside.example"] = "it leads inside"

        heard = service.call("POST", AFFILIATIONS, affiliation_body(**configuration))

        assert said in refused(heard)
        assert "secret" not in heard.text
        assert "ключ" not in heard.text
        assert service.shop.store.connector(ACCOUNT, "acme-pay") is None
        assert service.vault.kept == {}

    @pytest.mark.parametrize("name", ["", " acme", "a#b", "a/b", "a\nb", "x" * 101])
    def test_name_that_cannot_be_one_is_refused(self, service: Service, name: str) -> None:
        assert "name" in refused(service.call("POST", AFFILIATIONS, affiliation_body(name)))

    def test_name_that_stands_twice_in_a_configuration_is_refused(self, service: Service) -> None:
        body = affiliation_body()
        body["configuration"].append({"name": "appKey", "value": "other"})

        assert "appKey is there twice" in refused(service.call("POST", AFFILIATIONS, body))

    def test_legacy_connector_in_parts_is_refused(self, service: Service) -> None:
        body = affiliation_body("old", "Acme.Connector", mode="hold")

        assert "without PaymentProvider.PaymentProviderConnector" in refused(service.call("POST", AFFILIATIONS, body))

    @pytest.mark.parametrize(("silent", "said"), [(True, "cannot be read: no complete"), (False, "has no autoSettle")])
    def test_scheduled_capture_needs_a_manifest_that_allows_it(self, service: Service, silent: bool, said: str) -> None:
        service.probe.silent, service.probe.delay = silent, None
        body = affiliation_body(usesAutoSettleOptions="true", autoSettle="4", autoSettleDelay="5")

        assert said in refused(service.call("POST", AFFILIATIONS, body))
        assert service.probe.asked_with == [Credentials("key", "token")]

    def test_one_connector_too_many_is_refused(self, service: Service) -> None:
        for number in range(MAX_CONNECTORS):
            service.shop.connect(a_connector(f"acme-{number}"))

        heard = service.call("POST", AFFILIATIONS, affiliation_body())

        assert f"at most {MAX_CONNECTORS} affiliations" in refused(heard)

    def test_taken_name_is_a_conflict_that_names_the_affiliation(self, service: Service) -> None:
        created = service.do("POST", AFFILIATIONS, affiliation_body())

        heard = service.call("POST", AFFILIATIONS, affiliation_body(appToken="other"))

        assert (heard.status, created["id"] in heard.text) == (409, True)
        assert secrets(service) == [Credentials("key", "token")]


class TestReplace:
    def test_answer_sent_back_changes_nothing(self, service: Service) -> None:
        shown = service.do("POST", AFFILIATIONS, affiliation_body(refundWindowDays=180))
        before = stored(service)

        assert service.do("PUT", f"{AFFILIATIONS}/{shown['id']}", shown) == shown

        assert stored(service) == replace(before, revision=before.revision + 1)
        assert secrets(service) == [Credentials("key", "token")]

    def test_new_credentials_are_a_new_version_beside_the_one_in_use(self, service: Service) -> None:
        service.do("POST", AFFILIATIONS, affiliation_body())
        before = stored(service).credentials

        service.do("PUT", f"{AFFILIATIONS}/acme-pay", affiliation_body(appToken="second"))
        service.do("PUT", f"{AFFILIATIONS}/acme-pay", affiliation_body(appToken="third"))

        assert stored(service).credentials != before
        assert secrets(service) == [Credentials("key", "second"), Credentials("key", "third")]

    def test_name_stays(self, service: Service) -> None:
        service.do("POST", AFFILIATIONS, affiliation_body())

        heard = service.call("PUT", f"{AFFILIATIONS}/acme-pay", affiliation_body("other"))

        assert "an affiliation keeps its name, acme-pay" in refused(heard)

    def test_order_goes_on_as_it_was_placed(self, service: Service) -> None:
        shop = service.shop
        service.do("POST", AFFILIATIONS, affiliation_body(mode="partial", settleCapability="multiple"))
        placed = shop.open(a_new_payment(10000, "acme-pay"))

        service.do("PUT", f"{AFFILIATIONS}/acme-pay", affiliation_body(mode="total", settleCapability="none"))
        placed.invoice("N1", 7000)

        assert placed.moved("settle") == [7000]
        again = shop.open(a_new_payment(10000, "acme-pay"))
        again.invoice("N1", 7000)
        assert again.moved("settle") == [10000]


class TestDisable:
    def test_disabled_connector_takes_no_new_payments_by_name_or_by_payment_system(self, service: Service) -> None:
        service.do("POST", AFFILIATIONS, affiliation_body(paymentSystems="2"))
        placed = service.shop.open(a_new_payment(10000, "acme-pay"))

        service.do("DELETE", f"{AFFILIATIONS}/acme-pay")

        assert service.do("GET", f"{AFFILIATIONS}/acme-pay")["isdelivered"] is False
        for connector, said in (("acme-pay", "accepts no new payments"), (None, "no connector of this account serves")):
            with pytest.raises(Exception, match=said):
                service.shop.place(a_new_payment(10000, connector=connector))  # type: ignore[arg-type]
        placed.invoice("N1", 10000)
        assert placed.moved("settle") == [10000]

    def test_delivered_again_it_takes_them_again(self, service: Service) -> None:
        service.do("POST", AFFILIATIONS, affiliation_body() | {"isdelivered": False})
        assert not stored(service).enabled

        service.do("PUT", f"{AFFILIATIONS}/acme-pay", affiliation_body())

        assert stored(service).enabled
