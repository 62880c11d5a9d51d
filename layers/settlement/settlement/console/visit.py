"""One request to the console: who asks, in which language, and what a form says."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote, urlencode

from settlement.api.shared.body import read_text
from settlement.api.shared.http import Request
from settlement.console.language import choose
from settlement.console.session import Session
from settlement.console.wording import Words
from settlement.domain.account.account import EVERY_ROLE, Role
from settlement.domain.account.app_key import HeldKey
from settlement.domain.actor import Actor
from settlement.domain.errors import Forbidden, InvalidRequest, Unauthorised
from settlement.use_cases.shared.ports import Ports

if TYPE_CHECKING:
    from settlement.console.site import Services

HOME = "/console"
SESSION, VISITOR, LANGUAGE, ZONE = "quita_session", "quita_visitor", "quita_language", "quita_zone"
"""The console's cookies."""

MAX_FIELDS = 1000
"""Fields of one form."""

_ZONE = re.compile(r"[A-Za-z0-9_+/-]{1,60}")


@dataclass
class Visit:
    """A request and what the console knows of its sender; ``held`` and ``session`` are None until somebody has signed
    in. ``form`` has the fields of a form, of repeated ones all values.
    """

    request: Request
    services: "Services"
    held: HeldKey | None = None
    session: Session | None = None
    form: dict[str, list[str]] = field(default_factory=dict)

    @cached_property
    def cookies(self) -> dict[str, str]:
        """The cookies that were sent."""
        try:
            return {name: morsel.value for name, morsel in SimpleCookie(self.request.header("cookie") or "").items()}
        except CookieError:
            return {}

    @cached_property
    def words(self) -> Words:
        """How the reader is spoken to."""
        language = choose(self.cookies.get(LANGUAGE), self.request.header("accept-language"))
        zone = self.cookies.get(ZONE, "").replace("%2F", "/")
        return Words(language, zone if _ZONE.fullmatch(zone) else "UTC")

    @cached_property
    def now(self) -> datetime:
        """The time of the request."""
        return self.ports.now().astimezone(UTC)

    @property
    def ports(self) -> Ports:
        """The outside world of the use cases; what they write is in the name of who has signed in."""
        return self.services.ports(self.actor)

    @property
    def actor(self) -> Actor:
        """Who acts: the session's app key and the name that was given; nobody without a session."""
        return Actor() if self.session is None else Actor(self.session.app_key, self.session.user)

    @property
    def account(self) -> str:
        """The account that is shown."""
        return self.key.account

    @property
    def key(self) -> HeldKey:
        """The app key of the session; raises ``Unauthorised`` without one."""
        if self.held is None:
            raise Unauthorised("Nobody has signed in")
        return self.held

    def may(self, *roles: Role) -> bool:
        """Return whether the session's key has one of the roles; without roles, whether there is a session."""
        return self.held is not None and (not roles or bool({EVERY_ROLE, *roles} & set(self.held.roles)))

    def require(self, *roles: Role) -> None:
        """Raise ``Forbidden`` unless the key has one of the roles."""
        if not self.may(*roles):
            raise Forbidden(f"Access denied: the app key lacks the role {' or '.join(roles)}")

    @cached_property
    def prefix(self) -> str:
        """What stands before the routes in a browser: the stage, or nothing."""
        return self.request.prefix

    @property
    def is_secure(self) -> bool:
        """Whether the browser is connected over TLS."""
        return (self.request.header("x-forwarded-proto") or "https") == "https"

    def url(self, path: str = "", **query: object) -> str:
        """Return the address of a page; a query parameter that is None or empty is left out."""
        told = [(name, one) for name, value in query.items() for one in (value if isinstance(value, list | tuple) else
                [value]) if one not in (None, "")]  # fmt: skip
        asked = f"?{urlencode(told)}" if told else ""
        return f"{self.prefix}{HOME}{'/' if path else ''}{quote(path)}{asked}"

    @property
    def here(self) -> str:
        """The path and query of this page, without what stands before the routes."""
        query = [(name, one) for name, values in self.request.whole_query.items() for one in values]
        return self.request.path + (f"?{urlencode(query)}" if query else "")

    def asked(self, name: str) -> str:
        """Return a parameter of the query, empty if it is not there."""
        return str(self.request.query.get(name) or "").strip()

    def all_asked(self, name: str) -> list[str]:
        """Return all values of a parameter of the query."""
        return [value.strip() for value in self.request.whole_query.get(name, ()) if value.strip()]

    def said(self, name: str, default: str = "") -> str:
        """Return a field of the form."""
        return self.form.get(name, [default])[0].strip()

    def read_form(self) -> None:
        """Read the fields of a form that was sent; raises ``InvalidRequest`` for what no form sends."""
        text = read_text(self.request.body, is_base64=self.request.is_base64)
        try:
            pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=MAX_FIELDS)
        except ValueError:
            raise InvalidRequest(f"the form cannot be read; it has at most {MAX_FIELDS} fields") from None
        self.form = {}
        for name, value in pairs:
            self.form.setdefault(name, []).append(value)

    @property
    def is_partial(self) -> bool:
        """Whether htmx asks for a part of a page."""
        return self.request.header("hx-request") == "true"


Values = Mapping[str, Any]
"""What a template is filled with."""
