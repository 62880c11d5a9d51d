"""A settlement report is sent from the console in a real browser, to a bucket that a browser may only PUT to."""

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from settlement import bootstrap
from settlement.console.language import LANGUAGES, catalogue
from settlement.domain.reconciliation.report import ReportState, report_id_of
from testkit.builders import ACCOUNT
from testkit.merchant import until
from testkit.shop import Shop
from tests.support.chromium import needs_chromium
from tests.support.console_in_browser import READING, complaints_of, opened, tab_to, violations
from tests.support.reports import FakeReports, ReportFile, take
from tests.support.upload_bucket import UploadBucket, upload_bucket

if TYPE_CHECKING:
    from playwright.sync_api import Browser as Chromium
    from playwright.sync_api import Page

pytestmark = needs_chromium

CONTENT = b"kind,gross,fee,currency,tid\ncapture,5.00,0.10,BRL,nobody\n"


def report_id(content: bytes) -> str:
    return report_id_of(ACCOUNT, "csv", hashlib.sha256(content).hexdigest())


@pytest.fixture
def reports(site: str) -> FakeReports:
    """The settlement reports of the console."""
    found = bootstrap.reports()
    assert isinstance(found, FakeReports)
    return found


@pytest.fixture
def bucket(site: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[UploadBucket]:
    """The bucket to which the console sends files."""
    with upload_bucket() as bucket:
        monkeypatch.setattr(bootstrap, "reports_bucket", lambda: bucket)
        yield bucket


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "march.csv"
    path.write_bytes(CONTENT)
    return path


def fill_in(page: "Page", site: str, file: Path, format_: str = "csv") -> None:
    page.goto(f"{site}/console/payouts")
    page.set_input_files("#u-file", file)
    page.select_option("#u-format", format_)


def problem_of(page: "Page") -> str:
    page.locator("#u-problem").wait_for()
    return page.locator("#u-problem").inner_text()


def test_file_is_sent_as_it_is_and_followed_until_it_is_done(
    browser: "Chromium", site: str, shop: Shop, reports: FakeReports, bucket: UploadBucket, file: Path
) -> None:
    page = opened(browser, site)
    complaints = complaints_of(page)
    fill_in(page, site, file)
    page.click("#upload button.primary")
    page.wait_for_url(f"**/payouts/{report_id(CONTENT)}?sent=1")
    assert "is read in a moment" in page.locator("#report-state").inner_text()
    wrong = violations(page)

    take(shop, reports, ReportFile(CONTENT))

    page.wait_for_url(f"**/payouts/{report_id(CONTENT)}")
    page.locator("h2", has_text="What became of its lines").wait_for()
    assert bucket.uploads == [(f"/reports/uploads/{ACCOUNT}/{report_id(CONTENT)}?X-Amz-Expires=3600", CONTENT, None)]
    assert (complaints, wrong) == ([], [])


def test_refused_file_says_where_and_is_sent_again_with_another_mapping(
    browser: "Chromium", site: str, shop: Shop, reports: FakeReports, bucket: UploadBucket, tmp_path: Path
) -> None:
    content = CONTENT.replace(b",", b";")
    file, mapping = tmp_path / "march.csv", tmp_path / "mapping.json"
    file.write_bytes(content)
    mapping.write_text('{"delimiter": ";"}', encoding="utf-8")
    page = opened(browser, site)
    bucket.taken = lambda sent: take(shop, reports, ReportFile(sent))
    fill_in(page, site, file)
    page.click("#upload button.primary")
    page.locator("#report-state .notice.bad", has_text="Line 1").wait_for()
    wrong = violations(page)

    bucket.taken = lambda sent: take(shop, reports, ReportFile(sent, mapping={"delimiter": ";"}))
    page.set_input_files("#u-file", file)
    page.locator("summary", has_text="Mapping").click()
    page.set_input_files("#u-mapping-file", mapping)
    until(lambda: page.input_value("#u-mapping") != "", "the mapping is read from its file")
    page.click("#upload button.primary")

    page.locator("h2", has_text="What became of its lines").wait_for()
    assert reports.kept[ACCOUNT, report_id(content)].mapping == '{"delimiter": ";"}'
    assert wrong == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_connection_that_breaks_and_place_that_is_closed_are_told_and_the_file_is_sent_again(
    browser: "Chromium", site: str, reports: FakeReports, bucket: UploadBucket, tmp_path: Path, language: str
) -> None:
    file, told = tmp_path / "large.csv", catalogue(language)
    file.write_bytes(CONTENT * 200_000)
    page = opened(browser, site, locale=language)
    fill_in(page, site, file)
    for status, said in ((0, "broken"), (403, "expired"), (500, "not-taken")):
        bucket.status = status
        page.click("#upload button.primary")
        page.locator("#u-problem", has_text=told[f"upload.says.{said}"]).wait_for()
        assert bucket.uploads == []
    bucket.status = 200
    page.click("#upload button.primary")
    page.wait_for_url("**?sent=1")

    assert [len(content) for _, content, _ in bucket.uploads] == [len(CONTENT) * 200_000]


def test_what_cannot_be_taken_is_told_before_anything_is_sent(
    browser: "Chromium", site: str, reports: FakeReports, bucket: UploadBucket, file: Path, tmp_path: Path
) -> None:
    empty, large = tmp_path / "empty.csv", tmp_path / "large.csv"
    empty.touch()
    with large.open("wb") as hollow:
        hollow.truncate(100_000_001)
    page = opened(browser, site)
    fill_in(page, site, file)
    page.locator("summary", has_text="Mapping").click()
    page.fill("#u-mapping", "{'delimiter': ';'}")
    page.click("#upload button.primary")
    assert problem_of(page).startswith("The mapping is not a JSON object.")
    page.fill("#u-mapping", "[]")
    page.click("#upload button.primary")
    assert problem_of(page) == catalogue("en")["upload.says.no-json"]
    wrong = violations(page)
    page.set_input_files("#u-file", empty)
    assert problem_of(page) == "The file is empty. Choose another one."
    page.set_input_files("#u-file", large)
    assert problem_of(page).startswith("The file has 100 MB; at most 100 MB are taken.")

    assert (reports.kept, bucket.uploads, wrong) == ({}, [], [])


def test_what_the_service_refuses_is_told_in_its_words(
    browser: "Chromium", site: str, reports: FakeReports, bucket: UploadBucket, file: Path
) -> None:
    page = opened(browser, site, locale="es")
    fill_in(page, site, file)
    page.evaluate("document.querySelector('#u-format [value=csv]').value = 'stone'")
    page.click("#upload button.primary")
    assert problem_of(page).startswith("Este formato no se conoce. Elija uno de la lista.")
    page.context.clear_cookies()
    page.click("#upload button.primary")
    page.locator("#u-problem", has_text=catalogue("es")["upload.says.ended"]).wait_for()

    assert reports.kept == {}


def test_sending_is_stopped(
    browser: "Chromium", site: str, reports: FakeReports, bucket: UploadBucket, file: Path
) -> None:
    page = opened(browser, site)
    page.route("**/console/payouts", lambda route: None if route.request.method == "POST" else route.continue_())
    fill_in(page, site, file)
    page.click("#upload button.primary")
    page.locator("#u-progress", has_text="Announcing").wait_for()
    wrong = violations(page)
    page.click("#u-stop")

    assert problem_of(page) == "You have stopped it, and nothing was taken."
    assert page.locator("#upload button.primary").is_enabled()
    assert (bucket.uploads, wrong) == ([], [])


def test_file_is_sent_by_keyboard_alone(
    browser: "Chromium", site: str, reports: FakeReports, bucket: UploadBucket, file: Path
) -> None:
    page = opened(browser, site)
    page.goto(f"{site}/console/payouts")
    tab_to(page, "input")
    assert page.evaluate("document.activeElement.id") == "u-file", "the dialogue that it opens is the browser's own"
    page.set_input_files("#u-file", file)
    tab_to(page, "select")
    page.keyboard.type("CSV")
    tab_to(page, "summary", "Mapping")
    page.keyboard.press("Enter")
    tab_to(page, "textarea")
    page.keyboard.type("{}")
    tab_to(page, "button", "Send the file")
    page.keyboard.press("Enter")
    page.wait_for_url("**?sent=1")

    assert reports.kept[ACCOUNT, report_id(CONTENT)].mapping == "{}"


def test_page_without_a_script_or_a_secure_connection_says_what_works(
    browser: "Chromium", site: str, reports: FakeReports, bucket: UploadBucket, file: Path
) -> None:
    plain = opened(browser, site, java_script_enabled=False)
    plain.goto(f"{site}/console/payouts")
    assert "Sending a file needs JavaScript" in plain.locator("noscript").inner_text()
    assert plain.locator("#upload button.primary").is_disabled()
    page = opened(browser, site)
    page.add_init_script("Object.defineProperty(Crypto.prototype, 'subtle', { get() { return undefined; } })")
    fill_in(page, site, file)
    page.click("#upload button.primary")

    assert "Open the console by its address with https" in problem_of(page)
    assert reports.kept == {}


def test_script_may_send_to_the_files_of_its_account_and_nowhere_else(
    browser: "Chromium", site: str, reports: FakeReports, bucket: UploadBucket
) -> None:
    page = opened(browser, site)
    page.goto(f"{site}/console/payouts")
    sent = "url => new Promise(done => { const to = new XMLHttpRequest(); to.open('PUT', url);" \
        " to.onloadend = () => done(to.status); to.send('x'); })"  # fmt: skip

    statuses = [page.evaluate(sent, bucket.upload_url(key, 1)) for key in (
        f"uploads/{ACCOUNT}/R1", "uploads/other/R1", f"inbox/{ACCOUNT}/csv/x", f"uploads/{ACCOUNT}x/R1"
    )]  # fmt: skip

    assert statuses == [200, 0, 0, 0]
    assert len(bucket.uploads) == 1


def test_waiting_page_keeps_the_focus_asks_as_seldom_as_it_says_and_goes_on_after_a_failure(
    browser: "Chromium", site: str, reports: FakeReports, bucket: UploadBucket
) -> None:
    reports.save_report(ACCOUNT, READING)
    page = opened(browser, site)
    page.goto(f"{site}/console/payouts/{READING.report_id}")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/payouts/" in request.url else None)
    page.route("**/payouts/*?looked=1", lambda route: route.abort() if len(asked) < 2 else route.continue_())
    page.focus("#look-again")
    page.locator("#report-state[hx-get$='looked=2']").wait_for()

    assert page.evaluate("document.activeElement.id") == "look-again"
    assert asked == [f"{site}/console/payouts/{READING.report_id}?looked=1"] * 2, "the first did not get through"
    kept = reports.kept[ACCOUNT, READING.report_id]
    reports.save_report(ACCOUNT, replace(kept, state=ReportState.DONE))
    page.locator(".s-done").wait_for()
