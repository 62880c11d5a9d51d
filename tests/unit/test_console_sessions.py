"""Sessions of the console: who signs in, what a browser holds of it, and what ends it (D143)."""

from datetime import UTC, datetime, timedelta

import pytest

from settlement.console.session import IDLE, LONGEST, Seal, begin
from settlement.domain.account.app_key import FIRST_WAIT, LONGEST_WAIT, Failures
from testkit.builders import ACCOUNT
from testkit.shop import Shop
from tests.support.console import KEY, TOKEN, USER, Browser

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def browser(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Browser:
    return Browser(shop, monkeypatch)


def test_sealed_session_is_read_back_and_believed() -> None:
    seal, session = Seal("secret"), begin(KEY, USER, NOW)
    sealed = seal.seal(session, "fingerprint")

    assert seal.read(sealed) == session
    assert seal.holds(sealed, session, "fingerprint", NOW)


@pytest.mark.parametrize("name", ["forged text", "forged signature", "other secret", "other token", "idle", "too long"])
def test_session_that_is_not_sealed_here_for_this_key_and_time_is_not_believed(name: str) -> None:
    seal, session = Seal("secret"), begin(KEY, USER, NOW)
    sealed, fingerprint, now = seal.seal(session, "fingerprint"), "fingerprint", NOW
    match name:
        case "forged text":
            sealed = f"{seal.seal(begin('other', USER, NOW), fingerprint).partition('.')[0]}.{sealed.partition('.')[2]}"
        case "forged signature":
            sealed = sealed[:-2] + ("aa" if sealed[-2:] != "aa" else "bb")
        case "other secret":
            seal = Seal("another")
        case "other token":
            fingerprint = "another"
        case "idle":
            now = NOW + IDLE
        case "too long":
            session = session.seen(NOW + LONGEST - timedelta(minutes=1))
            sealed, now = seal.seal(session, fingerprint), NOW + LONGEST
    told = seal.read(sealed)

    assert told is not None
    assert not seal.holds(sealed, told, fingerprint, now)


@pytest.mark.parametrize("sealed", ["", ".", "x.y", "W10.x", "WzEsMiwzLDQsNV0.x", "é.x", "." * 5000])
def test_nonsense_is_no_session(sealed: str) -> None:
    assert Seal("secret").read(sealed) is None


def test_pages_ask_who_is_there_and_lead_back_to_where_one_wanted_to_go(browser: Browser) -> None:
    asked = browser.get("/console/orders?q=x")
    assert (asked.path, asked.status) == ("/console/sign-in?next=%2Fconsole%2Forders%3Fq%3Dx", 200)

    form = asked.form("/sign-in") | {"app_key": KEY, "token": TOKEN, "user": USER}

    assert browser.post("/console/sign-in", form).path == "/console/orders?q=x"


@pytest.mark.parametrize("there", ["https://evil.example", "//evil.example", "/console\\evil", "/consolex", "/api", ""])
def test_signing_in_leads_nowhere_else(browser: Browser, there: str) -> None:
    form = browser.get("/console/sign-in").form("/sign-in")
    answer = browser.post(
        "/console/sign-in", form | {"app_key": KEY, "token": TOKEN, "user": USER, "next": there}, follow=False
    )

    assert answer.headers["Location"] == ["/console"]


def test_cookie_is_held_to_the_console_and_kept_from_scripts_and_other_sites(browser: Browser) -> None:
    browser.prefix = "/v1"
    form = browser.get("/console/sign-in").form("/sign-in")
    answer = browser.post("/console/sign-in", form | {"app_key": KEY, "token": TOKEN, "user": USER}, follow=False)
    session = next(cookie for cookie in answer.headers["Set-Cookie"] if cookie.startswith("quita_session="))

    assert session.partition("; ")[2] == "Path=/v1/console; HttpOnly; SameSite=Strict; Secure"
    assert TOKEN not in session


def test_without_tls_the_cookie_is_not_kept_to_it(browser: Browser) -> None:
    browser.headers["x-forwarded-proto"] = "http"
    form = browser.get("/console/sign-in").form("/sign-in")
    answer = browser.post("/console/sign-in", form | {"app_key": KEY, "token": TOKEN, "user": USER}, follow=False)

    assert not [cookie for cookie in answer.headers["Set-Cookie"] if "Secure" in cookie]


def test_disabled_key_ends_its_sessions_at_once(browser: Browser) -> None:
    browser.sign_in()
    del browser.access.keys[KEY]

    assert browser.get("/console/orders").path.startswith("/console/sign-in")


def test_rotated_token_ends_the_sessions_of_the_old_one(browser: Browser) -> None:
    browser.sign_in()
    browser.access.keys[KEY] = ("a-new-token", ACCOUNT, ("*",))

    assert browser.get("/console/orders").path.startswith("/console/sign-in")


def test_signing_out_ends_the_session_wherever_its_cookie_is(browser: Browser) -> None:
    shown = browser.sign_in()
    held = dict(browser.cookies)
    browser.post("/console/sign-out", shown.form("/sign-out"))
    assert "quita_session" not in browser.cookies

    browser.cookies = held

    assert browser.get("/console/orders").path.startswith("/console/sign-in")


def test_session_lasts_as_long_as_somebody_is_there_and_no_longer_than_a_day(browser: Browser, shop: Shop) -> None:
    browser.sign_in()
    for _ in range(3):
        shop.clock.advance(IDLE - timedelta(minutes=10))
        assert browser.get("/console/orders").path == "/console/orders"
    shop.clock.advance(timedelta(minutes=31))

    assert browser.get("/console/orders").path.startswith("/console/sign-in")


def test_idle_session_ends_after_eight_hours(browser: Browser, shop: Shop) -> None:
    browser.sign_in()
    shop.clock.advance(IDLE)

    assert browser.get("/console/orders").path.startswith("/console/sign-in")


@pytest.mark.parametrize("changes", [{"token": "wrong"}, {"app_key": "nobody"}])
def test_wrong_pair_is_told_without_saying_what_is_wrong(browser: Browser, changes: dict[str, str]) -> None:
    form = browser.get("/console/sign-in").form("/sign-in")
    answer = browser.post("/console/sign-in", form | {"app_key": KEY, "token": TOKEN, "user": USER} | changes)

    assert answer.status == 401
    assert "do not belong together" in answer.words
    assert "quita_session" not in browser.cookies
    assert TOKEN not in answer.text


def test_five_failures_make_a_key_wait_whether_its_token_is_right_or_wrong(browser: Browser, shop: Shop) -> None:
    for _ in range(5):
        assert browser.sign_in(token="wrong").status == 401

    answer = browser.sign_in()
    assert (answer.status, "Try again in 31 seconds" in answer.words) == (429, True)

    shop.clock.advance(FIRST_WAIT)
    assert browser.sign_in().status == 200
    assert not browser.access.failed


def test_each_further_failure_doubles_the_wait_up_to_its_most() -> None:
    waits = [Failures(count, NOW).wait_until() - NOW for count in (4, 5, 6, 7, 20)]

    assert waits == [timedelta(0), FIRST_WAIT, 2 * FIRST_WAIT, 4 * FIRST_WAIT, LONGEST_WAIT]


def test_one_keys_failures_slow_no_other_key(browser: Browser) -> None:
    browser.access.keys["other"] = ("t", ACCOUNT, ("*",))
    for _ in range(6):
        browser.sign_in(key="other", token="wrong")

    assert browser.sign_in().status == 200


@pytest.mark.parametrize("token", ["", "forged"])
def test_form_without_its_token_is_refused_and_changes_nothing(browser: Browser, token: str) -> None:
    browser.sign_in()

    answer = browser.post("/console/sign-out", {"form_token": token})

    assert (answer.status, "out of date" in answer.words) == (403, True)
    assert browser.get("/console/orders").path == "/console/orders"


def test_form_of_another_session_is_refused(browser: Browser) -> None:
    other = browser.sign_in().form("/sign-out")
    browser.cookies.clear()
    browser.sign_in()

    assert browser.post("/console/sign-out", other).status == 403


def test_form_that_another_site_sends_is_refused(browser: Browser) -> None:
    shown = browser.sign_in()

    assert browser.post("/console/sign-out", shown.form("/sign-out"), sec_fetch_site="cross-site").status == 403


def test_signing_in_needs_the_form_of_this_browser(browser: Browser) -> None:
    form = browser.get("/console/sign-in").form("/sign-in")
    browser.cookies.clear()

    assert browser.post("/console/sign-in", form | {"app_key": KEY, "token": TOKEN, "user": USER}).status == 403


def test_what_was_typed_when_the_session_ended_is_kept(browser: Browser) -> None:
    form = browser.sign_in().form("/sign-out")
    browser.cookies.pop("quita_session")
    asked = browser.post("/console/sign-out", form | {"reason": '<b>gone & "kept"'})
    assert (asked.status, "what you typed is kept" in asked.words) == (401, True)

    again = asked.form("/sign-in") | {"app_key": KEY, "token": TOKEN, "user": USER}
    kept = browser.post("/console/sign-in", again)

    assert kept.form("/sign-out") | {"form_token": ""} == {
        "form_token": "",
        "reason": '<b>gone & "kept"',
        "step": "edit",
    }
    assert "<b>gone" not in kept.text


def test_htmx_is_led_to_sign_in_as_a_whole_page(browser: Browser) -> None:
    answer = browser.get("/console/orders", hx_request="true")

    assert answer.headers["HX-Redirect"] == ["/console/sign-in?next=%2Fconsole%2Forders"]
