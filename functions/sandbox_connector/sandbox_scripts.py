"""Scripts: outcomes of the next calls in place of the normal answer.

==================  ==========================================================================================
outcome             effect
==================  ==========================================================================================
``"ok"``            the normal answer
``"400"``           refused, without effect; nothing is stored, so the same requestId works later
``"500"``           fails, without effect; nothing is stored
``"501"``           not possible, without effect (cancel-manually, refund-manually); nothing is stored
``"drop"``          the effect happens and is stored, and the connection closes without an answer
``"hang"``          the effect happens and is stored, and the answer comes after the client's time-out
``"partial:5000"``  settlements, refunds: at most so many minor units are moved and answered
an object           its keys replace those of the normal answer, also in the stored one
==================  ==========================================================================================
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from settlement.connectors.ppp_fields import Fields
from settlement.domain.money import MAX_DIGITS

MAX_OUTCOMES = 100
EVERY_PAYMENT = "*"


class Operation(StrEnum):
    """The protocol's calls, by the last part of their path."""

    PAYMENTS = "payments"
    SETTLEMENTS = "settlements"
    CANCELLATIONS = "cancellations"
    REFUNDS = "refunds"


class Delivery(StrEnum):
    """How an answer is delivered."""

    ANSWER = "answer"
    DROP = "drop"
    HANG = "hang"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One scripted outcome; the default is the normal answer."""

    failure: int | None = None
    delivery: Delivery = Delivery.ANSWER
    most_minor_units: int | None = None
    merged: Fields = field(default_factory=dict)


NORMAL = Outcome()

_WORDS: Mapping[str, Outcome] = {
    "ok": NORMAL,
    "400": Outcome(failure=400),
    "500": Outcome(failure=500),
    "501": Outcome(failure=501),
    "drop": Outcome(delivery=Delivery.DROP),
    "hang": Outcome(delivery=Delivery.HANG),
}
_PARTIAL = re.compile(rf"partial:([1-9][0-9]{{0,{MAX_DIGITS - 1}}})")
_PARTIAL_OPERATIONS = (Operation.SETTLEMENTS, Operation.REFUNDS)


def script_key(payment_id: str, operation: Operation) -> tuple[str, str]:
    """Return the key of the script of a payment, or of all payments."""
    return f"SANDBOX-SCRIPT#{payment_id}", operation.value


def read_outcome(written: object, operation: Operation) -> Outcome:
    """Parse one outcome; raises ``ValueError``, which quotes an invalid one."""
    if isinstance(written, dict):
        return Outcome(merged=written)
    if isinstance(written, str):
        if written in _WORDS:
            return _WORDS[written]
        partial = _PARTIAL.fullmatch(written)
        if partial and operation in _PARTIAL_OPERATIONS:
            return Outcome(most_minor_units=int(partial[1]))
    raise ValueError(
        f"outcome {written!r} is unknown for {operation}: it must be one of {', '.join(_WORDS)}, an object, "
        f"or for settlements and refunds partial: and a number of minor units above zero"
    )


def take_next(script: Fields, operation: Operation) -> tuple[Outcome, Fields] | None:
    """Return the first outcome of a stored script, and the rest of the script; None if it is empty."""
    outcomes = script.get("outcomes")
    if not isinstance(outcomes, list) or not outcomes:
        return None
    return read_outcome(outcomes[0], operation), script | {"outcomes": outcomes[1:]}
