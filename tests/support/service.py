"""The HTTP functions in process, on the shop's fakes: a request in, what the API answers out."""

import importlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from typing import Any

import pytest

from settlement import bootstrap
from settlement.api.contract.described import Described
from settlement.api.contract.descriptions import DESCRIBED
from settlement.domain.account.account import EVERY_ROLE
from settlement.domain.actor import Actor
from settlement.domain.connectors.connector import Connector
from settlement.use_cases.shared.ports import Commit, Conflict, Ports
from testkit.builders import ACCOUNT
from testkit.shop import Shop
from tests.support.affiliations import FakeProbe, FakeVault
from tests.support.feeds import FakeFeeds, FakeHookCaller
from tests.support.journal import JournalOfCommits
from tests.support.lambda_context import Context
from tests.support.reports import FakeReports, UploadAddresses

_ENVIRONMENT = {
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "TABLE_NAME": "none",
    "SANDBOX": "true",
    "ANSWER_WAIT_SECONDS": "0.3",
    "HEALTH_ACCOUNT": ACCOUNT,
    "POWERTOOLS_SERVICE_NAME": "quita",
    "POWERTOOLS_METRICS_NAMESPACE": "quita",
}


Query = Mapping[str, str | list[str]]
"""Query parameters; a list is one that is repeated."""


@dataclass(frozen=True)
class Asked:
    """One request; ``body`` is its text."""

    method: str
    path: str
    body: str | None
    query: Query | None
    headers: Mapping[str, str] | None


@dataclass(frozen=True)
class Heard:
    """One answer, the route that gave it, and what it answers."""

    route: Described
    status: int
    text: str
    headers: Mapping[str, Any]
    asked: Asked

    @property
    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.text)

    @property
    def content(self) -> Any:
        """The body as JSON if it is that, as text if it is another kind, None if there is none."""
        return self.json if self.text and self.headers["Content-Type"] == "application/json" else self.text or None


class _Contended:
    """A store on which every write loses its race."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, commit: Commit) -> None:
        """Lose."""
        raise Conflict

    def replace_connector(self, account: str, before: Connector | None, after: Connector) -> None:
        """Lose."""
        raise Conflict


@dataclass
class Service:
    """The service of a shop; ``heard`` is every answer so far. With ``previews``, actions are previewed before."""

    shop: Shop
    patch: pytest.MonkeyPatch
    heard: list[Heard] = field(default_factory=list)
    contended: bool = False
    previews: bool = False
    feeds: FakeFeeds = field(default_factory=FakeFeeds)
    hooks: FakeHookCaller = field(default_factory=FakeHookCaller)
    vault: FakeVault = field(default_factory=FakeVault)
    probe: FakeProbe = field(default_factory=FakeProbe)
    reports: FakeReports = field(default_factory=FakeReports)

    def __post_init__(self) -> None:
        for name, value in _ENVIRONMENT.items():
            self.patch.setenv(name, value)
        self.feeds.store = self.shop.store
        self.patch.setattr(bootstrap, "store", lambda: self.shop.store)
        self.patch.setattr(bootstrap, "feeds", lambda: self.feeds)
        journal = JournalOfCommits(commits=self.shop.store.commits)
        self.patch.setattr(bootstrap, "entry_log", lambda: journal)
        self.patch.setattr(bootstrap, "reports", lambda: self.reports)
        self.patch.setattr(bootstrap, "report_lines", lambda: self.reports.lines)
        self.patch.setattr(bootstrap, "reports_bucket", UploadAddresses)
        self.patch.setattr(bootstrap, "ports", self._ports)
        self.patch.setattr(bootstrap, "credentials", self._vault)
        self.patch.setattr(bootstrap, "hook_client", lambda: self.hooks)
        self.patch.setattr(bootstrap, "connector_client", lambda: self.shop.provider)
        self.patch.setattr(bootstrap, "connector_probe", lambda: self.probe)

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        raw: str | None = None,
        query: Query | None = None,
        headers: Mapping[str, str] | None = None,
        roles: str | None = EVERY_ROLE,
        account: str = ACCOUNT,
        app_key: str = "key",
        route: Described | None = None,
        is_base64: bool = False,
        context: Mapping[str, str] | None = None,
    ) -> Heard:
        """Send a request; the authorizer has let it pass with ``roles`` of ``account``, or was not asked.

        ``route`` is what the API would take it for, where the path does not tell; ``context`` is what it says more.
        """
        route = route or route_of(method, path)
        if self.previews and is_previewed(route):
            same: dict[str, Any] = {"raw": raw, "query": query, "headers": headers, "roles": roles, "account": account}
            self.call("POST", f"{path}/preview", body, **same)
        queries = {name: value if isinstance(value, list) else [value] for name, value in (query or {}).items()}
        sent = raw if raw is not None or body is None else str(body) if route.is_xml else json.dumps(body)
        authorised = {"account": account, "roles": roles, "principalId": app_key}
        event = {
            "httpMethod": method,
            "path": path,
            "resource": route.path,
            "headers": dict(headers or {}),
            "multiValueHeaders": {name: [value] for name, value in (headers or {}).items()},
            "queryStringParameters": {name: values[-1] for name, values in queries.items()} or None,
            "multiValueQueryStringParameters": queries or None,
            "body": sent,
            "isBase64Encoded": is_base64,
            "requestContext": {
                "stage": "v1",
                "requestId": "1",
                "authorizer": authorised if roles is not None else None,
                **(context or {}),
            },
        }
        handler = importlib.import_module(f"functions.{route.function}.app").handler
        answer = handler(event, Context())
        headers_out = {name: values[0] for name, values in answer.get("multiValueHeaders", {}).items()}
        asked = Asked(method, path, sent, query, headers)
        heard = Heard(route, answer["statusCode"], answer["body"] or "", headers_out, asked)
        self.heard.append(heard)
        return heard

    def do(self, method: str, path: str, body: object = None, **more: Any) -> Any:
        """Send a request that has to succeed, let the workflows run, and return the answer's JSON."""
        heard = self.call(method, path, body, **more)
        assert heard.status in heard.route.answers, heard
        self.shop.relay()
        return heard.content

    def _ports(self, actor: Actor) -> Ports:
        store: Any = _Contended(self.shop.store) if self.contended else self.shop.store
        return replace(self.shop.ports, store=store, actor=actor, pause=self._wait)

    def _vault(self) -> FakeVault:
        self.vault.busy = self.contended
        return self.vault

    def _wait(self, seconds: float) -> None:
        """A pause, in which workflows run."""
        self.shop.clock.advance(timedelta(seconds=seconds))
        if not self.contended:
            self.shop.relay()


@cache
def route_of(method: str, path: str) -> Described:
    """Return the route that a request meets, a literal path before one with parameters."""
    for route in sorted(DESCRIBED, key=lambda known: known.path.count("{")):
        pattern = re.sub(r"{\w+}", "[^/]+", route.path)
        if route.method == method.lower() and re.fullmatch(pattern, path):
            return route
    raise LookupError(f"no route {method} {path}")


def is_previewed(route: Described) -> bool:
    """Whether what a route does can be previewed."""
    return route.method != "get" and f"{route.path}/preview" in {known.path for known in DESCRIBED}


def elsewhere(template: str, path: str) -> str:
    """The same request about something that does not exist, by its last id."""
    values = list(re.finditer(r"[^/]+", path))
    names = re.findall(r"[^/]+", template)
    last = max(index for index, name in enumerate(names) if name.startswith("{"))
    return "/" + "/".join("nothing" if index == last else value[0] for index, value in enumerate(values))
