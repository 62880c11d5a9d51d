"""The cases of the public test suite (C§4.8), and of the data before and with an authorisation."""

from __future__ import annotations

from urllib.parse import quote
from uuid import uuid4

from conformance import verdicts
from conformance.capabilities import Card, Need
from conformance.case import Case, case
from conformance.play import WHOLE, Play
from conformance.verdicts import Failed
from settlement.connectors.ppp_fields import seconds, text
from settlement.connectors.ppp_manifest import read_manifest
from settlement.connectors.ppp_outcomes import inbound_outcome
from settlement.connectors.ppp_requests import inbound_body
from settlement.domain.connectors.connector_calls import Inbound, Refused, Unknown

MAX_AUTO_SETTLE_SECONDS = 604_800
CANCEL_SECONDS = 600, 2_592_000


@case()
def manifest(play: Play) -> None:
    """GET /manifest lists the payment methods, with their split, and delays in whole hours."""
    call = play.wire.get("manifest")
    try:
        read_manifest(verdicts.answered(call, "the manifest"), call.answer)
    except ValueError as fault:
        raise Failed(str(fault)) from None


@case(Need.CARDS, Need.REFUND)
def approved(play: Play) -> None:
    """A payment is approved, settled whole and refunded whole."""
    payment = play.approved()
    settle_id = play.settled(payment, WHOLE)
    verdicts.done(play.refund(payment, settle_id, WHOLE))


@case(Need.CARDS)
def denied(play: Play) -> None:
    """A payment is denied, and stays denied at a repeated call."""
    payment = play.by_card(Card.DENIED)
    verdicts.status_is(play.create(payment), "denied", "the payment")
    verdicts.status_is(play.create(payment), "denied", "the payment asked for again")


@case()
def cancellation(play: Play) -> None:
    """An approved payment is cancelled whole."""
    verdicts.done(play.cancel(play.approved(), WHOLE))


@case(Need.CARDS)
def async_approved(play: Play) -> None:
    """A payment is undefined first, and approved within 15 s, by a callback or at a repeated call."""
    play.decided_later(play.by_card(Card.ASYNC_APPROVED), "approved")


@case(Need.CARDS)
def async_denied(play: Play) -> None:
    """A payment is undefined first, and denied within 15 s, by a callback or at a repeated call."""
    play.decided_later(play.by_card(Card.ASYNC_DENIED), "denied")


@case()
def delays(play: Play) -> None:
    """The delays of an authorisation are whole seconds within the bounds of the protocol."""
    payment = play.payable()
    fields = play.create(payment).fields
    settle = [name for name in ("delayToAutoSettle", "delayToAutoSettleAfterAntifraud") if fields.get(name) is not None]
    for name in settle:
        delay = seconds(fields[name])
        if delay is None or delay > MAX_AUTO_SETTLE_SECONDS:
            raise Failed(f"{name} is {text(fields[name])}, not 0 to {MAX_AUTO_SETTLE_SECONDS} s")
    if "delayToAutoSettle" not in settle:
        play.remarks.append("without delayToAutoSettle the gateway settles by itself after 4 days")
    if fields.get("delayToCancel") is None:
        play.remarks.append("without delayToCancel the gateway waits 7 days for an undecided payment")
        return
    cancel, (least, most) = seconds(fields["delayToCancel"]), CANCEL_SECONDS
    if cancel is None or not least <= cancel <= most:
        raise Failed(f"delayToCancel is {text(fields['delayToCancel'])}, not {least} to {most} s")


@case(Need.INBOUND)
def inbound(play: Play) -> None:
    """An inbound request gets a status, a content type and content to relay."""
    payment, request_id = play.approved(), str(uuid4())
    body = inbound_body(Inbound(payment, request_id, '{"conformance":true}'))
    action = quote(play.setup.inbound_action or "", safe="")
    call = play.wire.post(f"payments/{quote(payment.payment_id, safe='')}/inbound/{action}", body)
    status = verdicts.answered(call, "the inbound request")
    outcome = inbound_outcome(payment.payment_id, request_id, status, call.answer, verdicts.NO_EXCHANGE)
    match outcome:
        case Refused(code=code, message=message):
            raise Failed(f"the inbound request is answered {status}: {code}: {message}")
        case Unknown(reason=reason):
            raise Failed(f"the inbound request has an answer that cannot be passed on: {reason}")


CASES: tuple[Case, ...] = (
    manifest,
    approved,
    denied,
    cancellation,
    async_approved,
    async_denied,
    delays,
    inbound,
)
