"""The console in process, on the shop's fakes: a browser with cookies, pages it reads and forms it sends."""

import hashlib
import importlib
import re
from dataclasses import dataclass, field, replace
from datetime import datetime
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import pytest

from settlement import bootstrap
from settlement.domain.account.account import EVERY_ROLE
from settlement.domain.account.app_key import AccountKey, Failures, HeldKey
from settlement.domain.actor import Actor
from settlement.domain.errors import AlreadyExists
from settlement.use_cases.shared.ports import Page, Ports
from testkit.builders import ACCOUNT
from testkit.shop import Shop
from tests.support.affiliations import FakeProbe, FakeVault
from tests.support.feeds import FakeFeeds, FakeHookCaller
from tests.support.journal import JournalOfCommits
from tests.support.lambda_context import Context
from tests.support.reports import FakeReports, UploadAddresses

KEY, TOKEN, USER = "operator", "a-token", "Maria"
ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "TABLE_NAME": "none",
    "SANDBOX": "true",
    "POWERTOOLS_SERVICE_NAME": "quita",
    "POWERTOOLS_METRICS_NAMESPACE": "quita",
}


@dataclass
class FakeAccess:
    """App keys in memory, by name: token, account, roles; taken away is disabled."""

    keys: dict[str, tuple[str, str, tuple[str, ...]]] = field(default_factory=dict)
    failed: dict[str, Failures] = field(default_factory=dict)
    ended: dict[str, datetime] = field(default_factory=dict)
    off: set[str] = field(default_factory=set)

    def identify(self, app_key: str, token: str, now: datetime) -> HeldKey | None:
        """Return the key if the token is its."""
        held = self.keys.get(app_key)
        return self.key(app_key) if held is not None and held[0] == token else None

    def key(self, app_key: str) -> HeldKey | None:
        """Return the key if it is there."""
        held = self.keys.get(app_key)
        if held is None or app_key in self.off:
            return None
        return HeldKey(app_key, held[1], held[2], hashlib.sha256(held[0].encode()).hexdigest())

    def failures(self, app_key: str) -> Failures | None:
        """Return the failed attempts of a key."""
        return self.failed.get(app_key)

    def note_failure(self, app_key: str, now: datetime) -> None:
        """Count one more."""
        before = self.failed.get(app_key)
        self.failed[app_key] = Failures((before.count if before else 0) + 1, now)

    def forget_failures(self, app_key: str) -> None:
        """Count from zero."""
        self.failed.pop(app_key, None)

    def keys_of(self, account: str) -> list[AccountKey]:
        """Return the keys of an account."""
        mine = {name: roles for name, (_, owner, roles) in self.keys.items() if owner == account}
        return [AccountKey(name, roles, name not in self.off) for name, roles in sorted(mine.items())]

    def create_key(self, app_key: str, account: str, roles: tuple[str, ...], now: datetime) -> str:
        """Create a key."""
        if app_key in self.keys:
            raise AlreadyExists(f"the app key {app_key} is there already")
        self.keys[app_key] = (f"token-of-{app_key}", account, roles)
        return f"token-of-{app_key}"

    def rotate_key(self, app_key: str, now: datetime) -> str:
        """Give a key a new token."""
        token, account, roles = self.keys[app_key]
        self.keys[app_key] = (f"new-{token}", account, roles)
        return f"new-{token}"

    def switch_key(self, app_key: str, *, enabled: bool) -> None:
        """Enable or disable a key."""
        if enabled:
            self.off.discard(app_key)
        else:
            self.off.add(app_key)

    def end(self, session_id: str, until: datetime) -> None:
        """Remember that a session has ended."""
        self.ended[session_id] = until

    def is_ended(self, session_id: str) -> bool:
        """Return whether it has."""
        return session_id in self.ended


class _Forms(HTMLParser):
    """The forms of a page: action and fields of each, with the values that a browser would send."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[tuple[str, list[tuple[str, str]]]] = []
        self._select: str | None = None
        self._text: tuple[str, list[str]] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append((told.get("action", ""), []))
        name = told.get("name", "")
        if tag == "input" and name and self.forms:
            kind = told.get("type", "text")
            if kind not in ("checkbox", "radio") or "checked" in told:
                self.forms[-1][1].append((name, told.get("value", "")))
        if tag == "select":
            self._select = name
        if tag == "option" and self._select and "selected" in told:
            self.forms[-1][1].append((self._select, told.get("value", "")))
        if tag == "textarea":
            self._text = (name, [])

    def handle_data(self, data: str) -> None:
        if self._text:
            self._text[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self._select = None
        if tag == "textarea" and self._text:
            self.forms[-1][1].append((self._text[0], "".join(self._text[1])))
            self._text = None


@dataclass(frozen=True)
class Shown:
    """What a browser got: ``path`` is where, after it was led on."""

    path: str
    status: int
    text: str
    headers: dict[str, list[str]]

    def form(self, action: str) -> dict[str, str]:
        """Return the fields of the last form whose action ends so."""
        parser = _Forms()
        parser.feed(self.text)
        return next(dict(fields) for found, fields in parser.forms[::-1] if urlsplit(found).path.endswith(action))

    @property
    def words(self) -> str:
        """The text of the page, without its tags."""
        body = re.sub(r"<(script|style)\b.*?</\1>", " ", self.text, flags=re.DOTALL)
        return " ".join(re.sub(r"<[^>]+>", " ", body).replace("&nbsp;", " ").replace("\xa0", " ").split())


@dataclass
class Browser:
    """A browser on the console of a shop. ``prefix`` is the stage that the API has in its paths."""

    shop: Shop
    patch: pytest.MonkeyPatch
    language: str = "en"
    prefix: str = ""
    access: FakeAccess = field(default_factory=FakeAccess)
    vault: FakeVault = field(default_factory=FakeVault)
    probe: FakeProbe = field(default_factory=FakeProbe)
    feeds: FakeFeeds = field(default_factory=FakeFeeds)
    hooks: FakeHookCaller = field(default_factory=FakeHookCaller)
    reports: FakeReports = field(default_factory=FakeReports)
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in ENVIRONMENT.items():
            self.patch.setenv(name, value)
        self.patch.setattr(bootstrap, "ports", self._ports)
        self.patch.setattr(bootstrap, "console_access", lambda: self.access)
        self.patch.setattr(bootstrap, "console_secret", lambda: "a secret of the stack")
        self.patch.setattr(bootstrap, "credentials", lambda: self.vault)
        self.patch.setattr(bootstrap, "connector_probe", lambda: self.probe)
        self.feeds.store = self.shop.store
        self.patch.setattr(bootstrap, "feeds", lambda: self.feeds)
        self.patch.setattr(bootstrap, "hook_client", lambda: self.hooks)
        self.patch.setattr(bootstrap, "reports", lambda: self.reports)
        self.patch.setattr(bootstrap, "report_lines", lambda: self.reports.lines)
        self.patch.setattr(bootstrap, "reports_bucket", UploadAddresses)
        journal = JournalOfCommits(commits=self.shop.store.commits)
        self.patch.setattr(bootstrap, "entry_log", lambda: journal)
        self.access.keys.setdefault(KEY, (TOKEN, ACCOUNT, (EVERY_ROLE,)))

    def _ports(self, actor: Actor) -> Ports:
        return replace(self.shop.ports, actor=actor)

    def sign_in(self, key: str = KEY, token: str = TOKEN, **more: str) -> Shown:
        """Fill in the form for signing in, and send it; whoever had signed in before is forgotten."""
        self.cookies.pop("quita_session", None)
        form = self.get("/console/sign-in").form("/sign-in")
        return self.post("/console/sign-in", form | {"app_key": key, "token": token, "user": USER} | more)

    def get(self, path: str, *, follow: bool = True, **headers: str) -> Shown:
        """Read a page."""
        return self._led_on(self._send("GET", path, None, headers), follow)

    def post(self, path: str, form: dict[str, str], *, follow: bool = True, **headers: str) -> Shown:
        """Send a form."""
        return self._led_on(self._send("POST", path, urlencode(form), headers), follow)

    def _led_on(self, shown: Shown, follow: bool) -> Shown:
        if follow and shown.status == 303:
            return self.get(shown.headers["Location"][0].removeprefix(self.prefix))
        return shown

    def _send(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Shown:
        parts = urlsplit(path)
        query = parse_qs(parts.query, keep_blank_values=True)
        sent = {
            "accept-language": self.language,
            "cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            "host": "shop.example",
            "x-forwarded-proto": "https",
            **self.headers,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        event: dict[str, Any] = {
            "httpMethod": method,
            "path": parts.path,
            "headers": sent,
            "queryStringParameters": dict(parse_qsl(parts.query, keep_blank_values=True)) or None,
            "multiValueQueryStringParameters": query or None,
            "body": body,
            "isBase64Encoded": False,
            "requestContext": {"path": f"{self.prefix}{parts.path}", "requestId": "1"},
        }
        answer = importlib.import_module("functions.operator_console.app").handler(event, Context())
        for cookie in answer["multiValueHeaders"].get("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            if "Max-Age=0" in cookie:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return Shown(path, answer["statusCode"], answer["body"], answer["multiValueHeaders"])


def things_read(browser: Browser, path: str) -> int:
    """Read a page, and return how many stored things it reads for that."""
    store, count = browser.shop.store, 0

    class Counting:
        """A store that counts what is read of it."""

        def __getattr__(self, name: str) -> object:
            read = getattr(store, name)

            def counted(*asked: object, **more: object) -> object:
                nonlocal count
                found = read(*asked, **more)
                things = found.items if isinstance(found, Page) else found
                count += len(things) if isinstance(things, list | dict) else 1
                return found

            return counted

    counting: Any = Counting()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bootstrap, "ports", lambda actor: replace(browser.shop.ports, store=counting))
        assert browser.get(path).status == 200
    return count
