"""HTTP requests that end at their deadline whatever the other side does: httpx over a transport of our own (D70).

It ignores redirects, proxies of the environment, cookies and content encodings.
"""

import logging
from urllib.parse import urlsplit

import httpx

from settlement.connectors.answer import Answer, NoAnswer
from settlement.connectors.deadline_transport import AddressRule, AnswerTooLarge, DeadlineTransport, fault_of_name

Headers = list[tuple[str, str]]


class DeadlineHttp:
    """A client whose calls end at their deadline and never raise because of the other side."""

    def __init__(self, address_rule: AddressRule | None = None) -> None:
        """Create the client without connecting; ``address_rule`` is the transport's."""
        self._address_rule = address_rule
        # Time-outs are the transport's: httpx's own, which begin anew with every byte, never reach it.
        self._client = httpx.Client(transport=DeadlineTransport(address_rule), trust_env=False)
        logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log each URL, beside the masking logger

    def get(self, url: str, headers: Headers, seconds: float) -> Answer | NoAnswer:
        """Send GET and return the whole response, of at most 1 MB, within ``seconds`` in total."""
        return self._send("GET", url, headers, None, seconds)

    def post(self, url: str, headers: Headers, body: bytes, seconds: float) -> Answer | NoAnswer:
        """Send POST and return the whole response, of at most 1 MB, within ``seconds`` in total."""
        return self._send("POST", url, headers, body, seconds)

    def unreachable(self, host: str, port: int, seconds: float) -> str | None:
        """Return why a host name is not allowed, by its current addresses; None if it is."""
        try:
            return fault_of_name(host, port, seconds, self._address_rule)
        except _FAILURES as failure:
            return _reason(failure, seconds)

    def _send(self, method: str, url: str, headers: Headers, body: bytes | None, seconds: float) -> Answer | NoAnswer:
        try:
            wire = [(name.encode("ascii"), value.encode("ascii")) for name, value in headers]
            extensions = {"seconds": seconds, "target": _target(url)}
            response = self._client.send(
                httpx.Request(method, url, headers=wire, content=body, extensions=extensions), follow_redirects=False
            )
        except _FAILURES as failure:
            return NoAnswer(_reason(failure, seconds))
        return Answer(response.status_code, response.content)


def _target(url: str) -> bytes:
    """Return path and query unchanged: httpx would resolve dots, and an id could change the path."""
    parts = urlsplit(url.encode("ascii"))
    return (parts.path or b"/") + (b"?" + parts.query if parts.query else b"")


_NOT_HTTP = "the connector's address or keys have characters that HTTP does not take"
"""It has no detail, which could be the key itself."""

_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (httpx.ConnectTimeout, "no connection within {seconds:g} s"),
    (httpx.TimeoutException, "no complete answer within {seconds:g} s"),
    (httpx.ConnectError, "no connection: {detail}"),
    (AnswerTooLarge, "{detail}"),
    (httpx.RemoteProtocolError, "the answer is cut short or is not HTTP: {detail}"),
    (httpx.LocalProtocolError, _NOT_HTTP),
    (httpx.NetworkError, "the connection broke: {detail}"),
    (OSError, "the connection broke: {detail}"),
    (httpx.InvalidURL, _NOT_HTTP),
    (ValueError, _NOT_HTTP),
)
"""Reasons of failures; the first matching row applies."""

_FAILURES = tuple(kind for kind, _ in _REASONS)


def _reason(failure: Exception, seconds: float) -> str:
    text = next(text for kind, text in _REASONS if isinstance(failure, kind))
    return text.format(seconds=seconds, detail=str(failure)[:300] or type(failure).__name__)
