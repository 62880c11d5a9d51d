"""What an answer of the Payment Provider Protocol means: one for each, however odd (contract §4, §7 row 10).

The first row that fits decides:

===============  ============================================  ========================================
status           body                                          outcome
===============  ============================================  ========================================
any              not a JSON object, a key twice, NaN           Unknown
any              echoes another paymentId or requestId         Unknown
200, 4xx*, 500   movement; code says it is already done        Done: what it says, else what was asked
200              create; status approved, denied, undefined    Approved, Denied, Undecided
200              cancel, refund; manual code, no id            Manual
200              cancel, refund; manual code and an id         Unknown: it contradicts itself
200              settle, refund; id, and 0 < value <= asked    Done: the value answered
200              cancel; id                                    Done: the value asked
501              cancel, refund; no id                         Manual
200              inbound; responseData, whole                  Relayed
4xx*             a refusal; no id, not approved or undefined   Refused
any              anything else                                 Unknown
===============  ============================================  ========================================

4xx* are 400, 402, 404, 409, 410 and 422. A refusal has a ``code``, ``message`` or ``status``; a 404 must
have a ``code`` or echo the ``requestId``, since web servers and gateways answer 404 with a ``message`` of
their own for an address that is wrong, and a refusal gives the value free. "Already done" counts only for
the same kind of movement: a settlement refused as already cancelled is Refused (KI 760458). "Id" is the id
of the movement asked for: a refusal may well echo other fields of its request.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from settlement.connectors.ppp_fields import Fields, amount, identifier, read_object, seconds, text
from settlement.domain.connector_calls import (
    Approved,
    AuthorisationOutcome,
    Denied,
    Done,
    Exchange,
    InboundOutcome,
    Manual,
    MovementOutcome,
    Refused,
    Relayed,
    Undecided,
    Unknown,
)

_CONTENT_TYPE = re.compile(r"[A-Za-z0-9!#$&^_.+-]+/[A-Za-z0-9!#$&^_.+-]+(;[\x20-\x7e]*)?")
"""As RFC 9110 has it, with whatever parameters."""

_ANY_SIGN = ("code", "message", "status")
_REFUSAL_SIGNS: Mapping[int, tuple[str, ...]] = {
    400: _ANY_SIGN,
    402: _ANY_SIGN,
    404: ("code", "requestId"),
    409: _ANY_SIGN,
    410: _ANY_SIGN,
    422: _ANY_SIGN,
}
"""Which statuses can be a refusal, and the fields of which one must be there."""

_STATUSES_OF_ALREADY_DONE = frozenset({200, 500, *_REFUSAL_SIGNS})


@dataclass(frozen=True, slots=True)
class Movement:
    """One kind of movement: where it is asked for and how it is answered."""

    route: str
    id_field: str
    echoes_value: bool
    manual_code: str | None
    already_done_codes: frozenset[str]


SETTLEMENT = Movement(
    route="settlements",
    id_field="settleId",
    echoes_value=True,
    manual_code=None,
    already_done_codes=frozenset({"already-settled", "already-captured"}),
)
CANCELLATION = Movement(
    route="cancellations",
    id_field="cancellationId",
    echoes_value=False,
    manual_code="cancel-manually",
    already_done_codes=frozenset({"already-cancelled", "already-canceled", "already-voided"}),
)
REFUND = Movement(
    route="refunds",
    id_field="refundId",
    echoes_value=True,
    manual_code="refund-manually",
    already_done_codes=frozenset({"already-refunded"}),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a movement's answer is held against; ``value`` in minor units."""

    movement: Movement
    payment_id: str
    request_id: str
    value: int
    currency: str


def authorisation_outcome(
    payment_id: str, currency: str, status: int, body: bytes, exchange: Exchange
) -> AuthorisationOutcome:
    """Read the answer to create payment by the table of this module."""
    try:
        fields = read_object(body)
    except ValueError as failure:
        return Unknown(exchange, f"{failure} (status {status})")
    if echo := _other_echo(fields, paymentId=payment_id):
        return Unknown(exchange, echo)
    state = fields.get("status")
    if status == 200:
        read = _AUTHORISATIONS.get(state) if isinstance(state, str) else None
        if read is None:
            return Unknown(exchange, f"the status is {text(state)}, which the protocol does not have")
        return read(fields, currency, exchange)
    approving = state in ("approved", "undefined") or identifier(fields.get("authorizationId"))
    if _is_refusal(status, fields) and not approving:
        return Refused(exchange, text(fields.get("code")), text(fields.get("message")))
    return Unknown(exchange, _said(status, fields))


def movement_outcome(asked: Asked, status: int, body: bytes, exchange: Exchange) -> MovementOutcome:
    """Read the answer to a settlement, cancellation or refund by the table of this module."""
    try:
        fields = read_object(body)
    except ValueError as failure:
        return Unknown(exchange, f"{failure} (status {status})")
    if echo := _other_echo(fields, paymentId=asked.payment_id, requestId=asked.request_id):
        return Unknown(exchange, echo)
    if status in _STATUSES_OF_ALREADY_DONE and _code(fields) in asked.movement.already_done_codes:
        return _already_done(asked, fields, exchange)
    if status == 200:
        return _success(asked, fields, exchange)
    if identifier(fields.get(asked.movement.id_field)) is None:
        words = text(fields.get("code")), text(fields.get("message"))
        if status == 501 and asked.movement.manual_code:
            return Manual(exchange, *words)
        if _is_refusal(status, fields):
            return Refused(exchange, *words)
    return Unknown(exchange, _said(status, fields))


def inbound_outcome(payment_id: str, request_id: str, status: int, body: bytes, exchange: Exchange) -> InboundOutcome:
    """Read the answer to an inbound request by the table of this module."""
    try:
        fields = read_object(body)
    except ValueError as failure:
        return Unknown(exchange, f"{failure} (status {status})")
    if echo := _other_echo(fields, paymentId=payment_id, requestId=request_id):
        return Unknown(exchange, echo)
    words = text(fields.get("code")), text(fields.get("message"))
    if status == 200:
        return _relayed(fields.get("responseData"), words, exchange)
    if fields.get("responseData") is None and _is_refusal(status, fields):
        return Refused(exchange, *words)
    return Unknown(exchange, _said(status, fields))


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


def _success(asked: Asked, fields: Fields, exchange: Exchange) -> MovementOutcome:
    movement = asked.movement
    words = text(fields.get("code")), text(fields.get("message"))
    reference = identifier(fields.get(movement.id_field))
    if movement.manual_code and _code(fields) == movement.manual_code:
        if reference is not None:
            return Unknown(exchange, f"the answer says {movement.manual_code} and yet has the id {reference}")
        return Manual(exchange, *words)
    if reference is None:
        return Unknown(exchange, f"{movement.id_field} is missing; {_said(200, fields)}")
    if not movement.echoes_value:
        return Done(exchange, asked.value, reference, *words)
    value = amount(fields.get("value"), asked.currency)
    if value is None or not 0 < value <= asked.value:
        shown = text(fields.get("value"))
        return Unknown(exchange, f"value is {shown}, not an amount above zero and at most what was asked")
    return Done(exchange, value, reference, *words)


def _already_done(asked: Asked, fields: Fields, exchange: Exchange) -> Done:
    value = amount(fields.get("value"), asked.currency) if asked.movement.echoes_value else None
    certain = value if value is not None and 0 < value <= asked.value else asked.value
    reference = identifier(fields.get(asked.movement.id_field)) or asked.request_id
    return Done(exchange, certain, reference, text(fields.get("code")), text(fields.get("message")))


def _approved(fields: Fields, currency: str, exchange: Exchange) -> Approved:
    max_value = amount(fields.get("maxValue"), currency)
    return Approved(
        exchange=exchange,
        authorization_id=identifier(fields.get("authorizationId")),
        tid=identifier(fields.get("tid")),
        nsu=identifier(fields.get("nsu")),
        delay_to_auto_settle_seconds=seconds(fields.get("delayToAutoSettle")),
        delay_to_cancel_seconds=seconds(fields.get("delayToCancel")),
        max_value=max_value if max_value is not None and max_value > 0 else None,
        code=text(fields.get("code")),
        message=text(fields.get("message")),
    )


def _denied(fields: Fields, currency: str, exchange: Exchange) -> Denied:
    return Denied(exchange, text(fields.get("code")), text(fields.get("message")))


def _undecided(fields: Fields, currency: str, exchange: Exchange) -> Undecided:
    return Undecided(
        exchange=exchange,
        tid=identifier(fields.get("tid")),
        delay_to_cancel_seconds=seconds(fields.get("delayToCancel")),
        payment_url=text(fields.get("paymentUrl")) or text(fields.get("redirectUrl")),
        code=text(fields.get("code")),
        message=text(fields.get("message")),
    )


_AUTHORISATIONS: Mapping[str, Callable[[Fields, str, Exchange], AuthorisationOutcome]] = {
    "approved": _approved,
    "denied": _denied,
    "undefined": _undecided,
}


def _code(fields: Fields) -> str:
    return (text(fields.get("code")) or "").lower().replace("_", "-").replace(" ", "-")


def _other_echo(fields: Fields, **asked: str) -> str | None:
    """Tell which id the answer echoes otherwise; ids are hex or UUIDs, so their case carries no meaning."""
    for name, value in asked.items():
        echoed = fields.get(name)
        if echoed is not None and str(echoed).casefold() != value.casefold():
            return f"the answer is about another {name}: {text(echoed)}"
    return None


def _is_refusal(status: int, fields: Fields) -> bool:
    return any(fields.get(sign) not in (None, "") for sign in _REFUSAL_SIGNS.get(status, ()))


def _said(status: int, fields: Fields) -> str:
    words = (text(fields.get(name)) for name in ("code", "message"))
    return ": ".join([f"the connector answered {status}", *filter(None, words)])
