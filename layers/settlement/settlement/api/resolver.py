"""The HTTP resolver of every route: who calls, what an error looks like, what an answer looks like."""

import json
import re
from collections.abc import Callable, Mapping
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayRestResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from settlement.api.contract.routes import ROUTE, Route
from settlement.api.shared import body
from settlement.api.shared.query_parameters import ACCOUNT_PARAMETERS, require_known
from settlement.domain.account.account import EVERY_ROLE, Role
from settlement.domain.errors import Busy, Forbidden, InvalidRequest, Refusal, Unauthorised
from settlement.use_cases.shared.ports import Unavailable

if TYPE_CHECKING:
    from aws_lambda_powertools.event_handler.middlewares import NextMiddleware
    from pydantic import BaseModel


MAX_KEY_LENGTH = 255
_ID = re.compile(r"[A-Za-z0-9._-]{1,100}")

Handler = Callable[..., Response[str]]
Model = TypeVar("Model", bound="BaseModel")

_KEY = re.compile(rf"[!-~]{{1,{MAX_KEY_LENGTH}}}")
_CAPITAL = re.compile("[A-Z]")
_BROKEN = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
_LATER = {"Retry-After": "1"}
_TABLE_IS_AWAY = "The service cannot reach its table, and the request may have been taken; send the same one again"


class Api(APIGatewayRestResolver):
    """A REST API resolver that answers in the contract's bodies, and never lets an exception out (C§0)."""

    def __init__(self, logger: Logger) -> None:
        super().__init__()
        self._logger = logger
        self.use([_know_no_broken_path])
        self.exception_handler(Exception)(self._answer_to)
        self.not_found(lambda error: _error(404, "1404", "Route Not Found"))

    def serves(self, *names: str) -> Callable[[Handler], Handler]:
        """Bind a handler to routes of the table by their names; it is called with the ids of the path.

        Nobody reaches it whose app key has no role of the route (``Forbidden``).
        """

        def bind(handler: Handler) -> Handler:
            for route in (ROUTE[name] for name in names):
                self.route(_rule(route.path), route.method.upper())(self._guarded(route, handler))
            return handler

        return bind

    def _guarded(self, route: Route, handler: Handler) -> Handler:
        @wraps(handler)
        def guarded(**ids: str) -> Response[str]:
            if route.roles:
                self.require(*route.roles)
                self._logger.append_keys(account=self.caller())
            return handler(**ids)

        return guarded

    def require(self, *roles: Role) -> None:
        """Check that the caller's key has one of the roles and its query no other account, else raise ``Forbidden``.

        A query may name the account. One that names another is refused, not ignored: its sender is set up wrongly.
        """
        account, event = self.caller(), self.current_event.raw_event
        if not {EVERY_ROLE, *roles} & set(str(self._authorised().get("roles", "")).split(",")):
            raise Forbidden(f"Access denied: the app key lacks the role {' or '.join(roles)}")
        query, last = event.get("multiValueQueryStringParameters") or {}, event.get("queryStringParameters") or {}
        for name in ACCOUNT_PARAMETERS:
            if {*query.get(name, ()), last.get(name, account)} - {account}:
                raise Forbidden(f"Access denied: {name} is not the account of the app key")

    def caller(self) -> str:
        """Return the caller's account; raises ``Unauthorised`` if it has not said who it is."""
        account = self._authorised().get("account")
        if not account:
            raise Unauthorised("Unauthorized access")
        return str(account)

    def caller_key(self) -> tuple[str, str]:
        """Return the caller's account and its app key."""
        return self.caller(), str(self._authorised()["principalId"])

    def _authorised(self) -> dict[str, Any]:
        """What the authorizer says of the caller; nothing where it was not asked."""
        return self.current_event.raw_event.get("requestContext", {}).get("authorizer") or {}

    def read(self, model: type[Model]) -> Model:
        """Return the request's body as ``model``."""
        return body.validate(model, self.read_json())

    def read_json(self) -> Any:
        """Return the request's body as JSON."""
        event = self.current_event.raw_event
        return body.parse(event.get("body"), is_base64=bool(event.get("isBase64Encoded")))

    def idempotency_key(self) -> str | None:
        """Return the request's ``Idempotency-Key``, None if it has none."""
        headers = {name.lower(): text for name, text in self.current_event.headers.items()}
        key = headers.get("idempotency-key")
        if key is not None and not _KEY.fullmatch(key):
            raise InvalidRequest(
                f"Idempotency-Key must have 1 to {MAX_KEY_LENGTH} characters, printable ASCII without spaces; "
                f"it has {len(key)}"
            )
        return key

    def query(self) -> dict[str, str]:
        """Return the query; raises ``InvalidRequest`` for a parameter that is there twice and says two things."""
        event = self.current_event.raw_event
        for name, values in sorted((event.get("multiValueQueryStringParameters") or {}).items()):
            if len(set(values)) > 1:
                raise InvalidRequest(f"{name[:80]}: is there more than once; send one value")
        return {name: str(value) for name, value in (event.get("queryStringParameters") or {}).items()}

    def list_query(self, *known: str) -> dict[str, str]:
        """Return the query of a list; raises ``InvalidRequest`` for a parameter that is not ``known``."""
        query = self.query()
        require_known(query, known)
        return query

    def query_id(self, name: str) -> str | None:
        """Return a query parameter that is an id, None if it is not there."""
        text = (self.current_event.query_string_parameters or {}).get(name)
        if text is not None and not _ID.fullmatch(text):
            raise InvalidRequest(f"{name}: must be 1 to 100 of A-Z a-z 0-9 . _ -; got {text[:80]}")
        return text

    def query_integer(self, name: str, default: int, low: int, high: int) -> int:
        """Return an integer query parameter within its limits."""
        text = (self.current_event.query_string_parameters or {}).get(name)
        if text is None:
            return default
        if not (text.isascii() and text.isdigit() and low <= int(text[:10]) <= high):
            raise InvalidRequest(f"{name}: must be an integer from {low} to {high}; got {text[:80]}")
        return int(text)

    def _answer_to(self, error: Exception) -> Response[str]:
        if isinstance(error, Refusal):
            headers = _LATER if isinstance(error, Busy) else {}
            return _error(error.status, error.published_code, error.message, headers)
        if isinstance(error, NotFoundError):
            return _error(404, "1404", "Route Not Found")
        if isinstance(error, Unavailable):
            self._logger.exception("table not reached")
            return _error(503, Busy.code, _TABLE_IS_AWAY, _LATER)
        self._logger.exception("request failed")
        return _error(500, "OMS500", "The service failed to answer; the request may be sent again")


def _rule(path: str) -> str:
    """A path of the table as the resolver writes it: ``{orderId}`` is handed on as ``order_id``."""
    return re.sub(r"{(\w+)}", lambda id_: f"<{_CAPITAL.sub(lambda letter: f'_{letter[0].lower()}', id_[1])}>", path)


def _know_no_broken_path(api: "Api", next_middleware: "NextMiddleware") -> Response[str]:
    """Answer 404 to a path with control characters or broken text: nothing has such an id."""
    if _BROKEN.search(api.current_event.raw_event.get("path") or ""):
        raise NotFoundError
    return next_middleware(api)


def answer(status: int, content: Any, headers: Mapping[str, str | list[str]] | None = None) -> Response[str]:
    """Return a JSON answer."""
    return Response(status, "application/json", json.dumps(content, separators=(",", ":")), headers)


def no_content(status: int = 204) -> Response[str]:
    """Return an empty answer."""
    return Response(status, body="")


def _error(status: int, code: str, message: str, headers: Mapping[str, str | list[str]] | None = None) -> Response[str]:
    return answer(status, {"error": {"code": code, "message": message, "exception": None}}, headers)
