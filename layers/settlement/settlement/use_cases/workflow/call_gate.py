"""Decides whether a connector may be called now: within its window, and after its minimum gap (D76, D77)."""

from dataclasses import replace
from datetime import datetime

from settlement.domain.connectors.connector_calls import Manual, Refused
from settlement.domain.connectors.exchange import Exchange
from settlement.domain.transaction.connector_schedule import is_too_early, window_of
from settlement.domain.transaction.leg import LegKind
from settlement.domain.transaction.posting import LegContext
from settlement.use_cases.shared.ports import Changed, Commit, Conflict, Ports


def outcome_of_closed_window(ports: Ports, context: LegContext) -> Manual | Refused | None:
    """Return the outcome, without a call, of a leg whose window is over; None while the window is open.

    A capture is refused; a cancellation or refund is left to a person. A call that may have happened is repeated at any
    time, because the repetition only finds out.
    """
    leg, connector = context.leg, context.connector
    window = window_of(connector, leg.kind)
    if window is None or leg.attempts or leg.doubtful:
        return None
    since = _since(ports, context)
    if since is None or ports.now() - since <= window:
        return None
    reason = (
        f"connector {connector.name} takes a {leg.kind.value} for {window.days} days, "
        f"which were over on {since + window:%Y-%m-%d at %H:%M} UTC"
    )
    exchange = Exchange("not sent", None, reason, 0)
    code = f"{leg.kind.value}-window"
    return Refused(exchange, code, reason) if leg.kind is LegKind.SETTLE else Manual(exchange, code, reason)


def claim_call(ports: Ports, context: LegContext) -> bool:
    """Claim the payment's next call for this leg; return False if it is too early, or another leg has claimed it."""
    gap, payment, transaction = context.connector.minimum_gap, context.payment, context.transaction
    now = ports.now()
    if not gap:
        return True
    if is_too_early(payment, now):
        return False
    claimed = Changed(payment, replace(payment, next_call_at=now + gap))
    where = (transaction.account, transaction.order_id, transaction.transaction_id, transaction.currency)
    commit = Commit(*where, payments=[claimed])
    try:
        ports.commit(commit)
    except Conflict:
        return False
    return True


def _since(ports: Ports, context: LegContext) -> datetime | None:
    """Return the start of a leg's window: the capture's time for a refund, else the authorisation's."""
    leg, transaction = context.leg, context.transaction
    if leg.kind is not LegKind.REFUND or leg.settlement is None:
        return context.payment.authorised_at
    settlement = ports.store.settlement(transaction.account, transaction.transaction_id, leg.payment_id, leg.settlement)
    return settlement.settled_at if settlement is not None else None
