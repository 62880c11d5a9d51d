"""The HTTP resolver of every route: who calls, what an error looks like, what an answer looks like."""

import json
import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from aws_lambda_powertools import Logger

from settlement.api.contract.routes import ROUTE, Route
from settlement.api.shared import body
from settlement.api.shared.http import Handler, Request, Response, Routes
from settlement.api.shared.query_parameters import ACCOUNT_PARAMETERS, require_known
from settlement.domain.account.account import EVERY_ROLE, Role
from settlement.domain.actor import MAX_USER_LENGTH, Actor, System
from settlement.domain.errors import Busy, Forbidden, InvalidRequest, Refusal, Unauthorised
from settlement.use_cases.shared.ports import Unavailable

if TYPE_CHECKING:
    from pydantic import BaseModel

    from settlement.use_cases.shared.heads import Heads

MAX_KEY_LENGTH = 255
_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")

Model = TypeVar("Model", bound="BaseModel")

_KEY = re.compile(rf"[!-~]{{1,{MAX_KEY_LENGTH}}}")
_VERSION = re.compile('"([0-9]{1,12})"')
_BROKEN = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_LATER = {"Retry-After": "1"}
_TABLE_IS_AWAY = "The service cannot reach its table, and the request may have been taken; send the same one again"


class Api:
    """A resolver of REST API events that answers in the contract's bodies, and never lets an exception out (C§0)."""

    def __init__(self, logger: Logger) -> None:
        self._logger = logger
        self._routes = Routes()
        self.request = Request({})

    def resolve(self, event: Mapping[str, Any]) -> dict[str, Any]:
        """Answer a REST API proxy event."""
        self.request = Request(event)
        try:
            return self._answered().as_result()
        except Exception as error:
            return self._answer_to(error).as_result()

    def _answered(self) -> Response:
        """Call the handler of the path; nothing has an id with control characters or broken text."""
        path = self.request.path
        found = None if _BROKEN.search(path) else self._routes.find(self.request.method, path)
        if found is None:
            return _error(404, "1404", "Route Not Found")
        handler, ids = found
        return handler(**ids)

    def serves(self, *names: str) -> Callable[[Handler], Handler]:
        """Bind a handler to routes of the table by their names; it is called with the ids of the path.

        Nobody reaches it whose app key has no role of the route (``Forbidden``).
        """

        def bind(handler: Handler) -> Handler:
            for route in (ROUTE[name] for name in names):
                self._routes.add(route.method, route.path, self._guarded(route, handler))
            return handler

        return bind

    def _guarded(self, route: Route, handler: Handler) -> Handler:
        @wraps(handler)
        def guarded(**ids: str) -> Response:
            if route.roles:
                self.require(*route.roles)
                self._logger.append_keys(account=self.caller())
                self.actor()
            return handler(**ids)

        return guarded

    def require(self, *roles: Role) -> None:
        """Check that the caller's key has one of the roles and its query no other account, else raise ``Forbidden``.

        A query may name the account. One that names another is refused, not ignored: its sender is set up wrongly.
        """
        account, request = self.caller(), self.request
        if not {EVERY_ROLE, *roles} & set(str(request.authorised.get("roles", "")).split(",")):
            raise Forbidden(f"Access denied: the app key lacks the role {' or '.join(roles)}")
        for name in ACCOUNT_PARAMETERS:
            if {*request.whole_query.get(name, ()), request.query.get(name, account)} - {account}:
                raise Forbidden(f"Access denied: {name} is not the account of the app key")

    def caller(self) -> str:
        """Return the caller's account; raises ``Unauthorised`` if it has not said who it is."""
        account = self.request.authorised.get("account")
        if not account:
            raise Unauthorised("Unauthorized access")
        return str(account)

    def caller_key(self) -> tuple[str, str]:
        """Return the caller's account and its app key."""
        return self.caller(), str(self.request.authorised["principalId"])

    def actor(self) -> Actor:
        """Return who acts: the caller's app key and the user that it names; the checkout, if nobody asked for a key.

        Raises ``InvalidRequest`` for a user that is too long or not printable.
        """
        key = self.request.authorised.get("principalId")
        user = (self.request.header("x-quita-user") or "").strip() or None
        if user is not None and not (len(user) <= MAX_USER_LENGTH and user.isprintable()):
            raise InvalidRequest(
                f"X-Quita-User: must have at most {MAX_USER_LENGTH} characters, all printable; "
                f"it has {len(user)}: {ascii(user[:80])[1:-1]}"
            )
        return Actor(system=System.CHECKOUT) if key is None else Actor(str(key), user)

    def read(self, model: type[Model]) -> Model:
        """Return the request's body as ``model``."""
        return body.validate(model, self.read_json())

    def read_json(self) -> Any:
        """Return the request's body as JSON."""
        return body.parse(self.request.body, is_base64=self.request.is_base64)

    def idempotency_key(self) -> str | None:
        """Return the request's ``Idempotency-Key``, None if it has none."""
        key = self.request.header("idempotency-key")
        if key is not None and not _KEY.fullmatch(key):
            raise InvalidRequest(
                f"Idempotency-Key must have 1 to {MAX_KEY_LENGTH} characters, printable ASCII without spaces; "
                f"it has {len(key)}"
            )
        return key

    def expected_version(self) -> int | None:
        """Return the version that ``If-Match`` names, None if there is none or any will do (``*``)."""
        expected = self.request.header("if-match")
        if expected is None or expected.strip() == "*":
            return None
        if not (named := _VERSION.fullmatch(expected.strip())):
            raise InvalidRequest(
                f'If-Match: must be one version in quotes, as ETag has it, such as "12", or *; got {expected[:80]}'
            )
        return int(named[1])

    def query(self) -> dict[str, str]:
        """Return the query; raises ``InvalidRequest`` for a parameter that is there twice and says two things."""
        for name, values in sorted(self.request.whole_query.items()):
            if len(set(values)) > 1:
                raise InvalidRequest(f"{name[:80]}: is there more than once; send one value")
        return {name: str(value) for name, value in self.request.query.items()}

    def list_query(self, *known: str) -> dict[str, str]:
        """Return the query of a list; raises ``InvalidRequest`` for a parameter that is not ``known``."""
        query = self.query()
        require_known(query, known)
        return query

    def query_id(self, name: str) -> str | None:
        """Return a query parameter that is an id, None if it is not there."""
        text = self.request.query.get(name)
        if text is not None and not _ID.fullmatch(text):
            raise InvalidRequest(f"{name}: must be 1 to 100 of A-Z a-z 0-9 . _ -; got {text[:80]}")
        return text

    def query_integer(self, name: str, default: int, low: int, high: int) -> int:
        """Return an integer query parameter within its limits."""
        text = self.request.query.get(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdigit() and low <= int(text[:10]) <= high):
            raise InvalidRequest(f"{name}: must be an integer from {low} to {high}; got {text[:80]}")
        return int(text)

    def link_to_next(self, path: str | None) -> dict[str, str]:
        """Return the header that leads to the next page, none without one; with what stands before the routes."""
        return {} if path is None else {"Link": f'<{self.request.prefix}{path}>; rel="next"'}

    def _answer_to(self, error: Exception) -> Response:
        if isinstance(error, Refusal):
            headers = _LATER if isinstance(error, Busy) else {}
            return _error(error.status, error.published_code, error.message, headers)
        if isinstance(error, Unavailable):
            self._logger.exception("table not reached")
            return _error(503, Busy.code, _TABLE_IS_AWAY, _LATER)
        self._logger.exception("request failed")
        return _error(500, "OMS500", "The service failed to answer; the request may be sent again")


def answer(status: int, content: Any, headers: Mapping[str, str | list[str]] | None = None) -> Response:
    """Return a JSON answer."""
    return Response(status, "application/json", json.dumps(content, separators=(",", ":")), headers or {})


def etag(heads: "Heads") -> dict[str, str]:
    """Return the header that tells the version of an order and its transaction."""
    return {"ETag": f'"{heads.version}"'}


def no_content(status: int = 204) -> Response:
    """Return an empty answer."""
    return Response(status)


def _error(status: int, code: str, message: str, headers: Mapping[str, str | list[str]] | None = None) -> Response:
    return answer(status, {"error": {"code": code, "message": message, "exception": None}}, headers)
