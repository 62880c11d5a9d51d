"""Connectors with one thing broken each, and the cases that must say so."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.conformance.provider import Answer, Variant, as_it_is
from tests.conformance.variants import (
    AuthorisesEveryCall,
    ByValue,
    CheckThenAct,
    DoesWhatItRefused,
    FirstSettlementOnly,
    NewIdOnRepeat,
    NewOnRepeat,
    OneByOne,
    answers,
    approves_every_card,
    asks,
    cancels_a_unit_of_all,
    declaring,
    done,
    instead,
    malformed_is,
    refunds_everything,
    refusal,
    refuses_field,
    rounds_to_tenths,
    slow,
    stays_undefined,
    takes_any_number,
    turned_into_done,
    whole_value,
)


@dataclass(frozen=True)
class Broken:
    """A variant, made anew for each run, and the case that has to fail with these options."""

    name: str
    case: str
    make: Callable[[], Variant]
    says: str
    options: tuple[str, ...] = ()


def _is(status: str) -> Callable[[Answer], bool]:
    return lambda answer: answer.fields["status"] == status


BROKEN: tuple[Broken, ...] = (
    Broken("manifest without methods", "manifest", lambda: answers("manifest", paymentMethods=[]), "paymentMethods"),
    Broken("manifest is HTML", "manifest", lambda: instead("manifest", lambda _: Answer(200, b"<html>")), "not JSON"),
    Broken("settleId missing", "approved", lambda: answers("settlements", settleId=None), "settleId is missing"),
    Broken("refund denied", "approved", lambda: instead("refunds", lambda r: refusal(r, "denied")), "400: denied"),
    Broken("approves denied cards", "denied", lambda: approves_every_card, "status approved, not denied"),
    Broken("denied with an id", "denied", lambda: answers("payments", only=_is("denied"), authorizationId="A"), "yet"),
    Broken("cancellationId missing", "cancellation", lambda: answers("cancellations", cancellationId=""), "missing"),
    Broken("stays undefined", "async-approved", lambda: stays_undefined, "not decided after"),
    Broken("approves in the end", "async-denied", lambda: approves_every_card, "not denied"),
    Broken("slip without address", "bank-invoice", lambda: answers("payments", paymentUrl=None), "without paymentUrl"),
    Broken("redirect approved at once", "redirect", lambda: answers("payments", status="approved",
           authorizationId="A"), "not undefined"),
    Broken("app payment without payload", "app-payment",
           lambda: answers("payments", paymentAppData={"appName": "pix"}), "appName and a payload"),
    Broken("app payment approved at once", "app-payment", lambda: answers("payments", status="approved",
           authorizationId="A"), "not undefined"),
    Broken("refuses custom fields", "custom-fields", lambda: declaring(refuses_field("merchantSettings")),
           "unknown-field-merchantSettings", ("--setting", "Shop=7")),
    Broken("custom field not given", "custom-fields", declaring, "customFields.Shop: is missing"),
    Broken("custom field of no option", "custom-fields", declaring, "must be one of 7", ("--setting", "Shop=8")),
    Broken("custom field not declared", "custom-fields", lambda: as_it_is, "Shop is not declared",
           ("--setting", "Shop=7")),
    Broken("refuses its metadata", "metadata", lambda: declaring(refuses_field("connectorMetadata")),
           "unknown-field-connectorMetadata"),
    Broken("metadata is an object", "metadata", lambda: declaring(answers("payments", connectorMetadata={"a": "b"})),
           "no connectorMetadata"),
    Broken("metadata too long", "metadata", lambda: declaring(answers("payments",
           connectorMetadata=[{"name": "terminal", "value": "T" * 2_000}])), "at most 2000 bytes"),
    Broken("metadata not listed", "metadata", lambda: declaring(answers("payments",
           connectorMetadata=[{"name": "till", "value": "7"}])), "connectorMetadata has till"),
    Broken("denies without a word", "declines-say-why", lambda: answers("payments", only=_is("denied"), message=None),
           "the denied payment is answered without a code"),
    Broken("refuses without a word", "declines-say-why",
           lambda: instead("settlements", lambda _: Answer(400, b'{"status": "error"}')), "is answered without a code"),
    Broken("does what it refused", "repeated-refusal", DoesWhatItRefused, "must be refused"),
    Broken("cancels after 5 s", "delays", lambda: answers("payments", delayToCancel=5), "delayToCancel is 5"),
    Broken("settles after a month", "delays", lambda: answers("payments", delayToAutoSettle=2592000), "AutoSettle is"),
    Broken("no answer inside", "inbound", lambda: answers("inbound", responseData=None), "responseData is missing"),
    Broken("ignores the partial value", "partial-settlement", lambda: whole_value, "not an amount"),
    Broken("captures once", "settlement-of-the-rest", FirstSettlementOnly, "captured-before"),
    Broken("settlements by value", "equal-settlements-both-count", lambda: ByValue("settlements"), "the same settleId"),
    Broken("over-capture", "settlement-above-the-rest-is-refused", lambda: turned_into_done("settlements"),
           "must be refused: the payment is of 100.00"),
    Broken("over-capture in a race", "settlements-at-once-stay-within-the-payment", OneByOne, "4 are done"),
    Broken("settles denied payments", "settlement-of-a-denied-payment-is-refused",
           lambda: turned_into_done("settlements"), "the payment is denied"),
    Broken("cancels without effect", "settlement-after-cancellation-is-refused",
           lambda: instead("cancellations", done), "the payment is cancelled"),
    Broken("cancels a unit", "cancellation-without-a-value-is-of-all", lambda: cancels_a_unit_of_all, "is cancelled"),
    Broken("cancels all for a part", "partial-cancellation", lambda: asks("cancellations", value=None), "400"),
    Broken("cancels what is settled", "cancellation-of-what-is-settled-is-refused",
           lambda: turned_into_done("cancellations"), "70.00 is settled"),
    Broken("refunds another value", "partial-refund-of-each-settlement", lambda: refunds_everything, "1.00 BRL"),
    Broken("refunds the wrong settlement", "refund-above-its-settlement-is-refused",
           lambda: FirstSettlementOnly(refunds_against_it=True), "its settlement is of 30.00"),
    Broken("refunds by value", "equal-refunds-both-count", lambda: ByValue("refunds"), "the same refundId"),
    Broken("refunds anything", "refund-of-an-unknown-settlement-is-refused", lambda: turned_into_done("refunds"),
           "no such settlement"),
    Broken("rounds cents", "cents-are-exact", lambda: rounds_to_tenths, "69.99"),
    Broken("new tid for a repeat", "repeated-create", lambda: NewIdOnRepeat("payments", "tid"), "tid was"),
    Broken("new settleId for a repeat", "repeated-settlement", lambda: NewIdOnRepeat("settlements", "settleId"),
           "settleId was"),
    Broken("settles twice", "repeated-settlement", lambda: NewOnRepeat("settlements"), "the first time 200"),
    Broken("cancels twice", "repeated-cancellation", lambda: NewOnRepeat("cancellations"), "cancellationId was"),
    Broken("refunds twice", "repeated-refund", lambda: NewOnRepeat("refunds"), "refundId was"),
    Broken("authorises in parallel", "create-at-once", AuthorisesEveryCall, "authorizationId was"),
    Broken("settles in parallel", "settlement-at-once", lambda: CheckThenAct("settlements"), "refused once"),
    Broken("cancels in parallel", "cancellation-at-once", lambda: CheckThenAct("cancellations"), "times at once"),
    Broken("refunds in parallel", "refund-at-once", lambda: CheckThenAct("refunds"), "times at once"),
    Broken("settles unknown payments", "unknown-payment", lambda: turned_into_done("settlements", 404), "no such"),
    Broken("500 for no JSON", "malformed-body", lambda: malformed_is(500), "answered 500, not 400"),
    Broken("takes no JSON", "malformed-body", lambda: malformed_is(200), "answered 200, not 400"),
    Broken("takes negative values", "impossible-value", lambda: takes_any_number, "a settlement of -100.00"),
    Broken("slow refund", "answer-time", lambda: slow("refunds"), "no complete answer within"),
    Broken("slow settlement", "answer-time", lambda: slow("settlements"), "no complete answer within"),
    Broken("echoes no requestId", "echo", lambda: answers("settlements", requestId=None), "requestId None"),
    Broken("echoes another paymentId", "echo", lambda: answers("refunds", paymentId="P"), "the paymentId P,"),
)  # fmt: skip
