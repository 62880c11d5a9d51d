"""Payments received outside of their connector: settled by booking only, cancelled and refunded by hand (C§3.1)."""

from settlement.domain.connectors.connector_calls import AuthorisationOutcome, Done, Manual, PaidOffline, Undecided
from settlement.domain.connectors.exchange import Exchange
from settlement.domain.transaction.leg import Leg, LegKind

_NO_CALL = Exchange("no call: the merchant has received this payment outside of its connector", None, "", 0)
_BY_HAND = "received outside of the connector; give it back by hand"


def paid_offline(outcome: AuthorisationOutcome) -> AuthorisationOutcome:
    """Return the authorisation's outcome after the merchant's notice: an undecided one counts as paid offline."""
    return PaidOffline(outcome.exchange, outcome.tid) if isinstance(outcome, Undecided) else outcome


def done_offline(leg: Leg) -> Done | Manual:
    """Return the outcome, without a call, of a leg on such a payment, whose money the connector never had.

    A settlement is done, because the merchant has the money. A cancellation or refund is left to a person.
    """
    if leg.kind is LegKind.SETTLE:
        return Done(_NO_CALL, leg.value, f"OFFLINE-{leg.request_id}", None, "received by the merchant")
    return Manual(_NO_CALL, "refund-manually" if leg.kind is LegKind.REFUND else "cancel-manually", _BY_HAND)
