"""The outcome of every response of the Payment Provider Protocol (C§4, C§7.10, C§9.23).

The first matching row applies; "2xx" are 200, 201 and 202:

===============  ============================================  ========================================
status           body                                          outcome
===============  ============================================  ========================================
501              cancel, refund; no JSON object, no id in it   Manual
any              not a JSON object                             Unknown
any              a needed key twice with different values      Unknown
any              echoes another paymentId or requestId         Unknown
2xx, 4xx*, 500   movement; code "already done"                 Done: its value, else the value asked
any but 3xx      cancel, refund; manual code, no id            Manual
any but 3xx      cancel, refund; manual code and an id         Unknown: it contradicts itself
2xx              create; status approved, denied, undefined    Approved, Denied, Undecided
2xx              settle, refund; id, and 0 < value <= asked    Done: the value answered
2xx              movement; no id, value 0 or none, a code      Unknown: declined, to be repeated
2xx              cancel; id                                    Done: the value asked
501              cancel, refund; no id                         Manual
2xx              inbound; responseData, whole                  Relayed
4xx*             a refusal; no id, not approved or undefined   Refused
any              anything else                                 Unknown
===============  ============================================  ========================================

4xx* are 400, 402, 404, 409, 410 and 422. A refusal has a ``code``, ``message`` or ``status``. A 404 must have a
``code`` or echo the ``requestId``: web servers and gateways answer 404 with a ``message`` of their own for a wrong
address, and a refusal makes the value available again. "Already done" counts only for the same kind of movement: a
settlement refused as already cancelled is Refused (C§7.22). "Id" is the id of the requested movement; a refusal can
echo other fields of its request. A blank id counts as none.

Corrected values (the noise of binary floats, a text for a number, a status in capitals) and unusable ones are remarks
of the outcome's exchange.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeVar

from settlement.connectors.ppp_fields import (
    MAX_DELAY_SECONDS,
    Fields,
    ambiguous,
    described,
    identifier,
    is_blank,
    is_zero,
    text,
)
from settlement.connectors.ppp_payment_answer import MAX_AUTO_SETTLE_SECONDS, payment_answer
from settlement.connectors.ppp_reading import Reading
from settlement.domain.connectors.connector_calls import (
    Approved,
    AuthorisationOutcome,
    Denied,
    Done,
    InboundOutcome,
    Manual,
    MovementOutcome,
    Refused,
    Relayed,
    Undecided,
    Unknown,
)
from settlement.domain.connectors.exchange import Exchange
from settlement.domain.money import display
from settlement.values import dataclass

Read = TypeVar("Read", bound=AuthorisationOutcome | MovementOutcome | InboundOutcome)

MANUAL_CODES = frozenset({"cancel-manually", "refund-manually"})
NOT_IMPLEMENTED = 501

_CONTENT_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(;[\x20-\x7e]*)?")
"""A content type of RFC 9110, with any parameters."""

_ANY_SIGN = ("code", "message", "status")
_REFUSAL_SIGNS: Mapping[int, tuple[str, ...]] = {
    400: _ANY_SIGN,
    402: _ANY_SIGN,
    404: ("code", "requestId"),
    409: _ANY_SIGN,
    410: _ANY_SIGN,
    422: _ANY_SIGN,
}
"""Statuses that can be a refusal; one of the fields is required."""

_SUCCESS = frozenset({200, 201, 202})
_REDIRECTS = range(300, 400)
_STATUSES_OF_ALREADY_DONE = _SUCCESS | frozenset({500, *_REFUSAL_SIGNS})

_READ_OF_MOVEMENTS = ("paymentId", "requestId", "code", "message", "status")
_READ_OF_INBOUNDS = (*_READ_OF_MOVEMENTS, "responseData")
_READ_OF_AUTHORISATIONS = (
    *("paymentId", "status", "authorizationId", "tid", "nsu", "code", "message", "paymentUrl", "redirectUrl"),
    *("delayToAutoSettle", "delayToCancel", "maxValue"),
)
"""The fields that decide an outcome."""


@dataclass(frozen=True, slots=True)
class ProtocolCall:
    """One kind of movement: its path and the fields of its response; ``by_hand`` is True if a person may do it."""

    route: str
    id_field: str
    echoes_value: bool
    by_hand: bool
    already_done_codes: frozenset[str]


SETTLEMENT = ProtocolCall(
    route="settlements",
    id_field="settleId",
    echoes_value=True,
    by_hand=False,
    already_done_codes=frozenset({"already-settled", "already-captured"}),
)
CANCELLATION = ProtocolCall(
    route="cancellations",
    id_field="cancellationId",
    echoes_value=False,
    by_hand=True,
    already_done_codes=frozenset({"already-cancelled", "already-canceled", "already-voided"}),
)
REFUND = ProtocolCall(
    route="refunds",
    id_field="refundId",
    echoes_value=True,
    by_hand=True,
    already_done_codes=frozenset({"already-refunded"}),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The request that a movement's response is compared with; ``value`` in minor units."""

    movement: ProtocolCall
    payment_id: str
    request_id: str
    value: int
    currency: str


def authorisation_outcome(
    payment_id: str, currency: str, status: int, body: bytes, exchange: Exchange
) -> AuthorisationOutcome:
    """Return the outcome of a response to create payment, by the table of this module."""
    try:
        reading = Reading(body)
    except ValueError as failure:
        return Unknown(exchange, f"{failure} (status {status})")
    return _remarked(reading, _told(reading, _authorisation(payment_id, currency, status, reading, exchange)))


def movement_outcome(asked: Asked, status: int, body: bytes, exchange: Exchange) -> MovementOutcome:
    """Return the outcome of a response to a settlement, cancellation or refund, by the table of this module."""
    movement = asked.movement
    try:
        reading = Reading(body)
    except ValueError as failure:
        if status == NOT_IMPLEMENTED and movement.by_hand and movement.id_field.encode() not in body:
            return Manual(replace(exchange, remarks=(f"{failure}; the status says that a person has to do it",)))
        return Unknown(exchange, f"{failure} (status {status})")
    return _remarked(reading, _movement(asked, status, reading, exchange))


def inbound_outcome(payment_id: str, request_id: str, status: int, body: bytes, exchange: Exchange) -> InboundOutcome:
    """Return the outcome of a response to an inbound request, by the table of this module."""
    try:
        reading = Reading(body)
    except ValueError as failure:
        return Unknown(exchange, f"{failure} (status {status})")
    return _remarked(reading, _inbound(payment_id, request_id, status, reading, exchange))


def _authorisation(
    payment_id: str, currency: str, status: int, reading: Reading, exchange: Exchange
) -> AuthorisationOutcome:
    if fault := ambiguous(reading.fields, _READ_OF_AUTHORISATIONS) or reading.other_echo(paymentId=payment_id):
        return Unknown(exchange, fault)
    state = reading.state()
    if status in _SUCCESS:
        read = _AUTHORISATIONS.get(state or "")
        if read is None:
            shown = described(reading.fields.get("status"))
            return Unknown(exchange, f"the status is {shown}, which the protocol does not have")
        return read(reading, currency, exchange)
    approving = state in ("approved", "undefined") or identifier(reading.fields.get("authorizationId"))
    if _is_refusal(status, reading.fields) and not approving:
        return Refused(exchange, *reading.words())
    return Unknown(exchange, _said(status, reading))


def _movement(asked: Asked, status: int, reading: Reading, exchange: Exchange) -> MovementOutcome:
    movement = asked.movement
    read = (*_READ_OF_MOVEMENTS, movement.id_field, *(("value",) if movement.echoes_value else ()))
    fault = ambiguous(reading.fields, read)
    if fault := fault or reading.other_echo(paymentId=asked.payment_id, requestId=asked.request_id):
        return Unknown(exchange, fault)
    code = _code(reading.fields)
    if status in _STATUSES_OF_ALREADY_DONE and code in movement.already_done_codes:
        return _already_done(asked, reading, exchange)
    written = reading.fields.get(movement.id_field)
    has_id = not is_blank(written) and written is not False
    is_by_hand = movement.by_hand and code in MANUAL_CODES and status not in _REDIRECTS
    if is_by_hand and has_id:
        return Unknown(exchange, f"the answer says {code} and yet has the id {described(written)}")
    if is_by_hand or (status == NOT_IMPLEMENTED and movement.by_hand and not has_id):
        return Manual(exchange, *reading.words())
    if status in _SUCCESS:
        return _success(asked, status, reading, exchange)
    if not has_id and _is_refusal(status, reading.fields):
        return Refused(exchange, *reading.words())
    return Unknown(exchange, _said(status, reading))


def _inbound(payment_id: str, request_id: str, status: int, reading: Reading, exchange: Exchange) -> InboundOutcome:
    fault = ambiguous(reading.fields, _READ_OF_INBOUNDS)
    if fault := fault or reading.other_echo(paymentId=payment_id, requestId=request_id):
        return Unknown(exchange, fault)
    if status in _SUCCESS:
        return _relayed(reading.fields.get("responseData"), reading.words(), exchange)
    if reading.fields.get("responseData") is None and _is_refusal(status, reading.fields):
        return Refused(exchange, *reading.words())
    return Unknown(exchange, _said(status, reading))


def _relayed(answer: object, words: tuple[str | None, str | None], exchange: Exchange) -> InboundOutcome:
    if not isinstance(answer, dict):
        return Unknown(exchange, "responseData is missing")
    status_code, content_type, content = (answer.get(key) for key in ("statusCode", "contentType", "content"))
    if isinstance(status_code, bool) or not isinstance(status_code, int) or not 200 <= status_code <= 599:
        shown = text(status_code)
        return Unknown(exchange, f"responseData.statusCode is {shown}, not an HTTP status from 200 to 599")
    if not isinstance(content_type, str) or not isinstance(content, str):
        return Unknown(exchange, "responseData.contentType and responseData.content are not both text")
    if not _CONTENT_TYPE.fullmatch(content_type):
        return Unknown(exchange, "responseData.contentType is not a content type")
    return Relayed(exchange, status_code, content_type, content, *words)


def _success(asked: Asked, status: int, reading: Reading, exchange: Exchange) -> MovementOutcome:
    movement = asked.movement
    reference = reading.identifier(movement.id_field)
    if reference is None and _declines(movement, reading):
        return Unknown(exchange, ": ".join(["the connector declined", *filter(None, reading.words())]))
    if reference is None:
        id_field, written = movement.id_field, reading.fields.get(movement.id_field)
        shown = "missing" if is_blank(written) else f"{described(written)}, not an id of at most 255 characters"
        return Unknown(exchange, f"{id_field} is {shown}; {_said(status, reading)}")
    if not movement.echoes_value:
        return Done(exchange, asked.value, reference, *reading.words())
    try:
        value = reading.amount("value", asked.currency)
    except ValueError as failure:
        return Unknown(exchange, str(failure))
    if not 0 < value <= asked.value:
        shown, most = described(reading.fields["value"]), display(asked.value, asked.currency)
        fault = f"value is {shown}, not an amount above zero and at most the {most} asked"
        return Unknown(exchange, ": ".join([fault, *filter(None, reading.words())]))
    return Done(exchange, value, reference, *reading.words())


def _declines(movement: ProtocolCall, reading: Reading) -> bool:
    """Return True for a failure as the protocol writes it: no id, a value of zero if it has one, and a code.

    The protocol has such calls repeated, under whatever status they come (C§4.3 to C§4.5).
    """
    moved_nothing = not movement.echoes_value or is_zero(reading.fields.get("value"))
    return (
        is_blank(reading.fields.get(movement.id_field)) and moved_nothing and not is_blank(reading.fields.get("code"))
    )


def _already_done(asked: Asked, reading: Reading, exchange: Exchange) -> Done:
    value = reading.amount_or_none("value", asked.currency) if asked.movement.echoes_value else None
    certain = value if value is not None and 0 < value <= asked.value else asked.value
    reference = reading.identifier(asked.movement.id_field) or asked.request_id
    return Done(exchange, certain, reference, *reading.words())


def _approved(reading: Reading, currency: str, exchange: Exchange) -> Approved:
    """Read an approval; ``delayToCancel`` no longer applies, so it is checked and not returned."""
    reading.seconds("delayToCancel", MAX_DELAY_SECONDS)
    code, message = reading.words()
    return Approved(
        exchange=exchange,
        authorization_id=reading.identifier("authorizationId"),
        tid=reading.identifier("tid"),
        nsu=reading.identifier("nsu"),
        delay_to_auto_settle_seconds=reading.seconds("delayToAutoSettle", MAX_AUTO_SETTLE_SECONDS),
        max_value=reading.ceiling("maxValue", currency),
        code=code,
        message=message,
    )


def _denied(reading: Reading, currency: str, exchange: Exchange) -> Denied:
    return Denied(exchange, *reading.words())


def _undecided(reading: Reading, currency: str, exchange: Exchange) -> Undecided:
    code, message = reading.words()
    return Undecided(
        exchange=exchange,
        tid=reading.identifier("tid"),
        delay_to_cancel_seconds=reading.seconds("delayToCancel", MAX_DELAY_SECONDS),
        code=code,
        message=message,
    )


_AUTHORISATIONS: Mapping[str, Callable[[Reading, str, Exchange], AuthorisationOutcome]] = {
    "approved": _approved,
    "denied": _denied,
    "undefined": _undecided,
}


def _remarked(reading: Reading, outcome: Read) -> Read:
    """Return the outcome with the remarks of its reading and, if it is usable, what the connector asks to get back."""
    metadata = None if isinstance(outcome, Unknown) else reading.metadata()
    return replace(outcome, exchange=replace(outcome.exchange, remarks=reading.remarks, metadata=metadata))


def _told(reading: Reading, outcome: AuthorisationOutcome) -> AuthorisationOutcome:
    """Return the outcome with what a usable answer tells of the payment."""
    answered = None if isinstance(outcome, Unknown) else payment_answer(reading)
    return replace(outcome, exchange=replace(outcome.exchange, answered=answered))


def _code(fields: Fields) -> str:
    return (text(fields.get("code")) or "").lower().replace("_", "-").replace(" ", "-")


def _is_refusal(status: int, fields: Fields) -> bool:
    return any(not is_blank(fields.get(sign)) for sign in _REFUSAL_SIGNS.get(status, ()))


def _said(status: int, reading: Reading) -> str:
    return ": ".join([f"the connector answered {status}", *filter(None, reading.words())])
