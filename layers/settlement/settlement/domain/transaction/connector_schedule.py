"""Times of a connector: its windows and gaps, its automatic captures, and the lapse of its authorisations (C§3.7)."""

from datetime import datetime, timedelta

from settlement.domain.connectors.connector import AutoSettle, Connector
from settlement.domain.transaction.leg import LegKind
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.retries import DEFAULT_DELAY_TO_AUTO_SETTLE


def auto_settle_at(connector: Connector, answered_seconds: int | None, now: datetime) -> datetime | None:
    """Return when a payment authorised now is captured without an invoice; None if never.

    ``answered_seconds`` is the connector's delay. There is no fraud analysis here, so "after antifraud" is at once.
    """
    match connector.auto_settle:
        case AutoSettle.DISABLED:
            return None
        case AutoSettle.AFTER_AUTHORISATION | AutoSettle.AFTER_ANTIFRAUD:
            return now
        case AutoSettle.SCHEDULED:
            return now + (connector.auto_settle_delay or DEFAULT_DELAY_TO_AUTO_SETTLE)
        case AutoSettle.BY_CONNECTOR:
            delay = DEFAULT_DELAY_TO_AUTO_SETTLE if answered_seconds is None else timedelta(seconds=answered_seconds)
            return now + delay


def authorisation_lapses_at(connector: Connector, authorised_at: datetime) -> datetime | None:
    """Return when an authorisation lapses, by its connector's configuration; None if it does not lapse."""
    return authorised_at + connector.authorisation_holds if connector.authorisation_holds else None


def window_of(connector: Connector, kind: LegKind) -> timedelta | None:
    """Return how long a connector accepts a kind of call; None means without limit."""
    windows = connector.windows
    return {LegKind.SETTLE: windows.settle, LegKind.CANCEL: windows.cancel, LegKind.REFUND: windows.refund}.get(kind)


def is_too_early(payment: Payment, now: datetime) -> bool:
    """Return True within the minimum gap after the last call about a payment."""
    return payment.next_call_at is not None and payment.next_call_at > now
