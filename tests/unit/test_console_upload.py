"""The upload of a settlement report in the console: who may, what is answered to the script, and how it is followed."""

import json
from dataclasses import replace
from typing import Any

import pytest

from settlement.console.following import LONGEST_PAUSE, MAX_LOOKS, following
from settlement.console.language import LANGUAGES
from settlement.console.site import HEADERS
from settlement.domain.account.account import Role
from settlement.domain.reconciliation.report import Report, ReportState, report_id_of
from settlement.reports.formats import formats
from testkit.builders import ACCOUNT
from testkit.shop import Shop
from tests.support.console import Browser, Shown
from tests.support.console_in_browser import AWAITED, READING, REFUSED, REPORT
from tests.support.reports import ReportFile, take

PAGE = "/console/payouts"
FAILED = READING.failed("run-7", "States.Timeout", READING.received_at)
FILE = {"format": "csv", "file_name": "march.csv", "sha256": "A" * 64}
REPORT_ID = report_id_of(ACCOUNT, "csv", "a" * 64)


def token(browser: Browser) -> str:
    return browser.get(PAGE).form("/sign-out")["form_token"]


def name(browser: Browser, **changes: str) -> Shown:
    """Send what the script of the form sends."""
    return browser.post(PAGE, {"form_token": token(browser), "mapping": ""} | FILE | changes)


def told(shown: Shown) -> Any:
    assert shown.headers["Content-Type"] == ["application/json"]
    return json.loads(shown.text)


def policy_of(shown: Shown) -> dict[str, str]:
    """What a page may do, by directive."""
    (text,) = shown.headers["Content-Security-Policy"]
    return dict(part.strip().split(" ", 1) for part in text.split(";"))


def as_role(browser: Browser, *roles: Role) -> None:
    browser.access.keys["narrow"] = ("t", ACCOUNT, tuple(role.value for role in roles))
    browser.sign_in("narrow", "t")


def test_file_is_named_as_the_api_names_it_and_its_address_and_page_are_told(browser: Browser) -> None:
    answer = name(browser, mapping='{"delimiter": ";"}')

    assert answer.status == 201
    assert told(answer) == {
        "uploadUrl": f"https://reports.example/uploads/{ACCOUNT}/{REPORT_ID}?expires=3600",
        "page": f"{PAGE}/{REPORT_ID}?sent=1",
    }
    report = browser.reports.kept[ACCOUNT, REPORT_ID]
    assert (report.file_name, report.sha256, report.mapping) == ("march.csv", "a" * 64, '{"delimiter": ";"}')
    assert report.state is ReportState.AWAITED


def test_file_that_is_done_is_not_sent_again(browser: Browser, shop: Shop) -> None:
    report = take(shop, browser.reports, ReportFile(b"kind,gross,currency\ncapture,1,BRL\n"))

    answer = name(browser, sha256=report.sha256)

    assert (answer.status, told(answer)) == (
        200,
        {"uploadUrl": None, "page": f"{PAGE}/{report.report_id}?done=known"},
    )
    assert "was taken before" in browser.get(told(answer)["page"]).words


def test_refused_report_is_sent_again_with_another_mapping(browser: Browser) -> None:
    refused = replace(REFUSED, report_id=REPORT_ID, sha256="a" * 64, mapping='{"delimiter": ";"}')
    browser.reports.save_report(ACCOUNT, refused)
    form = browser.get(f"{PAGE}/{REPORT_ID}")
    assert 'value="csv" data-mapping="yes" selected' in form.text
    assert "{&#34;delimiter&#34;: &#34;;&#34;}</textarea>" in form.text

    page = told(name(browser, mapping='{"delimiter": ","}'))["page"]
    shown = browser.get(page)

    assert browser.reports.kept[ACCOUNT, REPORT_ID].mapping == '{"delimiter": ","}'
    assert "sent The file was sent, and is read in a moment." in shown.words
    assert "refused" not in shown.words
    assert 'id="upload"' not in shown.text


MAPPINGS = {
    "no JSON": ("{", "the mapping is not JSON"),
    "a list": ("[]", "mapping: must be an object"),
    "twice": ('{"columns": {}, "columns": {}}', "stands twice"),
    "no number": ('{"a": NaN}', "NaN is not a number"),
    "deep": ('{"a":' * 40 + "1" + "}" * 40, "nested too deeply"),
    "long": ('{"a": "' + "x" * 65_536 + '"}', "must have at most 65536 bytes"),
    "null character": ('{"a": "\\u0000"}', "null character"),
}
HOSTILE: dict[str, tuple[dict[str, str], str]] = {
    **{f"mapping: {kind}": ({"mapping": text}, words) for kind, (text, words) in MAPPINGS.items()},
    "unknown format": ({"format": "stone"}, "format 'stone' is unknown; there are adyen-settlement, camt.053"),
    "format of markup": ({"format": "<script>alert(1)</script>"}, "is unknown"),
    "format too long": ({"format": "x" * 41}, "format: "),
    "no format": ({"format": ""}, "is unknown"),
    "mapping of a format without": ({"format": "cielo-v15", "mapping": "{}"}, "takes none"),
    "no name": ({"file_name": ""}, "fileName: "),
    "name too long": ({"file_name": "x" * 201}, "fileName: "),
    "no hash": ({"sha256": ""}, "sha256: "),
    "hash with more": ({"sha256": "a" * 64 + "/../x"}, "sha256: "),
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_what_is_wrong_is_said_in_words_and_nothing_is_stored(browser: Browser, kind: str) -> None:
    changes, words = HOSTILE[kind]

    answer = name(browser, **changes)

    assert answer.status == 400, answer.text
    assert words in told(answer)["detail"]
    assert told(answer)["problem"].endswith((".", "!"))
    assert browser.reports.kept == {}


def test_words_are_those_of_the_reader(browser: Browser) -> None:
    browser.language = "pt-BR"

    assert told(name(browser, format="stone"))["problem"].startswith("Este formato não é conhecido.")


@pytest.mark.parametrize("sent", [{"form_token": ""}, {"form_token": "forged"}, {"form_token": "é"}])
def test_file_is_not_named_without_the_token_of_the_session(browser: Browser, sent: dict[str, str]) -> None:
    assert name(browser, **sent).status == 403
    assert browser.reports.kept == {}


def test_file_is_not_named_for_another_site_or_session_or_nobody(browser: Browser) -> None:
    form = {"form_token": token(browser)} | FILE
    assert browser.post(PAGE, form, sec_fetch_site="cross-site").status == 403
    browser.sign_in()
    assert browser.post(PAGE, form).status == 403
    browser.cookies.clear()
    assert browser.post(PAGE, form).status == 401
    assert browser.reports.kept == {}


@pytest.mark.parametrize("role", Role)
def test_role_that_may_name_reports_over_the_api_may_here_and_no_other(browser: Browser, role: Role) -> None:
    as_role(browser, role)
    form = browser.get("/console/api").form("/sign-out")

    answer = browser.post(PAGE, form | FILE)

    assert answer.status == (201 if role is Role.PROCESS_PAYMENT else 403)
    assert len(browser.reports.kept) == (role is Role.PROCESS_PAYMENT)


def test_form_is_shown_to_those_who_may_send_and_only_their_page_may_reach_the_bucket(browser: Browser) -> None:
    failed = replace(FAILED, report_id="R4")
    for report in (REPORT, REFUSED, AWAITED, READING, failed):
        browser.reports.save_report(ACCOUNT, report)
    paths = [PAGE, *(f"{PAGE}/{report.report_id}" for report in (REFUSED, AWAITED, failed, REPORT, READING))]
    shown = [browser.get(path) for path in paths]
    as_role(browser, Role.VIEW_PAYMENT)
    others = [browser.get(path) for path in paths]

    place = f"'self' https://reports.example/uploads/{ACCOUNT}/"
    assert [policy_of(page)["connect-src"] for page in shown] == [*[place] * 4, "'self'", "'self'"]
    assert ['id="upload"' in page.text for page in shown] == [*[True] * 4, False, False]
    usual = dict(part.strip().split(" ", 1) for part in HEADERS["Content-Security-Policy"].split(";"))
    assert all(policy_of(page) | {"connect-src": "'self'"} == usual for page in shown)
    assert [policy_of(page) for page in others] == [usual] * len(paths)
    assert all('id="upload"' not in page.text and "upload.js" not in page.text for page in others)


@pytest.mark.parametrize("language", LANGUAGES)
def test_form_tells_formats_limit_and_every_problem(browser: Browser, language: str) -> None:
    browser.language = language

    page = browser.get(PAGE)

    assert all(f'<option value="{known}"' in page.text for known in formats())
    assert "100 MB" in page.words
    assert 'data-most="100000000"' in page.text
    assert "<noscript>" in page.text
    assert 'button class="primary" disabled' in page.text, "it does nothing before its script is there"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", ReportState)
def test_page_shows_a_report_in_every_state(browser: Browser, state: ReportState, language: str) -> None:
    browser.language = language
    browser.reports.save_report(ACCOUNT, replace(READING, state=state))

    page = browser.get(f"{PAGE}/{READING.report_id}")

    assert page.status == 200
    waits = state in (ReportState.AWAITED, ReportState.READING, ReportState.MATCHING)
    assert ('hx-trigger="every 2s"' in page.text) is waits


def test_page_looks_again_by_itself_until_the_report_is_over(browser: Browser) -> None:
    browser.reports.save_report(ACCOUNT, READING)
    path = f"{PAGE}/{READING.report_id}"
    first = browser.get(path)
    again = first.text.split('hx-get="')[1].split('"')[0]
    assert again == f"{path}?looked=1"

    part = browser.get(again, hx_request="true")
    assert part.text.lstrip().startswith('<div id="report-state" hx-get')
    assert 'role="status"' not in part.text, "what has not changed is not said again"
    kept = browser.reports.kept[ACCOUNT, READING.report_id]
    browser.reports.save_report(ACCOUNT, replace(kept, state=ReportState.DONE))
    over = browser.get(f"{path}?looked=2", hx_request="true")

    assert (over.text, over.headers["HX-Redirect"]) == ("", [path])


def test_looking_again_becomes_seldom_and_ends(browser: Browser) -> None:
    pauses = [follows.pause for times in range(MAX_LOOKS + 1) if (follows := following(READING, "", str(times)))]

    assert (pauses[0], pauses[9], pauses[-2], pauses[-1]) == (2, 5, LONGEST_PAUSE, None)
    waited = sum(pause for pause in pauses if pause)
    assert 30 * 60 < waited < 90 * 60
    browser.reports.save_report(ACCOUNT, READING)
    last = browser.get(f"{PAGE}/{READING.report_id}?looked={MAX_LOOKS}")
    assert "no longer looks by itself" in last.words
    assert "hx-trigger" not in last.text


@pytest.mark.parametrize("looked", ["x", "-1", "99999", "²", "1" * 5000])
def test_count_that_is_none_is_zero(looked: str) -> None:
    follows = following(READING, "", looked)

    assert follows is not None
    assert follows.looked == 0


@pytest.mark.parametrize(
    ("report", "sent", "is_followed", "is_sent"),
    [
        (AWAITED, "", True, False),
        (AWAITED, "0", True, True),
        (READING, "0", True, False),
        (REFUSED, "", False, False),
        (REFUSED, "0", True, True),
        (replace(REFUSED, version=2), "0", False, False),
        (FAILED, "", False, False),
        (FAILED, "0", True, True),
        (REPORT, "0", False, False),
    ],
)
def test_file_that_was_sent_counts_until_something_has_looked_at_it(
    report: Report, sent: str, is_followed: bool, is_sent: bool
) -> None:
    follows = following(report, sent, "")

    assert (follows is not None) is is_followed
    assert bool(follows and follows.is_sent) is is_sent
