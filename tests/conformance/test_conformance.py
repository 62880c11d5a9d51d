"""The conformance kit passes the sandbox connector and names what is broken in every broken variant of it."""

import json
import re
from collections.abc import Callable
from decimal import Decimal
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from conformance import movement_cases
from conformance.__main__ import main
from conformance.run import CASES
from tests.conformance.broken import BROKEN, Broken
from tests.conformance.provider import Answer, Forward, Request, Variant, as_it_is, json_answer, served
from tests.conformance.variants import answers, declaring, instead

DOCUMENT = Path(__file__).parents[2] / "docs" / "conformance.md"
SANDBOX = (
    "--timeout",
    "20",
    "--cards",
    "sandbox",
    "--inbound-action",
    "echo",
    "--app-key",
    "key-of-shop",
    "--app-token",
    "token-of-shop",
)

Results = dict[str, dict[str, Any]]


@pytest.fixture
def play(tmp_path: Path) -> Callable[..., tuple[int, Results]]:
    """Run the kit against a variant of the sandbox: the exit code, and the results by case."""

    def run(variant: Variant, *arguments: str, seen: list[Request] | None = None) -> tuple[int, Results]:
        file = tmp_path / "results.json"
        with served(variant, seen) as url:
            code = main(["--url", url, "--json", str(file), *SANDBOX, *arguments])
        written = json.loads(file.read_text(encoding="utf-8"))
        return code, {result["name"]: result for result in written["cases"]}

    return run


Run = Callable[..., tuple[int, Results]]


def test_sandbox_passes_every_case(play: Run, capsys: pytest.CaptureFixture[str]) -> None:
    code, results = play(declaring(), "--setting", "Shop=7")

    assert code == 0
    assert {result["outcome"] for result in results.values()} == {"passed"}
    assert list(results) == [case.name for case in CASES]
    assert not [remark for result in results.values() for remark in result["remarks"]]
    assert f"{len(CASES)} passed, 0 failed, 0 not applicable" in capsys.readouterr().out


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.name)
def test_broken_connector_fails_the_case_that_is_about_it(
    play: Run, broken: Broken, capsys: pytest.CaptureFixture[str]
) -> None:
    limits = ("--timeout", "1", "--async-timeout", "1") if "slow" in broken.name else ("--async-timeout", "1")
    code, results = play(broken.make(), "--case", broken.case, *limits, *broken.options)

    assert code == 1
    assert results[broken.case]["outcome"] == "failed"
    assert broken.says in results[broken.case]["reason"]
    assert f"failed: {broken.case}" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("written", "shown"), [("70.00", 'the text "70.00"'), (Decimal("69.99999999999999"), "69.99999999999999")]
)
def test_amount_that_can_be_read_all_the_same_passes_with_a_remark(play: Run, written: object, shown: str) -> None:
    code, results = play(answers("settlements", value=written), "--case", "partial-settlement")

    assert (code, results["partial-settlement"]["outcome"]) == (0, "passed")
    assert (
        f"the settlement of 70.00 BRL: value is {shown}, taken as 70.00 BRL" in results["partial-settlement"]["remarks"]
    )


def test_every_case_has_a_broken_connector() -> None:
    assert {case.name for case in CASES} == {broken.case for broken in BROKEN}


def test_broken_connector_fails_nothing_else(play: Run) -> None:
    [broken] = [broken for broken in BROKEN if broken.name == "refunds by value"]
    _, results = play(broken.make(), *(f"--case={case.name}" for case in movement_cases.CASES))

    failed = {name for name, result in results.items() if result["outcome"] == "failed"}
    assert failed == {"equal-refunds-both-count"}


class TestWhatIsSent:
    def test_every_call_says_it_is_of_a_test_suite_and_carries_the_keys(self, play: Run) -> None:
        seen: list[Request] = []
        play(as_it_is, "--case", "approved", "--case", "cancellation", seen=seen)

        assert {request.headers["x-vtex-api-is-testsuite"] for request in seen} == {"true"}
        assert {request.headers["x-provider-api-appkey"] for request in seen} == {"key-of-shop"}
        assert {request.headers["x-provider-api-apptoken"] for request in seen} == {"token-of-shop"}

    def test_keys_travel_under_the_names_of_vtex_when_told_so(self, play: Run) -> None:
        seen: list[Request] = []
        play(as_it_is, "--case", "cancellation", "--vtex-headers", seen=seen)

        assert {request.headers["x-vtex-api-appkey"] for request in seen} == {"key-of-shop"}
        assert not any("x-provider-api-appkey" in request.headers for request in seen)

    def test_card_is_a_number_or_a_vault_token(self, play: Run) -> None:
        seen: list[Request] = []
        play(as_it_is, "--case", "denied", "--cards", "vtex", seen=seen)
        play(as_it_is, "--case", "denied", "--cards", "sandbox,denied=another-token", seen=seen)

        cards = [request.fields["card"] for request in seen if request.route == "payments"]
        told = [(card.get("number"), card.get("numberToken")) for card in cards if isinstance(card, dict)]
        assert told[0] == ("4444333322221112", None)
        assert told[-1] == (None, "another-token")

    def test_value_of_a_cancellation_is_cents_when_told_so(self, play: Run) -> None:
        seen: list[Request] = []
        play(as_it_is, "--case", "cancellation", "--cancel-value-unit", "cents", seen=seen)

        assert [request.body for request in seen if b'"value":10000,' in request.body]


class TestNotApplicable:
    def test_connector_without_cards_is_played_with_what_it_has(self, play: Run) -> None:
        def variant(request: Request, forward: Forward) -> Answer:
            methods = [{"name": "RedirectPay", "allowsSplit": "disabled"}]
            return json_answer(200, paymentMethods=methods) if request.route == "manifest" else forward(request)

        names = "approved", "denied", "redirect", "bank-invoice", "cancellation", "partial-settlement"
        code, results = play(variant, *(f"--case={name}" for name in names))

        assert code == 0
        other = {name: result["reason"] for name, result in results.items() if result["outcome"] != "passed"}
        assert other == {
            "approved": "the manifest lists no card method",
            "denied": "the manifest lists no card method",
            "bank-invoice": "the manifest lists no bank invoice",
        }

    def test_what_a_connector_does_not_do_is_told_by_the_operator(self, play: Run) -> None:
        cases = ("--case", "settlement-of-the-rest", "--case", "partial-settlement")
        code, results = play(as_it_is, *cases, "--without", "repeated-settlement")

        assert code == 0
        assert results["partial-settlement"]["outcome"] == "passed"
        assert results["settlement-of-the-rest"]["outcome"] == "not applicable"
        assert results["settlement-of-the-rest"]["reason"] == "told so by --without repeated-settlement"

    def test_currency_without_cents_has_no_cents_to_be_exact(self, play: Run) -> None:
        code, results = play(as_it_is, "--currency", "JPY", "--case", "cents-are-exact", "--case", "approved")

        assert code == 0
        assert results["cents-are-exact"]["reason"] == "JPY has no cents"
        assert results["approved"]["outcome"] == "passed"


class TestCallback:
    @pytest.mark.parametrize(
        ("change", "outcome", "reason"),
        [
            (lambda url: url, "passed", None),
            (lambda url: url.replace("X-VTEX-signature=", "x-vtex-signature="), "failed", "not the callbackUrl"),
        ],
    )
    def test_callback_decides_a_payment_when_it_comes_to_its_address(
        self, play: Run, change: Callable[[str], str], outcome: str, reason: str | None
    ) -> None:
        def variant(request: Request, forward: Forward) -> Answer:
            answer = forward(request)
            if request.route == "payments" and answer.fields["status"] == "undefined":
                _post(change(str(request.fields["callbackUrl"])), answer.but(status="approved").body)
            return answer

        _, results = play(variant, "--case", "async-approved")

        assert results["async-approved"]["outcome"] == outcome
        assert (reason or "") in (results["async-approved"]["reason"] or "")

    def test_callback_that_says_otherwise_than_the_payment_fails(self, play: Run) -> None:
        def variant(request: Request, forward: Forward) -> Answer:
            answer = forward(request)
            if request.route == "payments" and answer.fields["status"] == "undefined":
                _post(str(request.fields["callbackUrl"]), answer.but(status="denied").body)
            return answer

        _, results = play(variant, "--case", "async-approved")

        assert "callback said denied" in results["async-approved"]["reason"]

    def test_callback_without_a_body_asks_to_be_asked_again(self, play: Run) -> None:
        def variant(request: Request, forward: Forward) -> Answer:
            answer = forward(request)
            if request.route == "payments" and answer.fields["status"] == "undefined":
                Thread(target=_post, args=(str(request.fields["callbackUrl"]), b"")).start()
            return answer

        _, results = play(variant, "--case", "async-approved")

        assert results["async-approved"]["outcome"] == "passed"


class TestReport:
    def test_failure_shows_the_calls_without_keys_and_cards(
        self, play: Run, capsys: pytest.CaptureFixture[str]
    ) -> None:
        def variant(request: Request, forward: Forward) -> Answer:
            answer = forward(request)
            return answer.but(settleId=None, message="key-of-shop") if request.route == "settlements" else answer

        _, results = play(variant, "--case", "partial-settlement")

        out = capsys.readouterr().out
        assert re.search(r"FAILED partial-settlement: .*70\.00", out)
        assert '"value":70.00' in out
        assert "sent POST payments/" in out
        assert "got 200 in " in out
        assert "expected: the settlement of 70.00 BRL is done: 200 with its settleId" in out
        told = out + json.dumps(results)
        assert "***" in told
        assert not [secret for secret in ("key-of-shop", "token-of-shop", "sandbox-approved") if secret in told]

    def test_missing_custom_field_is_told_with_every_failure(self, play: Run) -> None:
        def variant(request: Request, forward: Forward) -> Answer:
            return declaring(instead("payments", lambda _: json_answer(400, code="shop-missing")))(request, forward)

        _, results = play(variant, "--case", "cancellation")

        assert results["cancellation"]["remarks"] == [
            "the manifest declares the custom field Shop, which no --setting gives"
        ]

    def test_results_are_files_for_a_ci_and_for_people(self, play: Run, tmp_path: Path) -> None:
        junit, page = tmp_path / "results.xml", tmp_path / "results.html"
        message = "<script>\x01 key-of-shop"
        broken = answers("settlements", settleId=None, message=message)
        cases = (f"--case={name}" for name in ("cancellation", "partial-settlement", "cents-are-exact"))
        code, results = play(broken, *cases, "--currency", "JPY", "--junit", str(junit), "--html", str(page))

        suite = ElementTree.parse(junit).getroot()
        assert code == 1
        assert [suite.get(name) for name in ("tests", "failures", "errors", "skipped")] == ["3", "1", "0", "1"]
        reasons = {
            case.get("name"): [part.get("message") for part in case if part.tag != "system-out"] for case in suite
        }
        told = {name: [result["reason"]] if result["reason"] else [] for name, result in results.items()}
        assert reasons == {name: [text.replace("\x01", "\ufffd") for text in reason] for name, reason in told.items()}
        calls = suite.findtext("testcase[@name='partial-settlement']/system-out") or ""
        assert [line.split()[0] for line in calls.splitlines() if line] == ["sent", "got", "expected"] * 2

        html = page.read_text(encoding="utf-8")
        assert "1 passed, 1 failed, 1 not applicable" in html
        assert "&lt;script&gt;" in html
        assert not re.search(r"<script|<link|<img|src=|href=|@import|url\(", html)
        assert not [text for text in (html, junit.read_text(encoding="utf-8")) if "key-of-shop" in text]

    def test_values_of_settings_are_masked(self, play: Run, capsys: pytest.CaptureFixture[str]) -> None:
        broken = answers("settlements", settleId=None)
        _, results = play(broken, "--case", "partial-settlement", "--setting", "Signing key=very-secret")

        assert "very-secret" not in capsys.readouterr().out + json.dumps(results)

    def test_failure_of_the_protocol_with_200_passes_with_a_note(self, play: Run) -> None:
        def variant(request: Request, forward: Forward) -> Answer:
            answer = forward(request)
            return Answer(200, answer.body) if answer.status == 400 else answer

        code, results = play(variant, "--case", "settlement-above-the-rest-is-refused")

        assert code == 0
        assert "is refused with 200, so the gateway asks again" in str(
            results["settlement-above-the-rest-is-refused"]["remarks"]
        )

    def test_refusal_with_500_passes_with_a_note(self, play: Run, capsys: pytest.CaptureFixture[str]) -> None:
        def variant(request: Request, forward: Forward) -> Answer:
            answer = forward(request)
            return Answer(500, answer.body) if answer.status == 400 else answer

        code, results = play(variant, "--case", "settlement-above-the-rest-is-refused")

        assert code == 0
        assert len(results["settlement-above-the-rest-is-refused"]["remarks"]) == 2
        assert "note: the settlement of 100.01 BRL is refused with 500" in capsys.readouterr().out

    def test_cases_are_listed(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["--list"]) == 0
        assert [line.partition(":")[0] for line in capsys.readouterr().out.splitlines()] == [c.name for c in CASES]

    def test_document_tells_every_case_as_the_kit_does(self) -> None:
        rows = re.findall(r"(?m)^\| `([a-z-]+)` \| (.*) \|$", DOCUMENT.read_text(encoding="utf-8"))
        told = {case.name: " ".join(case.shows.split()) for case in CASES}
        assert {name: shows for name, shows in rows if name in told} == told


class TestNothingCanBePlayed:
    @pytest.mark.parametrize(
        ("url", "reason"),
        [
            ("http://127.0.0.1:9", "does not answer"),
            ("http://connector.example", "must start with https"),
            ("connector", "not an https URL"),
        ],
    )
    def test_address_that_cannot_be_called_ends_with_2(
        self, url: str, reason: str, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["--url", url]) == 2
        assert reason in capsys.readouterr().err

    @pytest.mark.parametrize(
        "arguments",
        [
            [],
            ["--url", "http://127.0.0.1:9", "--case", "none"],
            ["--url", "http://127.0.0.1:9", "--cards", "other"],
            ["--url", "http://127.0.0.1:9", "--currency", "XXX"],
            ["--url", "http://127.0.0.1:9", "--without", "cards"],
            ["--url", "http://127.0.0.1:9", "--timeout", "nan"],
            ["--url", "http://127.0.0.1:9", "--setting", "Shop"],
        ],
    )
    def test_command_line_that_makes_no_sense_ends_with_2(self, arguments: list[str]) -> None:
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 2


def _post(url: str, body: bytes) -> None:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=5)
    connection.request("POST", f"{parts.path}?{parts.query}", body)
    assert connection.getresponse().status == 200
    connection.close()
