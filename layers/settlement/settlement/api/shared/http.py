"""HTTP as API Gateway hands it to a function: the request, the handler its path leads to, and the answer.

Powertools' resolver would load the classes of every service's events, a fifth of a cold start (D126).
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from typing import Any
from urllib.parse import urlsplit

from settlement.values import dataclass

_ID = re.compile(r"[-._~()'!*:@,;=+&$%<> \[\]{}|^\w]+")
"""What stands for an id in a path: no slash, quotation mark or control character."""

_PARAMETER = re.compile(r"{(\w+)}")
_CAPITAL = re.compile("[A-Z]")


@dataclass(frozen=True, slots=True)
class Request:
    """A proxy event of a REST API."""

    event: Mapping[str, Any]

    @property
    def method(self) -> str:
        """The method, in capitals."""
        return str(self.event["httpMethod"]).upper()

    @property
    def path(self) -> str:
        """The path, without the stage."""
        return str(self.event["path"])

    @property
    def body(self) -> str | None:
        """The body as it was handed over, None if there is none."""
        return self.event.get("body")

    @property
    def is_base64(self) -> bool:
        """Whether the body is in base64."""
        return bool(self.event.get("isBase64Encoded"))

    @property
    def query(self) -> Mapping[str, str]:
        """The parameters of the query, of repeated ones the last."""
        return self.event.get("queryStringParameters") or {}

    @property
    def whole_query(self) -> Mapping[str, list[str]]:
        """The parameters of the query with all of their values."""
        return self.event.get("multiValueQueryStringParameters") or {}

    @property
    def address(self) -> str:
        """Scheme, host and what stands before the routes: the stage, or the base path of a custom domain.

        A proxy before the API, such as the local stack's, tells its own by ``X-Forwarded-Proto`` and ``-Prefix``.
        """
        context = self.event.get("requestContext") or {}
        host = self.header("host") or context.get("domainName", "")
        path, whole = self.path, context.get("path") or self.path
        before = self.header("x-forwarded-prefix")
        if before is None:
            before = whole.removesuffix(path) if whole.endswith(path) else ""
        return f"{self.header('x-forwarded-proto') or 'https'}://{host}{before.rstrip('/')}"

    @property
    def prefix(self) -> str:
        """What stands before the routes behind the host: empty, or begins with a slash."""
        return urlsplit(self.address).path

    @property
    def authorised(self) -> Mapping[str, Any]:
        """What the authorizer says of the caller; nothing where it was not asked."""
        return self.event.get("requestContext", {}).get("authorizer") or {}

    def header(self, name: str) -> str | None:
        """Return a header by its name in small letters, None if it is not there."""
        headers = self.event.get("headers") or {}
        return next((text for known, text in headers.items() if known.lower() == name), None)


@dataclass(frozen=True, slots=True)
class Response:
    """An answer; a header may have several values."""

    status_code: int
    content_type: str | None = None
    body: str = ""
    headers: Mapping[str, str | list[str]] = field(default_factory=dict)

    def as_result(self) -> dict[str, Any]:
        """Return the answer as the function's result."""
        headers = dict(self.headers)
        if self.content_type is not None:
            headers.setdefault("Content-Type", self.content_type)
        return {
            "statusCode": self.status_code,
            "body": self.body,
            "isBase64Encoded": False,
            "multiValueHeaders": {
                name: [value] if isinstance(value, str) else list(value) for name, value in headers.items()
            },
        }


Handler = Callable[..., Response]


class Routes:
    """Handlers by method and path; ``{orderId}`` in a path stands for an id, handed on as ``order_id``."""

    def __init__(self) -> None:
        self._handlers: list[tuple[str, list[str], Handler]] = []

    def add(self, method: str, path: str, handler: Handler) -> None:
        """Bind a handler to a method and path."""
        self._handlers.append((method.upper(), path.split("/"), handler))

    def find(self, method: str, path: str) -> tuple[Handler, dict[str, str]] | None:
        """Return the handler of a path and the ids in it, None if there is none; slashes at its end do not count.

        A path without ids wins over one with some.
        """
        segments = path.rstrip("/").split("/")
        return min(self._fitting(method, segments), key=lambda fit: bool(fit[1]), default=None)

    def _fitting(self, method: str, segments: list[str]) -> Iterator[tuple[Handler, dict[str, str]]]:
        for known, pattern, handler in self._handlers:
            if known == method and len(pattern) == len(segments):
                ids = _ids(pattern, segments)
                if ids is not None:
                    yield handler, ids


def _ids(pattern: list[str], segments: list[str]) -> dict[str, str] | None:
    """Return the ids in a path by their names, None if it does not fit the pattern."""
    ids = {}
    for expected, segment in zip(pattern, segments, strict=True):
        parameter = _PARAMETER.fullmatch(expected)
        if parameter is None:
            if expected != segment:
                return None
        elif _ID.fullmatch(segment):
            ids[_CAPITAL.sub(lambda letter: f"_{letter[0].lower()}", parameter[1])] = segment
        else:
            return None
    return ids
