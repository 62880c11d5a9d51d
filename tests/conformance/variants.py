"""Variants of the sandbox connector, each with one thing broken.

A variant stands in front of the sandbox connector: it changes what is asked of it, or what it answers, or
answers itself.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from threading import Lock
from time import sleep
from uuid import uuid4

from settlement.connectors.ppp_fields import Fields
from tests.conformance.provider import Answer, Forward, Request, Variant, json_answer

ID_FIELDS = {"settlements": "settleId", "cancellations": "cancellationId", "refunds": "refundId"}
SLOW_SECONDS = 1.5


def answers(route: str, *, only: Callable[[Answer], bool] = lambda _: True, **changes: object) -> Variant:
    """Change fields of a route's good answers."""

    def variant(request: Request, forward: Forward) -> Answer:
        answer = forward(request)
        fits = request.route == route and answer.status == 200 and only(answer)
        return answer.but(**changes) if fits else answer

    return variant


def asks(route: str, **changes: object) -> Variant:
    """Change fields of a route's requests before they are done."""

    def variant(request: Request, forward: Forward) -> Answer:
        fits = request.route == route and request.fields.get("requestId")
        return forward(request.but(**changes) if fits else request)

    return variant


def instead(route: str, answer: Callable[[Request], Answer]) -> Variant:
    """Answer a route by itself."""

    def variant(request: Request, forward: Forward) -> Answer:
        return answer(request) if request.route == route else forward(request)

    return variant


def turned_into_done(route: str, status: int = 400) -> Variant:
    """Answer as done what the sandbox refuses; malformed requests aside."""

    def variant(request: Request, forward: Forward) -> Answer:
        answer = forward(request)
        if request.route != route or answer.status != status or answer.fields.get("code") == "invalid-body":
            return answer
        if answer.fields.get("code") == "invalid-value":
            return answer
        return done(request)

    return variant


def malformed_is(status: int) -> Variant:
    """Answer what is no JSON object, or lacks its id, with another status."""

    def variant(request: Request, forward: Forward) -> Answer:
        answer = forward(request)
        return replace(answer, status=status) if b'"invalid-body"' in answer.body else answer

    return variant


@dataclass
class ByValue:
    """Take the second movement of equal value for the first one."""

    route: str
    known: dict[tuple[str, object], Answer] = field(default_factory=dict)

    def __call__(self, request: Request, forward: Forward) -> Answer:
        if request.route != self.route:
            return forward(request)
        key = (request.path, request.fields.get("value"))
        if key in self.known:
            answer = self.known[key]
            return answer.but(requestId=request.fields.get("requestId"))
        answer = forward(request)
        if answer.status == 200:
            self.known[key] = answer
        return answer


@dataclass
class NewOnRepeat:
    """Do a repeated request as if it were another one."""

    route: str
    known: set[str] = field(default_factory=set)

    def __call__(self, request: Request, forward: Forward) -> Answer:
        request_id = str(request.fields.get("requestId"))
        if request.route != self.route or request_id not in self.known:
            self.known.add(request_id)
            return forward(request)
        return forward(request.but(requestId=str(uuid4()))).but(requestId=request_id)


@dataclass
class NewIdOnRepeat:
    """Answer a repeated request with another id or another field, without a further effect."""

    route: str
    name: str
    number: "count[int]" = field(default_factory=count)

    def __call__(self, request: Request, forward: Forward) -> Answer:
        answer = forward(request)
        if request.route != self.route or answer.status != 200:
            return answer
        return answer.but(**{self.name: f"{answer.fields[self.name]}-{next(self.number)}"})


@dataclass
class CheckThenAct:
    """Look whether a request is known before doing it, without a lock: what comes meanwhile is done again."""

    route: str
    known: dict[str, Answer] = field(default_factory=dict)

    def __call__(self, request: Request, forward: Forward) -> Answer:
        request_id = str(request.fields.get("requestId"))
        if request.route != self.route:
            return forward(request)
        if request_id in self.known:
            return self.known[request_id]
        sleep(0.3)
        answer = forward(request.but(requestId=str(uuid4()))).but(requestId=request_id)
        if answer.status == 200:
            self.known[request_id] = answer
        return answer


@dataclass
class FirstSettlementOnly:
    """Settle a payment once; or book every refund against the first settlement."""

    refunds_against_it: bool = False
    first: dict[str, str] = field(default_factory=dict)

    def __call__(self, request: Request, forward: Forward) -> Answer:
        payment_id = str(request.fields.get("paymentId"))
        if request.route == "refunds" and self.refunds_against_it and payment_id in self.first:
            return forward(request.but(settleId=self.first[payment_id]))
        if request.route != "settlements":
            return forward(request)
        if payment_id in self.first and not self.refunds_against_it:
            return refusal(request, "captured-before")
        answer = forward(request)
        if answer.status == 200:
            self.first.setdefault(payment_id, str(answer.fields["settleId"]))
        return answer


@dataclass
class OneByOne:
    """Hold settlements of one payment that come together, and answer all of them as the first one."""

    done: dict[str, int] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def __call__(self, request: Request, forward: Forward) -> Answer:
        if request.route != "settlements":
            return forward(request)
        with self.lock:
            self.done[request.path] = self.done.get(request.path, 0) + 1
        sleep(0.2)
        answer = forward(request)
        return done(request) if answer.status == 400 and self.done[request.path] > 1 else answer


@dataclass
class AuthorisesEveryCall:
    """Authorise a payment anew while the same payment is being authorised."""

    calls: dict[str, int] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def __call__(self, request: Request, forward: Forward) -> Answer:
        if request.route != "payments":
            return forward(request)
        payment_id = str(request.fields.get("paymentId"))
        with self.lock:
            number = self.calls[payment_id] = self.calls.get(payment_id, 0) + 1
        sleep(0.1)
        busy = number < self.calls[payment_id]
        answer = forward(request)
        return answer.but(authorizationId=f"AUT-{number}") if busy else answer


def whole_value(request: Request, forward: Forward) -> Answer:
    """Settle the whole, whatever is asked."""
    changed = request.route == "settlements" and request.fields.get("requestId")
    return forward(request.but(value=Decimal("100.00")) if changed else request)


def rounds_to_tenths(request: Request, forward: Forward) -> Answer:
    """Settle 70.0 for 69.99, as far as there is so much."""
    value = request.fields.get("value")
    if request.route != "settlements" or not isinstance(value, Decimal):
        return forward(request)
    answer = forward(request)
    rounded = value.quantize(Decimal("0.1"), ROUND_HALF_UP)
    return answer.but(value=rounded) if answer.status == 200 else answer


def stays_undefined(request: Request, forward: Forward) -> Answer:
    """Never decide what was undefined once."""
    answer = forward(request)
    card = request.fields.get("card")
    waits = isinstance(card, dict) and str(card.get("numberToken")).startswith("sandbox-undefined")
    return answer.but(status="undefined", authorizationId=None) if waits else answer


def approves_every_card(request: Request, forward: Forward) -> Answer:
    """Approve in the end what should be denied."""
    answer = forward(request)
    if request.route == "payments" and answer.status == 200 and answer.fields["status"] == "denied":
        return answer.but(status="approved", authorizationId="AUT-1")
    return answer


def cancels_a_unit_of_all(request: Request, forward: Forward) -> Answer:
    """Take a missing value for a small one."""
    everything = request.route == "cancellations" and "value" not in request.fields
    return forward(request.but(value=1) if everything and request.fields else request)


def refunds_everything(request: Request, forward: Forward) -> Answer:
    """Answer with another value than was asked to be given back."""
    answer = forward(request)
    return answer.but(value=Decimal("1.00")) if request.route == "refunds" and answer.status == 200 else answer


def takes_any_number(request: Request, forward: Forward) -> Answer:
    """Take a negative value for a positive one."""
    value = request.fields.get("value")
    negative = isinstance(value, Decimal | int) and value < 0
    return forward(request.but(value=abs(value)) if negative else request)  # type: ignore[arg-type]


def slow(route: str) -> Variant:
    """Answer late."""

    def variant(request: Request, forward: Forward) -> Answer:
        answer = forward(request)
        if request.route == route:
            sleep(SLOW_SECONDS)
        return answer

    return variant


def done(request: Request) -> Answer:
    fields: Fields = {name: request.fields.get(name) for name in ("paymentId", "requestId", "value")}
    return json_answer(200, **fields, **{ID_FIELDS[request.route]: uuid4().hex}, code=None, message="done")


def refusal(request: Request, code: str) -> Answer:
    ids = {name: request.fields.get(name) for name in ("paymentId", "requestId")}
    return json_answer(400, **ids, **{ID_FIELDS[request.route]: None}, value=0, code=code, message="no")


def declaring(inner: Variant = lambda request, forward: forward(request)) -> Variant:
    """Declare a custom field and a metadata field in the manifest, and answer metadata with an approval."""

    def variant(request: Request, forward: Forward) -> Answer:
        answer = inner(request, forward)
        if request.route == "manifest":
            fields = [{"name": "Shop", "type": "select", "options": [{"text": "Seven", "value": "7"}]}]
            return answer.but(customFields=fields, metadataFields=["terminal"])
        if request.route == "payments" and answer.status == 200 and "connectorMetadata" not in answer.fields:
            return answer.but(connectorMetadata=[{"name": "terminal", "value": "T-7"}])
        return answer

    return variant


def refuses_field(name: str) -> Variant:
    """Refuse movements that have a field which the connector's author did not think of."""

    def variant(request: Request, forward: Forward) -> Answer:
        unknown = request.route in ID_FIELDS and name in request.fields
        return refusal(request, f"unknown-field-{name}") if unknown else forward(request)

    return variant


@dataclass
class DoesWhatItRefused:
    """Answer a repeated request as done if it was refused before."""

    refused: set[str] = field(default_factory=set)

    def __call__(self, request: Request, forward: Forward) -> Answer:
        request_id = str(request.fields.get("requestId"))
        if request_id in self.refused:
            return done(request)
        answer = forward(request)
        if answer.status == 400:
            self.refused.add(request_id)
        return answer
