"""Withholds value that an order no longer owes and that its connector has not cancelled (R33, D7).

If a cancellation is refused, left to a person or never tried, its value is still never captured.
"""

from dataclasses import replace

from settlement.domain.ledger.ledger import Movement, MovementKind
from settlement.domain.transaction.leg import Leg, LegKind
from settlement.domain.transaction.operation import OperationKind
from settlement.domain.transaction.payment import Payment


def withheld(leg: Leg, payment: Payment) -> tuple[Leg, Payment, dict[str, int]]:
    """Return a cancellation that has not happened, its payment with the value withheld, and the ledger's deltas.

    Other legs, and legs whose value is withheld already, are returned unchanged, without deltas.
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
    """Return True if the value that an operation cancels is no longer owed; an expiry's value still is."""
    return kind is not OperationKind.EXPIRE
