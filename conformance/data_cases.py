"""Cases of what a call carries beside its amount: custom fields, metadata, ways to pay elsewhere (C§4.1, C§4.2)."""

from __future__ import annotations

from dataclasses import replace

from conformance import verdicts
from conformance.capabilities import Card, Need
from conformance.case import Case, case
from conformance.drafts import Draft
from conformance.play import WHOLE, Play
from conformance.verdicts import Failed
from conformance.wire import Call
from settlement.connectors.ppp_payment_answer import payment_answer
from settlement.connectors.ppp_reading import MAX_METADATA_BYTES, Reading
from settlement.domain.connectors.connector_calls import PaymentReference
from settlement.domain.connectors.custom_fields import require_declared
from settlement.domain.connectors.payment_answer import PaymentAnswer
from settlement.domain.errors import InvalidRequest


@case(Need.CUSTOM_FIELDS)
def custom_fields(play: Play) -> None:
    """The custom fields of the manifest, given by --setting, are taken with a payment and with every call about it."""
    try:
        require_declared(dict(play.setup.settings), play.setup.custom_fields)
    except InvalidRequest as fault:
        raise Failed(f"{fault.message}; give it with --setting") from None
    _moves_all(play, play.approved())


@case(Need.METADATA)
def metadata(play: Play) -> None:
    """An approval answers connectorMetadata as the manifest lists it, and calls that bring it back are done."""
    draft = play.payable()
    payment = play.approve(draft)
    _listed(play, play.create(draft))
    _moves_all(play, payment)


@case(Need.BANK_INVOICE)
def bank_invoice(play: Play) -> None:
    """A bank invoice is undefined first, with the address or the code of its slip, and approved within 15 s."""
    told = _pays_elsewhere(play, play.draft(play.setup.bank_invoice_method or ""))
    if not (told.payment_url or told.identification_number or told.bar_code_image_number):
        raise Failed("the payment is undefined without paymentUrl or identificationNumber or barCodeImageNumber")


@case(Need.REDIRECT)
def redirect(play: Play) -> None:
    """A redirected payment is undefined first, with the address of the payment page, and approved within 15 s."""
    told = _pays_elsewhere(play, play.draft(play.setup.redirected_method or ""))
    if not (told.payment_url or told.redirect_url):
        raise Failed("the payment is undefined without paymentUrl or redirectUrl")


@case(Need.APP_PAYMENT)
def app_payment(play: Play) -> None:
    """An app payment is undefined first, with the app and its payload in paymentAppData, and approved within 15 s."""
    told = _pays_elsewhere(play, play.draft(play.setup.app_payment_method or ""))
    app = told.payment_app
    if app is None or not app.name or not app.payload:
        raise Failed("the payment is undefined without paymentAppData of an appName and a payload")


@case(Need.CARDS)
def declines_say_why(play: Play) -> None:
    """A denied payment, and a settlement that is refused, say why in a code or a message."""
    denied = play.create(play.by_card(Card.DENIED))
    verdicts.status_is(denied, "denied", "the payment")
    _says_why(denied, "the denied payment")
    refused = play.settle(play.approved(), WHOLE + 1)
    play.refuses(refused, "the payment is of 100.00")
    _says_why(refused.call, refused.what)


def _moves_all(play: Play, payment: PaymentReference) -> None:
    """Make one movement of every kind, each with the metadata of the newest answer."""
    settled = play.settle(payment, WHOLE)
    settle_id = verdicts.done(settled)
    newer = settled.outcome.exchange.metadata
    if play.setup.unmet(Need.REFUND) is None:
        payment = payment if newer is None else replace(payment, metadata=newer)
        verdicts.done(play.refund(payment, settle_id, WHOLE))
    verdicts.done(play.cancel(play.approved(), WHOLE))


def _listed(play: Play, call: Call) -> None:
    listed = ", ".join(play.setup.metadata_fields)
    call.expected = f"connectorMetadata with names of {listed} and texts"
    told = verdicts.metadata(call)
    if not told:
        raise Failed(
            f"the approval has no connectorMetadata of names and texts of at most {MAX_METADATA_BYTES} bytes, "
            f"although the manifest lists {listed}"
        )
    for name, _ in told:
        if name not in play.setup.metadata_fields:
            raise Failed(f"connectorMetadata has {name}; the manifest lists {listed}")


def _pays_elsewhere(play: Play, payment: Draft) -> PaymentAnswer:
    """Require that a payment is undefined first and approved later; return what the first answer tells of it."""
    reading = Reading(play.decided_later(payment, "approved").answer)
    told = payment_answer(reading)
    play.remarks += [f"the payment: {remark}" for remark in reading.remarks]
    return told


def _says_why(call: Call, what: str) -> None:
    if not any(call.fields.get(name) for name in ("code", "message")):
        raise Failed(f"{what} is answered without a code and without a message")


CASES: tuple[Case, ...] = (custom_fields, metadata, bank_invoice, redirect, app_payment, declines_say_why)
