"""A connector for rehearsals: it does all that it is asked, calls nobody, and remembers what it was asked."""

from dataclasses import field

from settlement.domain.connectors.connector import Connector
from settlement.domain.connectors.connector_calls import (
    Approved,
    AuthorisationOutcome,
    Authorise,
    Cancel,
    Done,
    Inbound,
    InboundOutcome,
    MovementOutcome,
    Refund,
    Relayed,
    Settle,
)
from settlement.domain.connectors.exchange import Exchange
from settlement.domain.ledger.ledger import MovementKind
from settlement.values import dataclass

_NO_CALL = Exchange("rehearsed", None, "", 0)
_REHEARSED = "rehearsed/"
"""Begins the settlement ids of captures that were only rehearsed: their connector has not named them yet."""


@dataclass(frozen=True, slots=True)
class PlannedMovement:
    """A value in minor units that moves on one payment.

    ``settle_id`` is the settlement that a refund gives back, None if its connector has not named it yet.
    """

    payment_id: str
    operation: MovementKind
    value: int
    settle_id: str | None = None


@dataclass(slots=True)
class ObligingConnector:
    """A ``ConnectorClient`` that answers each call with all of its value."""

    calls: list[PlannedMovement] = field(default_factory=list)

    def authorise(self, connector: Connector, request: Authorise) -> AuthorisationOutcome:
        """Authorise the payment."""
        return Approved(_NO_CALL, None, None, None, None, None, None, None)

    def settle(self, connector: Connector, request: Settle) -> MovementOutcome:
        """Capture the value."""
        self.calls.append(PlannedMovement(request.payment.payment_id, MovementKind.SETTLE, request.value))
        return Done(_NO_CALL, request.value, f"{_REHEARSED}{request.request_id}", None, None)

    def cancel(self, connector: Connector, request: Cancel) -> MovementOutcome:
        """Cancel the value."""
        self.calls.append(PlannedMovement(request.payment.payment_id, MovementKind.CANCEL, request.value))
        return Done(_NO_CALL, request.value, request.request_id, None, None)

    def refund(self, connector: Connector, request: Refund) -> MovementOutcome:
        """Refund the value."""
        settle_id = None if request.settle_id.startswith(_REHEARSED) else request.settle_id
        self.calls.append(PlannedMovement(request.payment.payment_id, MovementKind.REFUND, request.value, settle_id))
        return Done(_NO_CALL, request.value, request.request_id, None, None)

    def inbound(self, connector: Connector, action: str, request: Inbound) -> InboundOutcome:
        """Answer with nothing."""
        return Relayed(_NO_CALL, 200, "text/plain", "", None, None)
