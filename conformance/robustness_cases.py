"""Cases of faulty requests (unknown payments, malformed bodies, impossible values), and of the form of all answers."""

from __future__ import annotations

from conformance import verdicts
from conformance.capabilities import Need
from conformance.case import Case, case
from conformance.drafts import new_id
from conformance.play import WHOLE, Play
from conformance.verdicts import Failed, Moved
from conformance.wire import Call
from settlement.connectors.ppp_fields import Fields, text
from settlement.connectors.ppp_requests import settle_body, with_settings
from settlement.domain.connectors.connector_calls import PaymentReference, Settle
from settlement.domain.money import to_major

NOT_AN_OBJECT = (b"", b"{", b"[]", b'"text"', b"<xml/>")
ROUTES = ("settlements", "cancellations", "refunds")


@case()
def unknown_payment(play: Play) -> None:
    """A settlement, cancellation or refund of a payment that was never created is refused."""
    stranger = PaymentReference(new_id(), new_id(), play.setup.currency, "unknown", "unknown", "unknown")
    for moved in (
        play.settle(stranger, WHOLE),
        play.cancel(stranger, WHOLE),
        play.refund(stranger, "unknown-settlement", WHOLE),
    ):
        play.refuses(moved, "there is no such payment")


@case()
def malformed_body(play: Play) -> None:
    """A body that is not a JSON object, or lacks its id, is answered with a 4xx and has no effect."""
    payment = play.approved()
    for body in NOT_AN_OBJECT:
        verdicts.client_error(play.wire.post("payments", body), f"a payment with the body {body.decode()!r}")
        for route in ROUTES:
            call = play.wire.post(f"payments/{payment.payment_id}/{route}", body)
            verdicts.client_error(call, f"one of the {route} with the body {body.decode()!r}")
    created = {key: value for key, value in play.payable().body.items() if key != "paymentId"}
    verdicts.client_error(play.wire.post("payments", created), "a payment without a paymentId")
    for route in ROUTES:
        call = play.wire.post(f"payments/{payment.payment_id}/{route}", _body(play, payment, requestId=None))
        verdicts.client_error(call, f"one of the {route} without a requestId")
    play.settled(payment, WHOLE)


@case()
def impossible_value(play: Play) -> None:
    """A settlement or refund of zero, of less, or without a number is answered with a 4xx and has no effect."""
    payment = play.approved()
    unit = to_major(WHOLE, play.setup.currency)
    for value in (0, -unit, "ten", None, True):
        call = play.wire.post(f"payments/{payment.payment_id}/settlements", _body(play, payment, value=value))
        verdicts.client_error(call, f"a settlement of {value}")
    settle_id = play.settled(payment, WHOLE)
    if play.setup.unmet(Need.REFUND):
        return
    for value in (0, -unit, "ten", None, True):
        body = _body(play, payment, value=value, settleId=settle_id)
        call = play.wire.post(f"payments/{payment.payment_id}/refunds", body)
        verdicts.client_error(call, f"a refund of {value}")
    verdicts.done(play.refund(payment, settle_id, WHOLE))


@case()
def answer_time(play: Play) -> None:
    """Every call is answered within the time of the test suite, 5 s by default."""
    payment = play.approved()
    for moved in _each(play, payment):
        verdicts.answered(moved.call, moved.what)


@case()
def echo(play: Play) -> None:
    """Every answer has the paymentId and the requestId of its request."""
    draft = play.payable()
    payment = play.approve(draft)
    _echoes(play.create(draft), "the payment", paymentId=payment.payment_id)
    for moved in _each(play, payment):
        _echoes(moved.call, moved.what, paymentId=moved.asked.payment_id, requestId=moved.asked.request_id)


def _each(play: Play, payment: PaymentReference) -> list[Moved]:
    """Make one movement of every kind that the connector supports."""
    cancelled = play.approved()
    first = play.settle(payment, WHOLE)
    moves = [first, play.cancel(cancelled, WHOLE)]
    if play.setup.unmet(Need.REFUND) is None:
        settle_id = text(first.call.fields.get("settleId")) or ""
        moves.append(play.refund(payment, settle_id, WHOLE))
    return moves


def _body(play: Play, payment: PaymentReference, **changes: object) -> Fields:
    """Build a settlement of the whole value with changed fields; None leaves a field out."""
    body = with_settings(settle_body(Settle(payment, new_id(), WHOLE)), play.setup.settings) | changes
    return {key: value for key, value in body.items() if value is not None}


def _echoes(call: Call, what: str, **ids: str) -> None:
    verdicts.answered(call, what)
    for name, value in ids.items():
        echoed = call.fields.get(name)
        if echoed != value:
            raise Failed(f"{what} is answered with the {name} {text(echoed)}, not {value}")


CASES: tuple[Case, ...] = (unknown_payment, malformed_body, impossible_value, answer_time, echo)
