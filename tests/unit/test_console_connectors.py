"""Connectors in the console: shown with their manifest, tried, added and changed by a form; secrets are write-only."""

import html
import re
from dataclasses import replace

import pytest

from settlement.console.connector_fields import GROUPS
from settlement.console.language import LANGUAGES, catalogue
from settlement.domain.connectors.capabilities import Capability
from settlement.domain.connectors.connector import AutoSettle, Connector, ConnectorProtocol, Credentials, Mode
from settlement.domain.connectors.connector_calls import DeclaredField, FieldType, ManifestFault, ManifestOutcome
from settlement.domain.connectors.exchange import Exchange
from testkit.builders import ACCOUNT
from tests.support.console import Browser, Shown

NEW = "/console/new-connector"
ACME = "/console/connectors/acme"
TYPED = {
    "name": "acme",
    "protocol": "ppp",
    "serviceUrl": "https://pay.acme.example",
    "appKey": "the-key",
    "appToken": "the-token",
    "enabled": "on",
}
FIELDS = (
    DeclaredField("Merchant id", FieldType.TEXT),
    DeclaredField("Country", FieldType.SELECT, (("Brazil", "BR"), ("Chile", "CL"))),
    DeclaredField("Secret word", FieldType.PASSWORD),
)
GIVEN = {"custom:Merchant id": "M-1", "custom:Country": "CL", "custom:Secret word": "sesame"}


def stored(browser: Browser, name: str = "acme") -> Connector:
    connector = browser.shop.store.connector(ACCOUNT, name)
    assert connector is not None
    return connector


def credentials(browser: Browser) -> Credentials:
    return browser.vault.of(stored(browser))


def add(browser: Browser, **more: str) -> Shown:
    """Fill in the form of a new connector and save it."""
    form = browser.get(NEW).form("")
    return browser.post(NEW, form | TYPED | more)


@pytest.fixture
def acme(browser: Browser) -> Browser:
    """A connector with custom fields is there."""
    browser.probe.custom_fields = FIELDS
    shown = add(browser, **GIVEN)
    assert shown.path == f"{ACME}?done=connector", shown.words
    return browser


def edit(browser: Browser, **more: str) -> Shown:
    form = browser.get(f"{ACME}/edit").form("")
    return browser.post(f"{ACME}/edit", form | more)


class TestShowing:
    """As it is configured, and as it says itself."""

    def test_list_shows_every_connector_as_it_is_configured(self, browser: Browser) -> None:
        shown = browser.get("/console/connectors")

        assert "partial settlement Capture: any parts Cancel: any parts Refund: any parts" in shown.words
        assert 'href="/console/connectors/partial"' in shown.text

    def test_page_has_every_setting_and_no_secret(self, acme: Browser) -> None:
        shown = acme.get(ACME)

        for setting in (setting for group in GROUPS.values() for setting in group):
            assert catalogue("en")[f"affiliation.{setting.key}"] in html.unescape(shown.words)
        assert ("M-1" in shown.words, "set, and never shown" in shown.words) == (True, True)
        for secret in ("the-key", "the-token", "sesame"):
            assert secret not in shown.text + acme.get(f"{ACME}/edit").text + acme.get("/console/connectors").text

    def test_manifest_comes_by_itself_and_by_a_link(self, acme: Browser) -> None:
        assert f'hx-get="{ACME}/manifest"' in acme.get(ACME).text

        part, whole = acme.get(f"{ACME}/manifest", hx_request="true"), acme.get(f"{ACME}/manifest")

        assert ("<html" in part.text, "<html" in whole.text) == (False, True)
        for shown in (part, whole):
            assert "Payment methods Visa" in shown.words
            assert "Secret word: secret" in shown.words
            assert "after 0 to 168 hours" in shown.words

    def test_unknown_connector_is_not_there(self, browser: Browser) -> None:
        for path in ("/console/connectors/none", "/console/connectors/none/edit", "/console/connectors/none/manifest"):
            assert browser.get(path).status == 404

    def test_connector_of_another_account_is_not_there(self, acme: Browser) -> None:
        acme.access.keys["stranger"] = ("a-token", "other", ("*",))
        acme.sign_in("stranger", "a-token")

        assert acme.get(ACME).status == 404


class TestTrying:
    """The connection is tested by the use case that reads the manifest, with the stored credentials."""

    def press(self, browser: Browser) -> Shown:
        return browser.post(f"{ACME}/test", browser.get(ACME).form("/test"))

    def test_answer_is_told_with_its_time(self, acme: Browser) -> None:
        asked = len(acme.probe.asked_with)

        shown = self.press(acme)

        assert re.search(r"The connector answered within [0-9.]+ m?s, and its manifest can be read.", shown.words)
        assert "Payment methods Visa" in shown.words
        assert acme.probe.asked_with[asked:] == [None]

    @pytest.mark.parametrize(
        ("status", "words"),
        [
            (None, "The connector did not answer. Check the address"),
            (401, "The connector refused the key and token. Set the credentials anew."),
            (403, "The connector refused the key and token."),
            (404, "The connector refused the request."),
            (503, "The connector answered with a fault of its own."),
            (200, "its manifest is not as the protocol has it"),
        ],
    )
    def test_fault_is_told_in_words_with_its_reason(
        self, acme: Browser, monkeypatch: pytest.MonkeyPatch, status: int | None, words: str
    ) -> None:
        def failing(connector: Connector, given: Credentials | None) -> ManifestOutcome:
            return ManifestFault(Exchange("", status, "", 1), "<b>the reason</b>")

        monkeypatch.setattr(acme.probe, "fresh_manifest", failing)

        shown = self.press(acme)

        assert (shown.status, words in shown.words) == (200, True), shown.words
        assert shown.text.count("&lt;b&gt;the reason&lt;/b&gt;") == 1

    def test_form_of_another_site_asks_nobody(self, acme: Browser) -> None:
        form, asked = acme.get(ACME).form("/test"), len(acme.probe.asked_with)

        assert acme.post(f"{ACME}/test", form, sec_fetch_site="cross-site").status == 403
        assert acme.post(f"{ACME}/test", {"form_token": "x"}).status == 403
        assert len(acme.probe.asked_with) == asked


class TestAdding:
    """By its settings and credentials, and then by the custom fields that its manifest declares."""

    def test_connector_without_custom_fields_is_saved_at_once(self, browser: Browser) -> None:
        shown = add(browser, mode="partial", settleCapability="multiple", settleWindowDays="7", paymentSystems="2, 4")

        assert "The connector is saved." in shown.words
        connector = stored(browser)
        assert (connector.mode, connector.capabilities.settle) == (Mode.PARTIAL, Capability.MULTIPLE)
        assert (connector.windows.settle, connector.payment_systems) == (connector.windows.settle, ("2", "4"))
        assert (connector.protocol, connector.enabled) == (ConnectorProtocol.PPP, True)
        assert credentials(browser) == Credentials("the-key", "the-token")

    def test_custom_fields_are_asked_for_once_the_manifest_is_read(self, browser: Browser) -> None:
        browser.probe.custom_fields = FIELDS

        asked = add(browser)

        assert "Its manifest declares custom fields: fill them in." in asked.words
        assert browser.shop.store.connector(ACCOUNT, "acme") is None
        for secret in ("the-key", "the-token"):
            assert secret not in asked.text
        form = asked.form("")
        assert (form["name"], form["serviceUrl"]) == ("acme", "https://pay.acme.example")
        saved = browser.post(NEW, form | TYPED | GIVEN)

        assert "The connector is saved." in saved.words
        assert {field.name: field.value for field in stored(browser).custom_fields} == {
            "Merchant id": "M-1",
            "Country": "CL",
            "Secret word": None,
        }
        assert credentials(browser) == Credentials("the-key", "the-token", (("Secret word", "sesame"),))

    def test_form_sent_twice_is_one_connector(self, browser: Browser) -> None:
        form = browser.get(NEW).form("") | TYPED

        first, second = browser.post(NEW, form), browser.post(NEW, form)

        assert (first.path, second.path) == (f"{ACME}?done=connector",) * 2
        other = browser.post(NEW, form | {"serviceUrl": "https://other.example"})
        assert (other.status, "is the affiliation" in other.words) == (409, True)
        assert stored(browser).service_url == "https://pay.acme.example"

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"name": ""}, "Name"),
            ({"appToken": ""}, "appKey and appToken"),
            ({"mode": "partial"}, "partial needs settleCapability multiple"),
            ({"settleWindowDays": "many"}, "settleWindowDays"),
            ({"acquirerCnpj": "1"}, "acquirerCnpj"),
            ({"protocol": "carrier pigeon"}, "Protocol"),
            ({"name": "a/b"}, "name"),
            ({"custom:Colour": "blue"}, "Colour is not declared"),
        ],
    )
    def test_what_makes_no_sense_is_refused_and_what_was_typed_stays(
        self, browser: Browser, more: dict[str, str], words: str
    ) -> None:
        shown = add(browser, **{"paymentSystems": "7"} | more)

        assert (shown.status, words in shown.words) == (400, True), shown.words
        assert shown.form("")["paymentSystems"] == "7"
        assert "the-token" not in shown.text
        assert browser.shop.store.connector(ACCOUNT, "acme") is None

    def test_address_that_is_not_called_is_refused(self, browser: Browser) -> None:
        browser.probe.faults["https://pay.acme.example"] = "it is inside"

        shown = add(browser)

        assert (shown.status, "it is inside" in shown.words) == (400, True)

    def test_connector_that_does_not_answer_is_saved_only_if_that_is_said(self, browser: Browser) -> None:
        browser.probe.silent = True

        refused = add(browser)
        assert (refused.status, "no complete answer within 20 s" in refused.words) == (400, True)
        saved = add(browser, unchecked="on")

        assert "The connector is saved." in saved.words


class TestChanging:
    """What is not typed stays as it is, secrets above all."""

    def test_empty_secrets_keep_what_is_stored(self, acme: Browser) -> None:
        before = credentials(acme)

        done = edit(acme, refundWindowDays="90", **{"custom:Merchant id": "M-2"})

        assert "The connector is saved." in done.words
        connector = stored(acme)
        assert connector.windows.refund is not None
        assert (connector.windows.refund.days, connector.custom_fields[0].value) == (90, "M-2")
        assert credentials(acme) == before

    def test_secrets_are_replaced_by_what_is_typed(self, acme: Browser) -> None:
        edit(acme, appKey="k2", appToken="t2", **{"custom:Secret word": "abracadabra"})

        assert credentials(acme) == Credentials("k2", "t2", (("Secret word", "abracadabra"),))

    def test_form_shows_what_is_stored(self, acme: Browser) -> None:
        edit(acme, autoSettle=AutoSettle.SCHEDULED.value, autoSettleDelay="24")

        form = acme.get(f"{ACME}/edit").form("")

        assert (form["autoSettle"], form["autoSettleDelay"], form["custom:Country"]) == ("4", "24", "CL")
        assert (form["appKey"], form["custom:Secret word"], form["enabled"]) == ("", "", "on")
        assert acme.post(f"{ACME}/edit", form).path == f"{ACME}?done=connector"
        assert stored(acme).auto_settle_delay is not None

    def test_connector_is_disabled_by_a_box(self, acme: Browser) -> None:
        form = acme.get(f"{ACME}/edit").form("")
        del form["enabled"]

        acme.post(f"{ACME}/edit", form)

        assert not stored(acme).enabled

    def test_form_made_before_another_change_writes_nothing_over(self, acme: Browser) -> None:
        form = acme.get(f"{ACME}/edit").form("")
        edit(acme, paymentSystems="9")

        stale = acme.post(f"{ACME}/edit", form | {"paymentSystems": "1"})

        assert (stale.status, "The connector was changed in the meantime." in stale.words) == (412, True)
        assert (stored(acme).payment_systems, stale.form("")["paymentSystems"]) == (("9",), "9")

    def test_mistake_is_told_and_changes_nothing(self, acme: Browser) -> None:
        before = stored(acme)

        shown = edit(acme, **{"custom:Country": "XX"})

        assert (shown.status, "customFields.Country" in shown.words) == (400, True)
        assert stored(acme) == before

    def test_manifest_that_cannot_be_read_leaves_the_stored_fields(self, acme: Browser) -> None:
        acme.probe.silent = True

        form = acme.get(f"{ACME}/edit")

        assert "its custom fields are those that are stored" in form.words
        refused = edit(acme, paymentSystems="3")
        assert refused.status == 400
        assert "The connector is saved." in edit(acme, paymentSystems="3", unchecked="on").words
        assert credentials(acme).passwords == (("Secret word", "sesame"),)
        assert [field.value for field in stored(acme).custom_fields] == ["M-1", "CL", None]

    def test_legacy_connector_has_no_manifest(self, browser: Browser) -> None:
        add(browser, protocol="legacy")

        shown = browser.get(ACME)

        assert ("has no manifest" in shown.words, f"{ACME}/test" in shown.text) == (True, False)
        assert edit(browser, paymentSystems="3").path == f"{ACME}?done=connector"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/console/connectors"),
        ("get", ACME),
        ("get", f"{ACME}/manifest"),
        ("post", f"{ACME}/test"),
        ("get", f"{ACME}/edit"),
        ("post", f"{ACME}/edit"),
        ("get", NEW),
        ("post", NEW),
    ],
)
def test_only_administrators_see_and_change_connectors(acme: Browser, method: str, path: str) -> None:
    acme.access.keys["clerk"] = ("a-token", ACCOUNT, ("view-order", "view-payment", "process-payment"))
    acme.sign_in("clerk", "a-token")
    token = acme.get("/console/orders").form("/sign-out")["form_token"]
    before, asked = acme.shop.store.backup(), len(acme.probe.asked_with)

    answer = acme.get(path) if method == "get" else acme.post(path, TYPED | {"form_token": token})

    assert (answer.status, len(acme.probe.asked_with)) == (403, asked)
    assert acme.shop.store.backup() == before


@pytest.mark.parametrize("language", LANGUAGES)
def test_pages_are_in_each_language(acme: Browser, language: str) -> None:
    acme.language = language
    for path in ("/console/connectors", ACME, f"{ACME}/manifest", f"{ACME}/edit", NEW):
        assert acme.get(path).status == 200
    for name, options in (("mode", Mode), ("capability", Capability), ("auto-settle", AutoSettle)):
        assert {f"{name}.{one.value}" for one in options} <= set(catalogue(language))


def test_hostile_texts_of_a_connector_stay_text(acme: Browser) -> None:
    hostile = "<script>alert(1)</script>"
    acme.probe.custom_fields = (DeclaredField(hostile, FieldType.TEXT),)
    connector = stored(acme)
    acme.shop.store.replace_connector(ACCOUNT, connector, replace(connector, custom_fields=()))

    for path in (f"{ACME}/manifest", f"{ACME}/edit"):
        assert hostile not in acme.get(path).text
