"""The answers of docs/answers.md: what a connector sends, byte for byte where it matters, and what it means.

A payment of 100.00 BRL, of which 70.00 are asked for: settled, cancelled, refunded, or authorised.
"""

import gzip
import socket
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from settlement.connectors import exact_json
from settlement.domain.connectors.connector_calls import (
    Approved,
    Denied,
    Done,
    Manual,
    Refused,
    Undecided,
    Unknown,
)
from tests.contract.ppp.provider import Provider, Respond, answer, good, stall

Form = TypeVar("Form")

Outcome = Approved | Denied | Undecided | Done | Refused | Manual | Unknown


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an answer means, as the document says it, and how that shows."""

    words: str
    holds: Callable[[Outcome], bool]


def _done(value: int) -> Callable[[Outcome], bool]:
    return lambda outcome: isinstance(outcome, Done) and outcome.value == value and not outcome.exchange.remarks


def _told(value: int) -> Callable[[Outcome], bool]:
    return lambda outcome: isinstance(outcome, Done) and outcome.value == value and len(outcome.exchange.remarks) == 1


DONE = Meaning("done", _done(7000))
CORRECTED = Meaning("done, told on the timeline", _told(7000))
IN_PART = Meaning("done in part; the rest is asked for under a new id", _done(3000))
REPEATED = Meaning("effect unknown; the same call is repeated", lambda outcome: isinstance(outcome, Unknown))
DECLINED = Meaning(
    "declined, its code is shown; the same call is repeated",
    lambda outcome: isinstance(outcome, Unknown) and outcome.reason == "the connector declined: 51: no funds",
)
REFUSED = Meaning("refused at once", lambda outcome: isinstance(outcome, Refused))
BY_HAND = Meaning("a person has to do it", lambda outcome: isinstance(outcome, Manual))
APPROVED = Meaning("approved", lambda outcome: isinstance(outcome, Approved) and not outcome.exchange.remarks)
APPROVED_TOLD = Meaning(
    "approved, told on the timeline",
    lambda outcome: isinstance(outcome, Approved) and len(outcome.exchange.remarks) == 1,
)
DENIED = Meaning("denied", lambda outcome: isinstance(outcome, Denied))
UNDECIDED = Meaning("undecided; it is asked again", lambda outcome: isinstance(outcome, Undecided))

Sent = Callable[[Provider], Respond]


@dataclass(frozen=True, slots=True)
class Row:
    """One row: the call, the form of its answer, what is sent, and what that means."""

    call: str
    form: str
    sent: Sent | tuple[Sent, ...]
    meaning: Meaning

    @property
    def forms(self) -> tuple[Sent, ...]:
        """Every answer that the row stands for."""
        return self.sent if isinstance(self.sent, tuple) else (self.sent,)


GOOD = exact_json.write(good("settle")).encode()
LINE = b"HTTP/1.1 200 OK\r\n"


def _bytes(head: bytes, body: bytes = b"", *, closes: bool = False) -> Sent:
    """Send exactly this; with ``closes`` the end of the connection ends the body."""

    def respond(connection: socket.socket) -> None:
        connection.sendall(head + b"\r\n" + body)
        if closes:
            connection.shutdown(socket.SHUT_WR)

    return lambda _: respond


def _whole(body: bytes, headers: bytes = b"", before: bytes = b"") -> Sent:
    """Send a body with its length."""
    return _bytes(before + LINE + headers + b"Content-Length: %d\r\n" % len(body), body)


def _chunks(*chunks: bytes, end: bytes = b"0\r\n\r\n", extension: bytes = b"") -> Sent:
    parts = b"".join(b"%x%s\r\n%s\r\n" % (len(chunk), extension, chunk) for chunk in chunks)
    return _bytes(LINE + b"Transfer-Encoding: chunked\r\n", parts + end, closes=not end)


def _json(status: int, body: object) -> Sent:
    return lambda _: answer(status, body)


def _settled(**changes: object) -> Sent:
    return _json(200, good("settle", **changes))


def _written(value: str) -> Sent:
    """A settlement whose value is written like this."""
    return _json(200, exact_json.write(good("settle", value="@")).replace('"@"', value))


def _payment(http: int = 200, /, **changes: object) -> Sent:
    return _json(http, {"paymentId": "A41B77", "status": "approved", "authorizationId": "AUT1", **changes})


REFUSALS = (400, 402, 409, 410, 422)
_NO_WORD = _bytes(b"HTTP/1.1 501 X\r\nContent-Length: 0\r\n")


def _each(forms: tuple[Form, ...], sent: Callable[[Form], Sent]) -> tuple[Sent, ...]:
    return tuple(map(sent, forms))


def _redirect(status: int) -> Sent:
    return _bytes(b"HTTP/1.1 %d X\r\nLocation: /x\r\nContent-Length: 0\r\n" % status)


NOTHING = {"settleId": None, "value": 0, "code": "51", "message": "no funds"}

HTTP = [
    Row("settle", "a body with its length", _whole(GOOD), DONE),
    Row("settle", "in chunks", _chunks(GOOD[:9], GOOD[9:]), DONE),
    Row("settle", "in chunks with extensions", _chunks(GOOD[:9], GOOD[9:], extension=b";a=b;c"), DONE),
    Row("settle", "in chunks with trailers", _chunks(GOOD, end=b"0\r\nX-Checksum: 1\r\n\r\n"), DONE),
    Row("settle", "ended by the end of the connection", _bytes(LINE, GOOD, closes=True), DONE),
    Row("settle", "HTTP/1.0", _bytes(b"HTTP/1.0 200 OK\r\n", GOOD, closes=True), DONE),
    Row("settle", "after 100 Continue", _whole(GOOD, before=b"HTTP/1.1 100 Continue\r\n\r\n"), DONE),
    Row(
        "settle",
        "after 103 Early Hints",
        _whole(GOOD, before=b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n"),
        DONE,
    ),
    Row("settle", "without a reason phrase", _bytes(b"HTTP/1.1 200\r\nContent-Length: %d\r\n" % len(GOOD), GOOD), DONE),
    Row("settle", "names of headers in capitals", _whole(GOOD, b"CONTENT-TYPE: application/json\r\n"), DONE),
    Row("settle", "a header twice, a header without a value", _whole(GOOD, b"Via: a\r\nVia: b\r\nX-Empty:\r\n"), DONE),
    Row("settle", "a header in ISO 8859-1", _whole(GOOD, b"X-Name: S\xe3o Paulo\r\n"), DONE),
    Row("settle", "as `text/html`", _whole(GOOD, b"Content-Type: text/html\r\n"), DONE),
    Row("settle", "packed with gzip", _whole(gzip.compress(GOOD), b"Content-Encoding: gzip\r\n"), DONE),
    Row("settle", "packed with gzip, no header says so", _whole(gzip.compress(GOOD)), DONE),
    Row("settle", "plain, a header says gzip", _whole(GOOD, b"Content-Encoding: gzip\r\n"), DONE),
    Row("settle", "gzip cut short", _whole(gzip.compress(GOOD)[:-6]), REPEATED),
    Row("settle", "gzip with more behind it", _whole(gzip.compress(GOOD) * 2), REPEATED),
    Row("settle", "above 1,000,000 bytes once unpacked", _whole(gzip.compress(b" " * 1_000_001 + GOOD)), REPEATED),
    Row("settle", "above 1,000,000 bytes", _whole(b" " * 1_000_001 + GOOD), REPEATED),
    Row("settle", "shorter than its length", _bytes(LINE + b"Content-Length: 9999\r\n", GOOD, closes=True), REPEATED),
    Row("settle", "the last chunk missing", _chunks(GOOD, end=b""), REPEATED),
    Row("settle", "no HTTP", _bytes(b"220 mail.example ready", closes=True), REPEATED),
    Row("settle", "nothing", lambda provider: stall(provider), REPEATED),
    Row("settle", "204 without a body", _bytes(b"HTTP/1.1 204 No Content\r\n"), REPEATED),
    Row("settle", "302, 307, 308", _each((302, 307, 308), _redirect), REPEATED),
]
TEXT = [
    Row("settle", "with a byte order mark", _whole(b"\xef\xbb\xbf" + GOOD), DONE),
    Row("settle", "among white space", _whole(b"\r\n  " + GOOD + b"\n\n"), DONE),
    Row("settle", "UTF-16 with its mark", _whole(GOOD.decode().encode("utf-16")), CORRECTED),
    Row(
        "settle",
        "ISO 8859-1",
        _whole(exact_json.write(good("settle", message="@")).replace("@", "cartão").encode("iso-8859-1")),
        CORRECTED,
    ),
    Row("settle", "an HTML page", _whole(b"<html>busy</html>"), REPEATED),
    Row("settle", "an empty body", _whole(b""), REPEATED),
    Row("settle", "a list, a text, `null`", (_whole(b"[]"), _whole(b'"ok"'), _whole(b"null")), REPEATED),
    Row("settle", "two objects one after the other", _whole(GOOD + GOOD), REPEATED),
    Row("settle", "keys that nobody asked for", _settled(extra={"a": [1]}), DONE),
    Row("settle", "a key twice with one value", _whole(GOOD[:-1] + b',"settleId":"ID-1"}'), DONE),
    Row("settle", "a needed key twice with two values", _whole(GOOD[:-1] + b',"settleId":"ID-2"}'), REPEATED),
]
MOVEMENTS = [
    Row(
        "settle", "201 or 202 with a whole body", _each((201, 202), lambda status: _json(status, good("settle"))), DONE
    ),
    Row("settle", "the ids of the request missing", _settled(paymentId=None, requestId=None), DONE),
    Row("settle", "the ids in other letters", _settled(paymentId="a41b77", requestId="req-1"), DONE),
    Row("settle", "another `requestId`", _settled(requestId="REQ-2"), REPEATED),
    Row("settle", "a smaller `value`", _settled(value=Decimal("30.0")), IN_PART),
    Row("settle", "`value` 69.99999999999999", _written("69.99999999999999"), CORRECTED),
    Row("settle", '`value` as the text `"70.00"`', _written('"70.00"'), CORRECTED),
    Row("settle", "`value` 69.995", _written("69.995"), REPEATED),
    Row("settle", '`value` as the text `"70,00"`', _written('"70,00"'), REPEATED),
    Row("settle", "a larger `value`", _settled(value=Decimal("70.01")), REPEATED),
    Row("settle", "`value` in cents", _settled(value=7000), REPEATED),
    Row("settle", "an id and `value` 0", _settled(value=0), REPEATED),
    Row("settle", "an id and no `value`", _settled(value=None), REPEATED),
    Row("settle", "no `settleId` and `value` 70.00", _settled(settleId=None), REPEATED),
    Row("settle", "200, `settleId` null, `value` 0, a code", _settled(**NOTHING), DECLINED),
    Row("settle", "200, `settleId` empty, `value` 0.00, a code", _settled(**NOTHING | {"settleId": ""}), DECLINED),
    Row(
        "settle",
        '200, `settleId` null, `value` the text `"0.00"`, `"0,00"` or another zero, a code',
        _each(("0.00", "0,00", "-0.00", ".00", "0e0", "+0"), lambda zero: _settled(**NOTHING | {"value": zero})),
        DECLINED,
    ),
    Row("settle", "200, `settleId` and `value` null, a code", _settled(**NOTHING | {"value": None}), DECLINED),
    Row("settle", "500, `settleId` null, `value` 0, a code", _json(500, good("settle", **NOTHING)), REPEATED),
    Row("settle", "500 and an id", _json(500, good("settle")), REPEATED),
    Row("settle", "code `already-settled`", _json(400, good("settle", settleId=None, code="already-settled")), DONE),
    Row(
        "settle",
        "400, 402, 409, 410, 422 with a code",
        _each(REFUSALS, lambda status: _json(status, good("settle", **NOTHING))),
        REFUSED,
    ),
    Row("settle", "400 with a code and an id", _json(400, good("settle", code="limit")), REPEATED),
    Row("settle", "404 with a code", _json(404, {"code": "unknown-payment"}), REFUSED),
    Row("settle", "404 with a message only", _json(404, {"message": "no such page"}), REPEATED),
    Row(
        "settle",
        "401, 403, 408, 429",
        _each((401, 403, 408, 429), lambda status: _json(status, {"code": "slow-down", "message": "later"})),
        REPEATED,
    ),
    Row("settle", "502, 503, 504", _each((502, 503, 504), lambda status: _json(status, {"message": "busy"})), REPEATED),
    Row("settle", "501", _json(501, {"message": "not implemented"}), REPEATED),
    Row("cancel", "an id, `value` or none", (_json(200, good("cancel")), _json(200, good("cancel", value=70))), DONE),
    Row(
        "cancel",
        "200, `cancellationId` null, a code",
        _json(200, good("cancel", cancellationId=None, code="51", message="no funds")),
        DECLINED,
    ),
    Row("cancel", "501, with or without a body", (_NO_WORD, _json(501, {"code": "no"})), BY_HAND),
    Row("cancel", "code `cancel-manually`", _json(200, {"code": "cancel-manually"}), BY_HAND),
    Row("cancel", "code `already-cancelled`", _json(422, {"code": "already-cancelled"}), DONE),
    Row("refund", "a smaller `value`", _json(200, good("refund", value=30)), IN_PART),
    Row(
        "refund",
        "200, `refundId` null, `value` 0, a code",
        _json(200, good("refund", refundId=None, value=0, code="51", message="no funds")),
        DECLINED,
    ),
    Row("refund", "501, with or without a body", (_NO_WORD, _json(501, {"refundId": " "})), BY_HAND),
    Row("refund", "code `refund-manually` under any status", _json(500, {"code": "refund_manually"}), BY_HAND),
    Row("refund", "code `refund-manually` and an id", _json(200, good("refund", code="refund-manually")), REPEATED),
]
PAYMENTS = [
    Row("create", "`status` `approved`", _payment(), APPROVED),
    Row("create", "`status` `Approved`", _payment(status="Approved"), APPROVED_TOLD),
    Row("create", "approved with `maxValue` as a text", _payment(maxValue="120.00"), APPROVED_TOLD),
    Row("create", "approved with an unusable `delayToAutoSettle`", _payment(delayToAutoSettle=-1), APPROVED_TOLD),
    Row("create", "`status` `denied`", _payment(status="denied", code="51"), DENIED),
    Row("create", "`status` `undefined`", _payment(status="undefined"), UNDECIDED),
    Row("create", "a status that the protocol does not have", _payment(status="pending"), REPEATED),
    Row("create", "200 without a status", _payment(status=None), REPEATED),
    Row(
        "create",
        "400, 402, 409, 410, 422 with a code",
        _each(REFUSALS, lambda status: _payment(status, status="denied", authorizationId=None, code="51")),
        REFUSED,
    ),
    Row("create", "400 and `status` `approved`", _payment(400, code="51"), REPEATED),
    Row("create", "another `paymentId`", _payment(paymentId="B1"), REPEATED),
    Row("create", "500", _json(500, {"code": "down"}), REPEATED),
]
SECTIONS = {"HTTP": HTTP, "Text": TEXT, "Settle, cancel, refund": MOVEMENTS, "Create": PAYMENTS}
