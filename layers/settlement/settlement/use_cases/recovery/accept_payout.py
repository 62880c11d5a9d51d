"""A person ends the work on what a settlement report told: a difference, a missing payout, a chargeback (R36, D175)."""

from dataclasses import replace

from settlement.domain.actor import Acceptance
from settlement.domain.errors import PayoutNotFound, WrongStatus
from settlement.domain.events import EventType, Journal, payout_writer
from settlement.domain.reconciliation.payout import PayoutPart
from settlement.domain.transaction.work import work_of
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.heads import Heads, load_by_transaction
from settlement.use_cases.shared.ports import Commit, Ports
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class PayoutPlace:
    """Where what a report told is kept: ``name`` is its name among those of the payment."""

    transaction_id: str
    payment_id: str
    name: str


def accept_payout(ports: Ports, account: str, place: PayoutPlace, reference: str, reason: str | None = None) -> None:
    """Write that what a report told was dealt with, by ``reference``, and close its work; no figure changes.

    The same reference again writes nothing. Raises ``TransactionNotFound``, ``PayoutNotFound``, and ``WrongStatus`` if
    it asks for no work, or was accepted with another reference.
    """
    decide_until_written(ports, lambda: _accept(ports, account, place, reference, reason))


def payout_at(ports: Ports, account: str, place: PayoutPlace) -> PayoutPart:
    """Return what a report told; raises ``PayoutNotFound``."""
    return _found(place, ports.store.payout(account, place.transaction_id, place.payment_id, place.name))


def _found(place: PayoutPlace, part: PayoutPart | None) -> PayoutPart:
    if part is None:
        raise PayoutNotFound(place.name)
    return part


def _accept(ports: Ports, account: str, place: PayoutPlace, reference: str, reason: str | None) -> None:
    heads = load_by_transaction(ports.store, account, place.transaction_id)
    told = ports.store.payouts(account, place.transaction_id, place.payment_id)
    part = _found(place, next((part for part in told if part.name == place.name), None))
    if part.accepted is not None:
        if part.accepted.reference != reference:
            raise WrongStatus(f"Payout {part.name} was accepted already, with reference {part.accepted.reference}")
        return
    if work_of(part) is None:
        raise WrongStatus(
            f"Payout {part.name} is {part.outcome.value}, and nobody's work: only a difference, a missing payout or a "
            "chargeback is accepted"
        )
    commit = _commit(account, heads, part, Acceptance(reference, ports.now(), ports.actor, reason))
    ports.commit(replace(commit, payouts_seen=sum(held.version for held in told)))


def _commit(account: str, heads: Heads, part: PayoutPart, said: Acceptance) -> Commit:
    where = heads.order.order_id, heads.transaction.transaction_id
    journal = Journal(
        writer=payout_writer(part.payment_id, part.name, part.version),
        written=0,
        order_id=where[0],
        transaction_id=where[1],
        at=said.at,
    )
    journal.record(
        EventType.PAYOUT_ACCEPTED,
        part.payment_id,
        payout=part.name,
        movement=part.kind.value,
        value=part.gross,
        reference=said.reference,
        reason=said.reason,
        reportId=part.report_id,
    )
    return Commit(
        account,
        *where,
        currency=heads.transaction.currency,
        payouts=[replace(part, accepted=said)],
        payouts_before=[part],
        events=journal.events,
    )
