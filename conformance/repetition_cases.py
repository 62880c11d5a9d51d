"""Cases of repeated requests: the gateway repeats a request without an answer, so a repeated id must get the first
answer and have no further effect (C§4.7).
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from conformance import verdicts
from conformance.capabilities import Need
from conformance.case import Case, case
from conformance.play import WHOLE, Play
from conformance.verdicts import Failed, Moved
from settlement.domain.connectors.connector_calls import Done, Unknown

AT_ONCE = 5


@case()
def repeated_create(play: Play) -> None:
    """The same paymentId again gets the same answer, also after a settlement, and creates no second payment."""
    draft = play.payable()
    payment = play.approve(draft)
    first = play.create(draft)
    verdicts.same(first, play.create(draft), "the payment created again")
    play.settled(payment, WHOLE)
    verdicts.same(first, play.create(draft), "the payment created again after its settlement")
    play.refuses(play.settle(payment, WHOLE), "it is settled, and creating it again made no other one")


@case(Need.PARTIAL_SETTLEMENT, Need.REPEATED_SETTLEMENT)
def repeated_settlement(play: Play) -> None:
    """The same requestId again gets the same answer and settleId, also after another one, and settles nothing."""
    payment = play.approved()
    request_id = str(uuid4())
    first = play.settle(payment, 7_000, request_id)
    settle_id = verdicts.done(first)
    _again(first, play.settle(payment, 7_000, request_id))
    play.settled(payment, 2_000)
    _again(first, play.settle(payment, 7_000, request_id))
    _left(play.settle(payment, 1_000), f"settlement {settle_id} counts once, 10.00 is left")


@case()
def repeated_refusal(play: Play) -> None:
    """The requestId of a refused settlement again is refused again, and settles nothing."""
    payment = play.approved()
    request_id = str(uuid4())
    for _ in range(2):
        play.refuses(play.settle(payment, WHOLE + 1, request_id), "the payment is of 100.00")
    play.settled(payment, WHOLE)


@case(Need.PARTIAL_CANCELLATION, Need.PARTIAL_SETTLEMENT)
def repeated_cancellation(play: Play) -> None:
    """The same requestId again gets the same answer and cancels nothing."""
    payment = play.approved()
    request_id = str(uuid4())
    first = play.cancel(payment, 1_500, request_id)
    verdicts.done(first)
    _again(first, play.cancel(payment, 1_500, request_id))
    _left(play.settle(payment, 8_500), "15.00 is cancelled once, 85.00 is left")


@case(Need.REFUND, Need.PARTIAL_REFUND, Need.REPEATED_REFUND)
def repeated_refund(play: Play) -> None:
    """The same requestId again gets the same answer and refundId, also after another one, and refunds nothing."""
    payment = play.approved()
    settle_id, request_id = play.settled(payment, WHOLE), str(uuid4())
    first = play.refund(payment, settle_id, 4_000, request_id)
    verdicts.done(first)
    _again(first, play.refund(payment, settle_id, 4_000, request_id))
    verdicts.done(play.refund(payment, settle_id, 2_000))
    _again(first, play.refund(payment, settle_id, 4_000, request_id))
    _left(play.refund(payment, settle_id, 4_000), "40.00 is refunded once, 40.00 is left")


@case()
def create_at_once(play: Play) -> None:
    """The same paymentId several times at once creates one payment."""
    draft = play.payable()
    calls = play.at_once([lambda: play.create(draft)] * AT_ONCE)
    play.approve(draft)
    last = play.create(draft)
    for call in calls:
        if call.status is None or call.status >= 500 or call.fields.get("status") == "undefined":
            continue
        verdicts.same(last, call, "the payment created in parallel")


@case(Need.PARTIAL_SETTLEMENT)
def settlement_at_once(play: Play) -> None:
    """The same requestId several times at once settles once, under one settleId."""
    payment = play.approved()
    request_id = str(uuid4())
    _once(play, lambda: play.settle(payment, 7_000, request_id))
    play.refuses(play.settle(payment, 3_001), "70.00 is settled once, 30.00 is left")
    if play.setup.unmet(Need.REPEATED_SETTLEMENT) is None:
        _left(play.settle(payment, 3_000), "70.00 is settled once, 30.00 is left")


@case(Need.PARTIAL_CANCELLATION, Need.PARTIAL_SETTLEMENT)
def cancellation_at_once(play: Play) -> None:
    """The same requestId several times at once cancels once."""
    payment = play.approved()
    request_id = str(uuid4())
    _once(play, lambda: play.cancel(payment, 1_500, request_id))
    _left(play.settle(payment, 8_500), "15.00 is cancelled once, 85.00 is left")


@case(Need.REFUND, Need.PARTIAL_REFUND, Need.REPEATED_REFUND)
def refund_at_once(play: Play) -> None:
    """The same requestId several times at once refunds once, under one refundId."""
    payment = play.approved()
    settle_id, request_id = play.settled(payment, WHOLE), str(uuid4())
    _once(play, lambda: play.refund(payment, settle_id, 2_000, request_id))
    _left(play.refund(payment, settle_id, 8_000), "20.00 is refunded once, 80.00 is left")


def _again(first: Moved, again: Moved) -> None:
    verdicts.same(first.call, again.call, f"{first.what} asked for again")


def _left(moved: Moved, because: str) -> None:
    """Require that the whole expected rest can be moved."""
    try:
        verdicts.done(moved)
    except Failed as failure:
        raise Failed(f"{failure} (should be done: {because})") from None


def _once(play: Play, ask: Callable[[], Moved]) -> None:
    """Require that parallel repeats of a request get the same answer; after a 5xx, it is sent again."""
    asked = play.at_once([ask] * AT_ONCE)
    last = ask()
    reference = verdicts.done(last)
    for moved in asked:
        match moved.outcome:
            case Done(reference=other):
                if other != reference:
                    name = moved.asked.movement.id_field
                    raise Failed(f"{moved.what}, sent {AT_ONCE} times at once, gets {name}s {other} and {reference}")
            case Unknown():
                continue
            case _:
                raise Failed(f"{moved.what}, sent {AT_ONCE} times at once, is refused once: its value would be freed")


CASES: tuple[Case, ...] = (
    repeated_create,
    repeated_settlement,
    repeated_refusal,
    repeated_cancellation,
    repeated_refund,
    create_at_once,
    settlement_at_once,
    cancellation_at_once,
    refund_at_once,
)
