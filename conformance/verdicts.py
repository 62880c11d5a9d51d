"""Judges answers. They are read by the service's own client, so an answer that passes here is one that it books."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.wire import Call
from settlement.connectors.ppp_fields import identifier, text
from settlement.connectors.ppp_outcomes import Asked, movement_outcome
from settlement.connectors.ppp_reading import Reading
from settlement.domain.connectors.connector_calls import Done, Manual, MovementOutcome, Refused, Unknown
from settlement.domain.connectors.exchange import Exchange
from settlement.domain.money import display

NO_EXCHANGE = Exchange("", None, "", 0)
_NOT_A_VERDICT = frozenset({401, 403, 429})
_FAILURES_OF_THE_PROTOCOL = frozenset({200, 201, 202, 500})
"""Statuses under which the protocol writes a failure that it has repeated."""


class Failed(Exception):
    """The connector violates the protocol."""


@dataclass(frozen=True, slots=True)
class Moved:
    """A requested settlement, cancellation or refund, and its answer."""

    asked: Asked
    call: Call

    @property
    def what(self) -> str:
        """The movement's description for people."""
        kind = self.asked.movement.route.removesuffix("s")
        return f"the {kind} of {display(self.asked.value, self.asked.currency)}"

    @property
    def outcome(self) -> MovementOutcome:
        """The service's outcome for the answer."""
        if self.call.status is None:
            return Unknown(NO_EXCHANGE, self.call.fault)
        return movement_outcome(self.asked, self.call.status, self.call.answer, NO_EXCHANGE)


def answered(call: Call, what: str) -> int:
    """Return the status of an answer; raises ``Failed`` if none came in time."""
    if call.status is None:
        raise Failed(f"{what}: {call.fault}")
    return call.status


def done(moved: Moved) -> str:
    """Return the id of a movement; raises ``Failed`` unless all of it is done."""
    moved.call.expected = f"{moved.what} is done: 200 with its {moved.asked.movement.id_field}"
    answered(moved.call, moved.what)
    match moved.outcome:
        case Done(value=value, reference=reference) if moved.call.status == 200:
            if value != moved.asked.value:
                answer = display(value, moved.asked.currency)
                raise Failed(f"{moved.what} is answered with the value {answer}")
            return reference
        case Unknown(reason=reason):
            raise Failed(f"{moved.what} is not answered as done: {reason}")
        case (
            Refused(code=code, message=message) | Manual(code=code, message=message) | Done(code=code, message=message)
        ):
            raise Failed(f"{moved.what} is answered {moved.call.status}: {_words(code, message)}")


def refused(moved: Moved, why: str) -> str | None:
    """Require that a movement is refused, for the reason ``why``; return a remark if the refusal is a 500."""
    moved.call.expected = f"{moved.what} is refused: {why}"
    status = answered(moved.call, moved.what)
    outcome = moved.outcome
    if isinstance(outcome, Refused):
        return None
    must = f"{moved.what} must be refused: {why}"
    if isinstance(outcome, Done):
        raise Failed(f"{must}; it is answered {status} as done, {moved.asked.movement.id_field} {outcome.reference}")
    if isinstance(outcome, Manual):
        raise Failed(f"{must}; it is answered {status}, to be done by a person")
    if status in _FAILURES_OF_THE_PROTOCOL and _is_failure_of_the_protocol(moved):
        return f"{moved.what} is refused with {status}, so the gateway asks again for 24 h; a 4xx with a code ends it"
    raise Failed(f"{must}; its answer is no refusal: {outcome.reason}")


def same(first: Call, again: Call, what: str) -> None:
    """Require that a repeated call got the same answer as the first, field by field."""
    again.expected = f"{what} gets the first answer again"
    answered(again, what)
    if again.status != first.status:
        raise Failed(f"{what} is answered {again.status}, the first time {first.status}")
    before, after = first.fields, again.fields
    changed = [name for name in before | after if before.get(name) != after.get(name)]
    if changed:
        listed = ", ".join(f"{name} was {text(before.get(name))}, is {text(after.get(name))}" for name in changed)
        raise Failed(f"{what} gets another answer: {listed}")


def metadata(call: Call) -> tuple[tuple[str, str], ...] | None:
    """Return what an answer asks to get back with later calls, None if it has nothing that can be kept."""
    try:
        return Reading(call.answer).metadata()
    except ValueError:
        return None


def client_error(call: Call, what: str) -> None:
    """Require that a faulty call is answered with a 4xx."""
    call.expected = "a 4xx, such as 400"
    status = answered(call, what)
    if status in _NOT_A_VERDICT or not 400 <= status <= 499:
        raise Failed(f"{what} is answered {status}, not 400")


def status_is(call: Call, status: str, what: str) -> None:
    """Require that a payment is created with a status."""
    call.expected = f"{what} is {status}"
    answered(call, what)
    found = text(call.fields.get("status"))
    if call.status != 200 or found != status:
        words = _words(text(call.fields.get("code")), text(call.fields.get("message")))
        raise Failed(f"{what} is answered {call.status} with the status {found}, not {status}: {words}")
    authorization = identifier(call.fields.get("authorizationId"))
    if status == "approved" and authorization is None:
        raise Failed(f"{what} is approved without an authorizationId")
    if status == "denied" and authorization is not None:
        raise Failed(f"{what} is denied and yet has the authorizationId {authorization}")


def _is_failure_of_the_protocol(moved: Moved) -> bool:
    """Whether an answer has no id and says why; a 200 has a code, too, and a value of zero or none."""
    fields = moved.call.fields
    said = ("code", "message") if moved.call.status == 500 else ("code",)
    has_words = any(fields.get(name) not in (None, "") for name in said)
    moved_nothing = moved.call.status == 500 or fields.get("value") in (None, 0)
    return has_words and moved_nothing and identifier(fields.get(moved.asked.movement.id_field)) is None


def _words(code: str | None, message: str | None) -> str:
    return ": ".join(filter(None, (code, message))) or "without a word"
