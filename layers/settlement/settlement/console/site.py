"""Answers requests to the console: who asks is settled before a page is called, and nothing goes out without the
headers that keep other sites and scripts away (D143).
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib import import_module
from typing import TYPE_CHECKING, Any

from settlement.api.shared.http import Request, Response, Routes
from settlement.console.access import Access
from settlement.console.routes import PAGES, PageRoute
from settlement.console.session import RENEWED_AFTER, Seal
from settlement.console.visit import HOME, SESSION, VISITOR, Visit
from settlement.domain.actor import Actor
from settlement.domain.errors import Busy, Forbidden, Refusal, Unauthorised
from settlement.use_cases.connectors.connector_ports import ConnectorProbe, Vault
from settlement.use_cases.shared.ports import Ports, Unavailable
from settlement.use_cases.updates.feed_ports import Feeds, HookCaller

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

    from settlement.use_cases.bookkeeping.list_receivables import ReceivableLog
    from settlement.use_cases.reconciliation.await_upload import Uploads
    from settlement.use_cases.reconciliation.report_ports import KeptLines, Reports


def policy(*connects: str) -> str:
    """Return what a page may do: no inline script or style, nothing from another host, in no frame.

    Its scripts send to the console alone, and to the addresses in ``connects``.
    """
    sent_to = " ".join(("'self'", *connects))
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src {sent_to}; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    )


HEADERS = {
    "Content-Security-Policy": policy(),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cache-Control": "no-store",
}
FORM_TOKEN = "form_token"


@dataclass(frozen=True)
class Services:
    """What the console works with: each is made on first use."""

    ports: Callable[[Actor], Ports]
    access: Callable[[], Access]
    secret: Callable[[], str]
    vault: Callable[[], Vault]
    probe: Callable[[], ConnectorProbe]
    feeds: Callable[[], Feeds]
    hooks: Callable[[], HookCaller]
    reports: "Callable[[], Reports]"
    report_lines: "Callable[[], KeptLines]"
    uploads: "Callable[[], Uploads]"
    entry_log: "Callable[[], ReceivableLog]"

    @property
    def seal(self) -> Seal:
        """What seals sessions."""
        return Seal(self.secret())

    def form_token(self, visit: Visit) -> str:
        """Return what a form on a page of this visit has to carry."""
        whose = visit.session.session_id if visit.session else visit.cookies.get(VISITOR, "")
        return self.seal.form_token(whose) if whose else ""


class Console:
    """The resolver of the console's requests; it never lets an exception out."""

    def __init__(self, logger: "Logger", services: Services) -> None:
        self._logger = logger
        self._services = services

    def resolve(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Answer a REST API proxy event."""
        visit = Visit(Request(event), self._services)
        try:
            answer = self._answered(visit)
        except Exception as error:
            answer = self._answer_to(visit, error)
        return replace(answer, headers=self._headers(visit, answer)).as_result()

    def _answered(self, visit: Visit) -> Response:
        found = _routes().find(visit.request.method, visit.request.path)
        if found is None:
            raise _NoPage("There is no such page")
        handler, ids = found
        route: PageRoute = handler.keywords["route"]  # type: ignore[attr-defined]
        if route.module == "files":
            return handler(visit=visit, **ids)
        self._recognise(visit)
        if visit.request.method == "POST":
            self._take_form(visit, route)
        elif not route.is_open and visit.held is None:
            return _to_sign_in(visit)
        visit.require(*route.roles) if not route.is_open else None
        return handler(visit=visit, **ids)

    def _recognise(self, visit: Visit) -> None:
        """Find out who asks. A session whose key is disabled or has another token, or that was ended, is none."""
        sealed = visit.cookies.get(SESSION)
        session = self._services.seal.read(sealed) if sealed else None
        if sealed is None or session is None:
            return
        access = self._services.access()
        held = access.key(session.app_key)
        if held is None or not self._services.seal.holds(sealed, session, held.fingerprint, visit.now):
            return
        if access.is_ended(session.session_id):
            return
        visit.held, visit.session = held, session
        self._logger.append_keys(account=held.account, user=session.user)

    def _take_form(self, visit: Visit, route: PageRoute) -> None:
        """Read a form; raises ``Forbidden`` if another site sent it, and ``Unauthorised`` without a session."""
        visit.read_form()
        if visit.request.header("sec-fetch-site") not in (None, "same-origin", "none"):
            raise Forbidden("Access denied: the form was sent by another site")
        if not route.is_open and visit.held is None:
            raise Unauthorised("Nobody has signed in")
        whose = visit.session.session_id if visit.session else visit.cookies.get(VISITOR, "")
        if not whose or not self._services.seal.is_form_token(visit.said(FORM_TOKEN), whose):
            raise _StaleForm("The form was not made for this session; load the page again")

    def _answer_to(self, visit: Visit, error: Exception) -> Response:
        try:
            if isinstance(error, Unauthorised):
                from settlement.console.pages.entrance import ask_again

                return ask_again(visit)
            return self._refused(visit, error)
        except Exception:
            self._logger.exception("console failed")
            return Response(500, "text/plain; charset=utf-8", "The console failed to answer; load the page again.")

    def _refused(self, visit: Visit, error: Exception) -> Response:
        from settlement.console.rendering import page

        if isinstance(error, Refusal):
            kind = "busy" if isinstance(error, Busy) else _KINDS.get(error.status, "refused")
            kind = "stale-form" if isinstance(error, _StaleForm) else kind
            return page(visit, "refused", error.status, kind=kind, refusal=error)
        if isinstance(error, Unavailable):
            self._logger.exception("table not reached")
            return page(visit, "refused", 503, kind="unavailable", refusal=None)
        self._logger.exception("console failed")
        return page(visit, "refused", 500, kind="failed", refusal=None)

    def _headers(self, visit: Visit, answer: Response) -> dict[str, str | list[str]]:
        headers: dict[str, str | list[str]] = {**HEADERS, **answer.headers}
        if visit.is_secure:
            headers["Strict-Transport-Security"] = "max-age=31536000"
        cookies = headers.get("Set-Cookie", [])
        told = [cookies] if isinstance(cookies, str) else list(cookies)
        session = visit.session
        is_old = session is not None and visit.now - session.seen_at >= RENEWED_AFTER
        if session is not None and visit.held is not None and is_old and not told:
            told.append(
                session_cookie(visit, self._services.seal.seal(session.seen(visit.now), visit.held.fingerprint))
            )
        if told:
            headers["Set-Cookie"] = told
        return headers


class _NoPage(Refusal):
    """There is no page at this address."""

    status = 404
    code = "1404"


class _StaleForm(Forbidden):
    """The form belongs to another session, or to none."""


_KINDS = {403: "forbidden", 404: "not-found", 409: "conflict", 412: "stale", 413: "too-large"}


@cache
def _routes() -> Routes:
    routes = Routes()
    for route in PAGES:
        routes.add(route.method, route.path, partial(_call, route=route))
    return routes


def _call(route: PageRoute, visit: Visit, **ids: str) -> Response:
    """Call a page; its module is loaded by its first reader."""
    module = import_module(f"settlement.console.pages.{route.module}")
    answer: Response = getattr(module, route.function)(visit, **ids)
    return answer


def _to_sign_in(visit: Visit) -> Response:
    """Lead to the form for signing in, and back afterwards; htmx is told to leave the whole page."""
    there = visit.url("sign-in", next=visit.here if visit.here.rstrip("/") != HOME else None)
    if visit.is_partial:
        return Response(200, "text/plain; charset=utf-8", "", {"HX-Redirect": there})
    return redirect(there)


def redirect(url: str, cookies: list[str] | None = None) -> Response:
    """Lead on to another page, which is read, not posted to."""
    return Response(303, None, "", {"Location": url, **({"Set-Cookie": cookies} if cookies else {})})


def cookie(visit: Visit, name: str, value: str, seconds: int | None = None) -> str:
    """Return a cookie that only the console's own pages send, and no script reads; without ``seconds`` it ends with
    the browser.
    """
    secure = "; Secure" if visit.is_secure else ""
    age = "" if seconds is None else f"; Max-Age={seconds}"
    return f"{name}={value}; Path={visit.prefix}{HOME}; HttpOnly; SameSite=Strict{secure}{age}"


def session_cookie(visit: Visit, sealed: str) -> str:
    """Return the cookie of a session."""
    return cookie(visit, SESSION, sealed)


def new_visitor() -> str:
    """Return a name for a browser in which nobody has signed in."""
    return secrets.token_urlsafe(18)
