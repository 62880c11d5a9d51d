"""Payments that a merchant receives outside of their connector: settled by booking, given back by hand (C§3.1)."""

from settlement.domain.connectors.connector_calls import (
    AuthorisationOutcome,
    Done,
    Exchange,
    Manual,
    PaidOffline,
    Undecided,
)
from settlement.domain.transaction.leg import Leg, LegKind

_NO_CALL = Exchange("no call: the merchant has received this payment outside of its connector", None, "", 0)
_BY_HAND = "received outside of the connector; give it back by hand"


def paid_offline(outcome: AuthorisationOutcome) -> AuthorisationOutcome:
    """Return what an authorisation comes to once the merchant has the money: a connector that decides is believed."""
    return PaidOffline(outcome.exchange, outcome.tid) if isinstance(outcome, Undecided) else outcome


def done_offline(leg: Leg) -> Done | Manual:
    """Return what becomes of a leg that moves money of such a payment, whose connector knows of none and is not called.

    What is settled is there already; what is cancelled or refunded only a person can give back.
    """
    if leg.kind is LegKind.SETTLE:
        return Done(_NO_CALL, leg.value, f"OFFLINE-{leg.request_id}", None, "received by the merchant")
    return Manual(_NO_CALL, "refund-manually" if leg.kind is LegKind.REFUND else "cancel-manually", _BY_HAND)
