"""One HTTP request that ends at its deadline whatever the other side does: httpx over a transport of our own (D70).

Redirects, proxies of the environment, cookies and content encodings do not exist here.
"""

import logging
from urllib.parse import urlsplit

import httpx

from settlement.connectors.answer import Answer, NoAnswer
from settlement.connectors.deadline_transport import AddressRule, AnswerTooLarge, DeadlineTransport, fault_of_name

Headers = list[tuple[str, str]]


class DeadlineHttp:
    """A client whose calls end at their deadline and never raise for what the other side does."""

    def __init__(self, address_rule: AddressRule | None = None) -> None:
        """Connect to nothing yet; ``address_rule`` is the transport's."""
        self._address_rule = address_rule
        self._client = httpx.Client(transport=DeadlineTransport(address_rule), trust_env=False, timeout=None)
        logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log each URL, beside the masking logger

    def get(self, url: str, headers: Headers, seconds: float) -> Answer | NoAnswer:
        """Ask for ``url`` and read the whole answer, at most 1 MB of it, within ``seconds`` in total."""
        return self._send("GET", url, headers, None, seconds)

    def post(self, url: str, headers: Headers, body: bytes, seconds: float) -> Answer | NoAnswer:
        """Send ``body`` and read the whole answer, at most 1 MB of it, within ``seconds`` in total."""
        return self._send("POST", url, headers, body, seconds)

    def unreachable(self, host: str, port: int, seconds: float) -> str | None:
        """Tell why a name would not be connected to, by where it leads now; None if it may be."""
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
    """Return path and query as they are written: httpx would resolve dots, so that an id could lead elsewhere."""
    parts = urlsplit(url.encode("ascii"))
    return (parts.path or b"/") + (b"?" + parts.query if parts.query else b"")


_NOT_HTTP = "the connector's address or keys have characters that HTTP does not take"
"""Without detail, which would be the key itself."""

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
"""What a failure is called, the first row that fits."""

_FAILURES = tuple(kind for kind, _ in _REASONS)


def _reason(failure: Exception, seconds: float) -> str:
    text = next(text for kind, text in _REASONS if isinstance(failure, kind))
    return text.format(seconds=seconds, detail=str(failure)[:300] or type(failure).__name__)
