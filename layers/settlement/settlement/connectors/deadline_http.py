"""HTTP requests that end at their deadline (D70), and whose failures are told in words, not raised."""

import httpcore

from settlement.connectors.answer import Answer, NoAnswer
from settlement.connectors.deadline_transport import (
    AddressRule,
    AnswerTooLarge,
    DeadlineTransport,
    Headers,
    fault_of_name,
)


class DeadlineHttp:
    """A client whose calls end at their deadline and never raise because of the other side."""

    def __init__(self, address_rule: AddressRule | None = None) -> None:
        """Create the client without connecting; ``address_rule`` is the transport's."""
        self._address_rule = address_rule
        self._transport = DeadlineTransport(address_rule)

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
            return self._transport.exchange(method, url, headers, body, seconds)
        except _FAILURES as failure:
            return NoAnswer(_reason(failure, seconds))


_NOT_HTTP = "the connector's address or keys have characters that HTTP does not take"
"""It has no detail, which could be the key itself."""

_REASONS: tuple[tuple[type[Exception], str], ...] = (
    (httpcore.ConnectTimeout, "no connection within {seconds:g} s"),
    (httpcore.TimeoutException, "no complete answer within {seconds:g} s"),
    (httpcore.ConnectError, "no connection: {detail}"),
    (AnswerTooLarge, "{detail}"),
    (httpcore.RemoteProtocolError, "the answer is cut short or is not HTTP: {detail}"),
    (httpcore.LocalProtocolError, _NOT_HTTP),
    (httpcore.NetworkError, "the connection broke: {detail}"),
    (OSError, "the connection broke: {detail}"),
    (ValueError, _NOT_HTTP),
)
"""Reasons of failures; the first matching row applies."""

_FAILURES = tuple(kind for kind, _ in _REASONS)


def _reason(failure: Exception, seconds: float) -> str:
    text = next(text for kind, text in _REASONS if isinstance(failure, kind))
    return text.format(seconds=seconds, detail=str(failure)[:300] or type(failure).__name__)
