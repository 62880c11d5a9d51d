"""Value that an order no longer owes, and that its connector has not cancelled: it is withheld (R33, D7).

Whatever a cancellation comes to (refused, left to a person, never tried), its value is never captured.
"""

from dataclasses import replace

from settlement.domain.ledger.ledger import Movement, MovementKind
from settlement.domain.transaction.leg import Leg, LegKind
from settlement.domain.transaction.operation import OperationKind
from settlement.domain.transaction.payment import Payment


def withheld(leg: Leg, payment: Payment) -> tuple[Leg, Payment, dict[str, int]]:
    """Return a cancellation that has not happened, its payment with the value withheld, and the ledger's deltas.

    Any other leg, and one whose value is withheld already, come back as they are, with no deltas.
    """
    if leg.kind is not LegKind.CANCEL or leg.from_withheld:
        return leg, payment, {}
    movement = Movement(MovementKind.WITHHOLD, leg.payment_id, leg.value)
    deltas = payment.counters.deltas(movement)
    return (
        replace(leg, from_withheld=leg.value),
        replace(payment, counters=payment.counters.after(movement)),
        deltas,
    )


def takes_value_off(kind: OperationKind) -> bool:
    """Tell whether what an operation cancels is no longer owed; what only anticipates a lapse still is."""
    return kind is not OperationKind.EXPIRE
