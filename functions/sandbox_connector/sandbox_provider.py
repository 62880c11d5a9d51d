"""The sandbox's own books: the rules and answers of a strict payment provider (C§4).

The functions are pure: they take a call and the stored books, and return the answer and the changes. Values are minor
units of the payment's currency. Refused calls are not stored. A payment can be captured above its value, up to the
``maxValue`` of its authorisation, because order changes raise it without a call to the provider.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from uuid import NAMESPACE_URL, uuid5

from sandbox_scripts import Operation, Outcome
from settlement.connectors.ppp_amounts import amount, ceiling
from settlement.connectors.ppp_fields import Fields
from settlement.domain.money import is_currency, is_withdrawn, to_major

DELAY_TO_AUTO_SETTLE_SECONDS = 4 * 24 * 3_600
DELAY_TO_AUTO_SETTLE_AFTER_ANTIFRAUD_SECONDS = 1_800
DELAY_TO_CANCEL_SECONDS = 7 * 24 * 3_600

APPROVED, DENIED, UNDEFINED = "approved", "denied", "undefined"

_FIRST_STATUS: Mapping[str, str] = {
    "sandbox-denied": DENIED,
    "sandbox-undefined-approved": UNDEFINED,
    "sandbox-undefined-denied": UNDEFINED,
}
_LATER_STATUS: Mapping[str, str] = {"sandbox-denied": DENIED, "sandbox-undefined-denied": DENIED}
"""Statuses by vault token, at the first call and after ``undefined``; any other token is approved (C§4.8)."""


_PAID_ELSEWHERE = frozenset({"BankInvoice", "RedirectPay", "Pix"})
"""Methods by which the shopper pays on another page or in an app; a test suite sees them undefined first (C§4.8)."""


class Refusal(Exception):
    """The provider refuses the call; it has no effect."""

    def __init__(self, status: int, code: str, message: str) -> None:
        """Store the answer's fields."""
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class Call:
    """A call whose body is an object; ``fields`` are unchanged. ``is_test`` is True if a test suite has sent it."""

    operation: Operation
    payment_id: str
    fields: Fields
    is_test: bool = False

    @property
    def request_id(self) -> str | None:
        """The idempotency key of a movement."""
        request_id = self.fields.get("requestId")
        return request_id if isinstance(request_id, str) else None


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer before its delivery."""

    status: int
    body: Fields


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment's books; ``most`` is the limit of captured and cancelled value together."""

    status: str
    token: str
    currency: str
    value: int
    most: int
    captured: int
    cancelled: int
    closed: bool
    answer: Fields

    @property
    def open(self) -> int:
        """The value that can still be captured or cancelled."""
        return 0 if self.closed else self.most - self.captured - self.cancelled


@dataclass(frozen=True, slots=True)
class Settlement:
    """A capture and its refunded value."""

    settle_id: str
    value: int
    refunded: int


@dataclass(frozen=True, slots=True)
class Books:
    """The stored state of a payment that concerns a call."""

    payment: Payment | None = None
    settlement: Settlement | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """The answer and the books after it; None means unchanged."""

    reply: Reply
    payment: Payment | None = None
    settlement: Settlement | None = None


def failure(call: Call, status: int, code: str, message: str) -> Reply:
    """Return a failure without effect, in the protocol's form for the call."""
    if call.operation is Operation.PAYMENTS:
        return Reply(status, {"status": "error", "code": code, "message": message})
    ids: Fields = {"paymentId": call.payment_id, _ID_FIELDS[call.operation]: None}
    value: Fields = {} if call.operation is Operation.CANCELLATIONS else {"value": 0}
    words: Fields = {"code": code, "message": message, "requestId": call.request_id or ""}
    return Reply(status, ids | value | words)


def scripted_failure(call: Call, status: int) -> Reply:
    """Return the failure of a script."""
    code, message = _SCRIPTED_FAILURES.get((call.operation, status)) or _SCRIPTED_FAILURES[None, status]
    return failure(call, status, code, message)


def perform(call: Call, books: Books, outcome: Outcome) -> Effect:
    """Execute a call or raise ``Refusal``; ``outcome`` can lower the value and change the answer."""
    return _PERFORM[call.operation](call, books, outcome)


def _create(call: Call, books: Books, outcome: Outcome) -> Effect:
    currency = call.fields.get("currency")
    if not isinstance(currency, str) or not (is_currency(currency) or is_withdrawn(currency)):
        raise Refusal(400, "invalid-currency", f"currency {currency!r} is no ISO 4217 code")
    token = _token(call.fields)
    elsewhere: Fields = {}
    if books.payment is None:
        value = _value(call, currency)
        status = _FIRST_STATUS.get(token, APPROVED)
        if call.is_test and call.fields.get("paymentMethod") in _PAID_ELSEWHERE:
            status = UNDEFINED
            elsewhere = {"paymentUrl": f"https://sandbox.example/{call.payment_id}"}
            if call.fields.get("paymentMethod") == "Pix":
                elsewhere = {"paymentAppData": {"appName": "pix", "payload": f"PIX-{call.payment_id}"}}
    else:
        value = books.payment.value
        status = _LATER_STATUS.get(books.payment.token, APPROVED)
        token = books.payment.token
    answer = _authorisation(call.payment_id, status) | elsewhere | outcome.merged
    answered = str(answer.get("status")).lower()
    max_value = ceiling(answer.get("maxValue"), currency) or 0
    payment = Payment(
        status=answered if answered in (APPROVED, DENIED, UNDEFINED) else status,
        token=token,
        currency=currency,
        value=value,
        most=max(value, max_value),
        captured=0,
        cancelled=0,
        closed=False,
        answer=answer,
    )
    return Effect(Reply(200, answer), payment=payment)


def _settle(call: Call, books: Books, outcome: Outcome) -> Effect:
    payment = _approved(call, books)
    asked = _value(call, payment.currency)
    if asked > payment.open:
        raise Refusal(400, "above-open", _above("settle", asked, payment.open, payment.currency))
    moved, answer = _movement(call, payment.currency, asked, outcome, "Successfully settled")
    settle_id = answer.get("settleId")
    named = settle_id if isinstance(settle_id, str) and settle_id else _id(call, "SET")
    settled = replace(payment, captured=payment.captured + moved)
    return Effect(Reply(200, answer), settled, Settlement(named, moved, 0))


def _cancel(call: Call, books: Books, outcome: Outcome) -> Effect:
    if books.payment is not None and books.payment.status == UNDEFINED:
        return _void(call, books.payment, outcome)
    payment = _approved(call, books)
    everything = call.fields.get("value") is None
    asked = payment.open if everything else _value(call, payment.currency)
    if not 0 < asked <= payment.open:
        raise Refusal(400, "above-open", _above("cancel", asked, payment.open, payment.currency))
    answer = _answer(call, _id(call, "CAN"), "Successfully cancelled") | outcome.merged
    changed = replace(payment, cancelled=payment.cancelled + asked, closed=everything)
    return Effect(Reply(200, answer), payment=changed)


def _void(call: Call, payment: Payment, outcome: Outcome) -> Effect:
    """Void an undecided payment: it is denied from now on."""
    answer = _answer(call, _id(call, "CAN"), "Successfully cancelled") | outcome.merged
    denied = replace(payment, status=DENIED, closed=True, answer=_authorisation(call.payment_id, DENIED))
    return Effect(Reply(200, answer), payment=denied)


def _refund(call: Call, books: Books, outcome: Outcome) -> Effect:
    payment = _approved(call, books)
    settlement = books.settlement
    if settlement is None:
        settle_id = call.fields.get("settleId")
        raise Refusal(400, "unknown-settlement", f"settleId {settle_id!r} is no settlement of this payment")
    asked = _value(call, payment.currency)
    left = settlement.value - settlement.refunded
    if asked > left:
        raise Refusal(400, "above-settlement", _above("refund", asked, left, payment.currency))
    moved, answer = _movement(call, payment.currency, asked, outcome, "Successfully refunded")
    return Effect(Reply(200, answer), settlement=replace(settlement, refunded=settlement.refunded + moved))


def _movement(call: Call, currency: str, asked: int, outcome: Outcome, message: str) -> tuple[int, Fields]:
    """Return the moved value and the answer; a scripted ``value`` counts if that value could be moved."""
    capped = min(asked, outcome.most_minor_units or asked)
    prefix = "SET" if call.operation is Operation.SETTLEMENTS else "REF"
    normal = _answer(call, _id(call, prefix), message) | {"value": to_major(capped, currency)}
    answer = normal | outcome.merged
    answered = amount(answer.get("value"), currency)
    moved = answered if answered is not None and 0 < answered <= asked else capped
    return moved, answer


def _answer(call: Call, reference: str, message: str) -> Fields:
    return {
        "paymentId": call.payment_id,
        _ID_FIELDS[call.operation]: reference,
        "code": None,
        "message": message,
        "requestId": call.request_id,
    }


def _authorisation(payment_id: str, status: str) -> Fields:
    name = uuid5(NAMESPACE_URL, payment_id).hex.upper()
    return {
        "paymentId": payment_id,
        "status": status,
        "authorizationId": f"AUT-{name[:12]}" if status == APPROVED else None,
        "tid": f"TID-{name[12:24]}",
        "nsu": f"NSU-{name[24:]}",
        "acquirer": "Sandbox",
        "code": None,
        "message": f"The sandbox says {status}",
        "delayToAutoSettle": DELAY_TO_AUTO_SETTLE_SECONDS,
        "delayToAutoSettleAfterAntifraud": DELAY_TO_AUTO_SETTLE_AFTER_ANTIFRAUD_SECONDS,
        "delayToCancel": DELAY_TO_CANCEL_SECONDS,
    }


def _approved(call: Call, books: Books) -> Payment:
    if books.payment is None:
        raise Refusal(404, "unknown-payment", f"payment {call.payment_id} is unknown")
    if books.payment.status != APPROVED:
        raise Refusal(400, "not-approved", f"payment {call.payment_id} is {books.payment.status}")
    return books.payment


def _value(call: Call, currency: str) -> int:
    """Read the requested value; a value that needs rounding or guessing is refused."""
    value = call.fields.get("value")
    minor_units = None if isinstance(value, str) else amount(value, currency)
    if minor_units is None or minor_units <= 0 or to_major(minor_units, currency) != value:
        raise Refusal(400, "invalid-value", f"value must be above zero, in major units of {currency}")
    return minor_units


def _token(fields: Fields) -> str:
    card = fields.get("card")
    token = card.get("numberToken") if isinstance(card, dict) else None
    return token if isinstance(token, str) else ""


def _above(verb: str, asked: int, left: int, currency: str) -> str:
    return f"cannot {verb} {to_major(asked, currency)} {currency}: {to_major(left, currency)} is left"


def _id(call: Call, prefix: str) -> str:
    name = f"{call.payment_id}/{call.operation}/{call.request_id}"
    return f"{prefix}-{uuid5(NAMESPACE_URL, name).hex.upper()}"


_ID_FIELDS: Mapping[Operation, str] = {
    Operation.SETTLEMENTS: "settleId",
    Operation.CANCELLATIONS: "cancellationId",
    Operation.REFUNDS: "refundId",
}
_PERFORM: Mapping[Operation, Callable[[Call, Books, Outcome], Effect]] = {
    Operation.PAYMENTS: _create,
    Operation.SETTLEMENTS: _settle,
    Operation.CANCELLATIONS: _cancel,
    Operation.REFUNDS: _refund,
}
_SCRIPTED_FAILURES: Mapping[tuple[Operation | None, int], tuple[str, str]] = {
    (Operation.CANCELLATIONS, 501): ("cancel-manually", "This payment needs to be manually cancelled"),
    (Operation.REFUNDS, 501): ("refund-manually", "This payment needs to be manually refunded"),
    (None, 400): ("sandbox-refused", "Refused as scripted"),
    (None, 500): ("sandbox-failed", "Failed as scripted"),
    (None, 501): ("sandbox-not-implemented", "Not implemented, as scripted"),
}
