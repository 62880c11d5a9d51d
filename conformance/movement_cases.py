"""Cases of partial captures, cancellations and refunds: settling by invoices needs them, and the public suite lacks
them.
"""

from __future__ import annotations

from conformance import verdicts
from conformance.capabilities import Card, Need
from conformance.case import Case, case
from conformance.play import WHOLE, Play
from conformance.verdicts import Failed
from settlement.domain.connectors.connector_calls import Done

NOTHING_LEFT = "nothing is left of the payment"


@case(Need.PARTIAL_SETTLEMENT)
def partial_settlement(play: Play) -> None:
    """A settlement of 70.00 of 100.00 settles 70.00, no more and no less."""
    play.settled(play.approved(), 7_000)


@case(Need.PARTIAL_SETTLEMENT, Need.REPEATED_SETTLEMENT)
def settlement_of_the_rest(play: Play) -> None:
    """After 70.00 the rest of 30.00 is settled, under a settleId of its own, and then nothing is left."""
    payment = play.approved()
    _apart("settleId", play.settled(payment, 7_000), play.settled(payment, 3_000))
    play.refuses(play.settle(payment, 1), NOTHING_LEFT)


@case(Need.PARTIAL_SETTLEMENT, Need.REPEATED_SETTLEMENT)
def equal_settlements_both_count(play: Play) -> None:
    """Two settlements of 50.00 under different requestIds both count: the id distinguishes them, not the value."""
    payment = play.approved()
    _apart("settleId", play.settled(payment, 5_000), play.settled(payment, 5_000))
    play.refuses(play.settle(payment, 1), NOTHING_LEFT)


@case(Need.PARTIAL_SETTLEMENT, Need.REPEATED_SETTLEMENT)
def settlement_above_the_rest_is_refused(play: Play) -> None:
    """Settlements of 100.01 of 100.00, and of 30.01 after 70.00, are refused, and a refusal moves nothing."""
    payment = play.approved()
    play.refuses(play.settle(payment, WHOLE + 1), "the payment is of 100.00")
    play.settled(payment, 7_000)
    play.refuses(play.settle(payment, 3_001), "only 30.00 is left")
    play.settled(payment, 3_000)


@case(Need.PARTIAL_SETTLEMENT)
def settlements_at_once_stay_within_the_payment(play: Play) -> None:
    """Of parallel settlements of 70.00, one is done."""
    payment = play.approved()
    outcomes = [moved.outcome for moved in play.at_once([lambda: play.settle(payment, 7_000)] * 4)]
    times = sum(isinstance(outcome, Done) for outcome in outcomes)
    if times != 1:
        raise Failed(f"of 4 settlements of 70.00 of a payment of 100.00, {times} are done")


@case(Need.CARDS)
def settlement_of_a_denied_payment_is_refused(play: Play) -> None:
    """A denied payment is not settled."""
    payment = play.by_card(Card.DENIED)
    call = play.create(payment)
    verdicts.status_is(call, "denied", "the payment")
    play.refuses(play.settle(play.reference(payment, call), WHOLE), "the payment is denied")


@case()
def settlement_after_cancellation_is_refused(play: Play) -> None:
    """A payment that is cancelled whole is not settled."""
    payment = play.approved()
    verdicts.done(play.cancel(payment, WHOLE))
    play.refuses(play.settle(payment, WHOLE), "the payment is cancelled")


@case()
def cancellation_without_a_value_is_of_all(play: Play) -> None:
    """A cancellation without a value cancels all open value."""
    payment = play.approved()
    verdicts.done(play.cancel_all(payment, WHOLE))
    play.refuses(play.settle(payment, 1), "the payment is cancelled")


@case(Need.PARTIAL_CANCELLATION, Need.PARTIAL_SETTLEMENT)
def partial_cancellation(play: Play) -> None:
    """After a cancellation of 15.00 of 100.00, a settlement of 85.01 is refused and one of 85.00 is done."""
    payment = play.approved()
    verdicts.done(play.cancel(payment, 1_500))
    play.refuses(play.settle(payment, 8_501), "15.00 is cancelled, 85.00 is left")
    play.settled(payment, 8_500)


@case(Need.PARTIAL_CANCELLATION, Need.PARTIAL_SETTLEMENT)
def cancellation_of_what_is_settled_is_refused(play: Play) -> None:
    """After a settlement of 70.00, a cancellation of 30.01 is refused and one of 30.00 is done."""
    payment = play.approved()
    play.settled(payment, 7_000)
    play.refuses(play.cancel(payment, 3_001), "70.00 is settled, 30.00 is left")
    verdicts.done(play.cancel(payment, 3_000))


@case(Need.REFUND, Need.PARTIAL_SETTLEMENT, Need.REPEATED_SETTLEMENT, Need.PARTIAL_REFUND)
def partial_refund_of_each_settlement(play: Play) -> None:
    """Of settlements of 70.00 and 30.00, refunds of 50.00 and 20.00 are done, each on its own settlement."""
    payment = play.approved()
    first, second = play.settled(payment, 7_000), play.settled(payment, 3_000)
    _apart(
        "refundId",
        verdicts.done(play.refund(payment, second, 2_000)),
        verdicts.done(play.refund(payment, first, 5_000)),
    )


@case(Need.REFUND, Need.PARTIAL_SETTLEMENT, Need.REPEATED_SETTLEMENT)
def refund_above_its_settlement_is_refused(play: Play) -> None:
    """A refund of 30.01 of a settlement of 30.00 is refused, although 100.00 is settled in all."""
    payment = play.approved()
    first, second = play.settled(payment, 7_000), play.settled(payment, 3_000)
    play.refuses(play.refund(payment, second, 3_001), "its settlement is of 30.00")
    verdicts.done(play.refund(payment, second, 3_000))
    play.refuses(play.refund(payment, second, 1), "its settlement is refunded")
    verdicts.done(play.refund(payment, first, 7_000))


@case(Need.REFUND, Need.PARTIAL_REFUND, Need.REPEATED_REFUND)
def equal_refunds_both_count(play: Play) -> None:
    """Two refunds of 40.00 under different requestIds both count: then 20.01 is refused and 20.00 is refunded."""
    payment = play.approved()
    settle_id = play.settled(payment, WHOLE)
    first = verdicts.done(play.refund(payment, settle_id, 4_000))
    _apart("refundId", first, verdicts.done(play.refund(payment, settle_id, 4_000)))
    play.refuses(play.refund(payment, settle_id, 2_001), "80.00 is refunded, 20.00 is left")
    verdicts.done(play.refund(payment, settle_id, 2_000))


@case(Need.REFUND)
def refund_of_an_unknown_settlement_is_refused(play: Play) -> None:
    """A refund of an unknown settleId is refused."""
    payment = play.approved()
    play.settled(payment, WHOLE)
    play.refuses(play.refund(payment, "unknown-settlement", WHOLE), "the payment has no such settlement")


@case(Need.DECIMALS, Need.PARTIAL_SETTLEMENT, Need.REPEATED_SETTLEMENT, Need.REFUND, Need.REPEATED_REFUND)
def cents_are_exact(play: Play) -> None:
    """69.99, 0.29 and 0.10 of 70.38 are settled and refunded to the cent."""
    values = 6_999, 29, 10
    payment = play.approved(sum(values))
    settle_ids = [play.settled(payment, value) for value in values]
    play.refuses(play.settle(payment, 1), NOTHING_LEFT)
    for settle_id, value in zip(settle_ids, values, strict=True):
        verdicts.done(play.refund(payment, settle_id, value))


def _apart(name: str, first: str, second: str) -> None:
    if first == second:
        raise Failed(f"two requests get the same {name}: {first}")


CASES: tuple[Case, ...] = (
    partial_settlement,
    settlement_of_the_rest,
    equal_settlements_both_count,
    settlement_above_the_rest_is_refused,
    settlements_at_once_stay_within_the_payment,
    settlement_of_a_denied_payment_is_refused,
    settlement_after_cancellation_is_refused,
    cancellation_without_a_value_is_of_all,
    partial_cancellation,
    cancellation_of_what_is_settled_is_refused,
    partial_refund_of_each_settlement,
    refund_above_its_settlement_is_refused,
    equal_refunds_both_count,
    refund_of_an_unknown_settlement_is_refused,
    cents_are_exact,
)
