"""One call to the sandbox: replayed or performed, recorded, and written in one transaction.

Parallel calls cannot both use a payment's last value: every record is written over the version that was read, and the
second writer decides again on the new state.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from random import uniform
from time import sleep
from typing import TypeVar
from uuid import uuid4

import sandbox_store
from sandbox_provider import (
    UNDEFINED,
    Books,
    Call,
    Effect,
    Payment,
    Refusal,
    Reply,
    Settlement,
    failure,
    perform,
    scripted_failure,
)
from sandbox_scripts import EVERY_PAYMENT, NORMAL, Delivery, Operation, Outcome, script_key, take_next
from sandbox_store import Record
from settlement.connectors.ppp_fields import Fields

MAX_ATTEMPTS = 30

Kept = TypeVar("Kept", Payment, Settlement)


@dataclass(frozen=True, slots=True)
class Decision:
    """A reply, its delivery, and the changed records."""

    reply: Reply
    delivery: Delivery
    changes: list[Record]


def answer(call: Call, arrived: datetime) -> Decision:
    """Answer a call; write its effect, its script's change and its record together."""
    return _until_written(lambda: _recorded(call, arrived, _decide(call)))


def refuse(call: Call, arrived: datetime, message: str) -> Decision:
    """Answer a call with an unreadable body; it is recorded if its payment is known."""
    decision = Decision(failure(call, 400, "invalid-body", message), Delivery.ANSWER, [])
    return _until_written(lambda: _recorded(call, arrived, decision)) if call.payment_id else decision


def calls_of(payment_id: str) -> list[Fields]:
    """Return every call about a payment, in the order of arrival."""
    return [record.document for record in sandbox_store.read_all(_pk(payment_id), "CALL#")]


def set_script(payment_id: str, operation: Operation, outcomes: list[object]) -> None:
    """Replace the outcomes to come."""
    document: Fields = {"outcomes": outcomes}

    def decide() -> Decision:
        script = sandbox_store.read(*script_key(payment_id, operation))
        return Decision(Reply(200, document), Delivery.ANSWER, [replace(script, document=document)])

    _until_written(decide)


def _until_written(decide: Callable[[], Decision]) -> Decision:
    for _ in range(MAX_ATTEMPTS):
        decision = decide()
        if sandbox_store.write(decision.changes):
            return decision
        sleep(uniform(0.005, 0.05))
    raise TimeoutError(f"the sandbox lost {MAX_ATTEMPTS} races for one record")


def _decide(call: Call) -> Decision:
    state = sandbox_store.read(_pk(call.payment_id), "STATE")
    payment = _stored(Payment, state)
    request = sandbox_store.read(_pk(call.payment_id), f"REQUEST#{call.request_id}")
    replay = _replay(call, payment, request)
    if replay is not None:
        return Decision(replay, Delivery.ANSWER, [])
    outcome, taken = _next_outcome(call)
    if outcome.failure is not None:
        return Decision(scripted_failure(call, outcome.failure), outcome.delivery, taken)
    settlement = _settlement(call.payment_id, call.fields.get("settleId"))
    try:
        effect = perform(call, Books(payment, _stored(Settlement, settlement)), outcome)
    except Refusal as refusal:
        reply = failure(call, refusal.status, refusal.code, refusal.message)
        return Decision(reply, outcome.delivery, taken)
    changes = _changes(call, effect, state, settlement, request)
    return Decision(effect.reply, outcome.delivery, [*taken, *changes])


def _replay(call: Call, payment: Payment | None, request: Record) -> Reply | None:
    """Return a repeated call's first answer, None for a new call; ``undefined`` is not kept as an answer."""
    if call.operation is Operation.PAYMENTS:
        return Reply(200, payment.answer) if payment and payment.status != UNDEFINED else None
    if not request.version:
        return None
    if request.document["operation"] != call.operation:
        return failure(call, 400, "request-id-reused", f"requestId {call.request_id} was for something else")
    body = request.document["answer"]
    assert isinstance(body, dict)
    return Reply(200, body)


def _next_outcome(call: Call) -> tuple[Outcome, list[Record]]:
    """Return the next scripted outcome, the payment's own first, with the changed record of the script."""
    for name in (call.payment_id, EVERY_PAYMENT):
        script = sandbox_store.read(*script_key(name, call.operation))
        taken = take_next(script.document, call.operation)
        if taken is not None:
            outcome, rest = taken
            return outcome, [replace(script, document=rest)]
    return NORMAL, []


def _changes(call: Call, effect: Effect, state: Record, settlement: Record, request: Record) -> list[Record]:
    changes = []
    if effect.payment is not None:
        changes.append(replace(state, document=asdict(effect.payment)))
    if effect.settlement is not None:
        if call.operation is Operation.SETTLEMENTS:
            settlement = _settlement(call.payment_id, effect.settlement.settle_id)
        changes.append(replace(settlement, document=asdict(effect.settlement)))
    if call.operation is not Operation.PAYMENTS:
        remembered: Fields = {"operation": call.operation.value, "answer": effect.reply.body}
        changes.append(replace(request, document=remembered))
    return changes


def _recorded(call: Call, arrived: datetime, decision: Decision) -> Decision:
    """Add the record of the call with its answer, or none if the connection is dropped."""
    dropped = decision.delivery is Delivery.DROP
    at = arrived.isoformat(timespec="microseconds").replace("+00:00", "Z")
    document: Fields = {
        "operation": call.operation.value,
        "paymentId": call.payment_id,
        "requestId": call.request_id,
        "value": call.fields.get("value"),
        **({"settleId": call.fields.get("settleId")} if call.operation is Operation.REFUNDS else {}),
        "answer": {
            "status": None if dropped else decision.reply.status,
            "body": None if dropped else decision.reply.body,
        },
        "at": at,
    }
    record = Record(_pk(call.payment_id), f"CALL#{at}#{uuid4().hex}", document=document)
    return replace(decision, changes=[*decision.changes, record])


def _settlement(payment_id: str, settle_id: object) -> Record:
    """Return the settlement that a call names; one of version 0 if it names none."""
    if not isinstance(settle_id, str) or not settle_id:
        return Record(_pk(payment_id), "SETTLEMENT#")
    return sandbox_store.read(_pk(payment_id), f"SETTLEMENT#{settle_id}")


def _stored(kind: Callable[..., Kept], record: Record) -> Kept | None:
    return kind(**record.document) if record.version else None


def _pk(payment_id: str) -> str:
    return f"SANDBOX#{payment_id}"
