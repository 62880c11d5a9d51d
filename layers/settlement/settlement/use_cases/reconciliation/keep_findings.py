"""Writes what a report told: of each payment its parts with their events, in one write; the report itself last.

A run that dies is run again: what is written already says the same and is not written again.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING

from settlement.domain.events import EventType, Journal, Json, report_writer
from settlement.domain.money import display
from settlement.domain.reconciliation.books import PaymentBooks
from settlement.domain.reconciliation.due import facts_of_dues
from settlement.domain.reconciliation.outcomes import Missing, Outcome
from settlement.domain.reconciliation.paid_sums import PaidSums, paid_since
from settlement.domain.reconciliation.payout import PayoutPart, part_missing, part_of
from settlement.domain.reconciliation.payout_dues import dues_changed
from settlement.domain.reconciliation.replacement import Replacement, replacement
from settlement.domain.reconciliation.report_line import DISPUTES, LineKind, Stage
from settlement.use_cases.reconciliation.workspace import Workspace
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.lots import in_lots
from settlement.use_cases.shared.ports import Commit, Ports

if TYPE_CHECKING:
    from settlement.use_cases.reconciliation.report_ports import Hands

_ID = 12

PAYMENTS_AT_ONCE = 25
"""Payments whose findings are written together; DynamoDB takes 100 items at once, so these are some transactions."""

PARTS_AT_ONCE = 40
"""Most parts of one write; DynamoDB takes 100 items in all."""


Where = PaymentBooks | Missing
"""What names a payment, with its order and transaction."""


Finding = tuple[Where, list[PayoutPart]]
"""A payment with the parts that a report told, or did not tell, of it."""

Repeated = list[PayoutPart]
"""Parts that another report has told, so that their lines are duplicates."""


def keep_findings(
    hands: "Hands", workspace: Workspace, report_id: str, at: datetime, progress: Callable[[int], None]
) -> bool:
    """Have every part written that the report told, and then every one that it did not tell.

    Return whether other reports have told some of its lines meanwhile: those are duplicates in the workspace then.
    """
    payments = 0
    repeated: Repeated = []
    for findings in (_told(workspace, report_id, at), _missing(workspace, report_id, at)):
        for found in hands.keep(findings):
            payments += 1
            repeated += found
            progress(payments)
    workspace.repeat(repeated)
    return bool(repeated)


def write_findings(ports: Ports, account: str, findings: Iterable[Finding]) -> int:
    """Write findings, lot after lot; return how many parts other reports have told since they were found."""
    lots = in_lots(findings, PAYMENTS_AT_ONCE)
    return sum(len(repeated) for lot in lots for repeated in keep_lot(ports, account, lot))


def findings_of(workspace: Workspace, report_id: str, at: datetime) -> Iterator[Finding]:
    """Yield each payment with what the report told of it, then those with what it did not tell."""
    yield from _told(workspace, report_id, at)
    yield from _missing(workspace, report_id, at)


def _told(workspace: Workspace, report_id: str, at: datetime) -> Iterator[Finding]:
    """Yield each payment with what the report told of it."""
    for payment, verdicts in workspace.told():
        told = (part_of(verdict, payment, report_id, at) for verdict in verdicts)
        if parts := [part for part in told if part is not None]:
            yield payment, parts


def _missing(workspace: Workspace, report_id: str, at: datetime) -> Iterator[Finding]:
    """Yield each payment with what the report did not tell of it."""
    for _, held in groupby(workspace.missing(), key=lambda one: (one.transaction_id, one.payment_id)):
        lost = list(held)
        yield lost[0], [part_missing(one, report_id, at) for one in lost]


def keep_lot(ports: Ports, account: str, findings: Sequence[Finding]) -> list[Repeated]:
    """Write what a report found of some payments; return for each what other reports have told of it since.

    Payments of which nothing was told before are written together, without a read.
    """
    first = [at for at, finding in enumerate(findings) if _is_first(finding)]
    commits = [_decide(ports, account, *findings[at], {})[1] for at in first]
    written = ports.commit_each([commit for commit in commits if commit is not None])
    done = {at for at, is_written in zip(first, written, strict=True) if is_written}
    return [[] if at in done else _keep(ports, account, *finding) for at, finding in enumerate(findings)]


def _is_first(finding: Finding) -> bool:
    """Return True if nothing was told of the payment before, and all that is told now fits into one write."""
    where, parts = finding
    return isinstance(where, PaymentBooks) and not where.is_told and len(parts) <= PARTS_AT_ONCE


def _keep(ports: Ports, account: str, where: Where, parts: Sequence[PayoutPart]) -> Repeated:
    """Write parts, and what they end, over what is stored; return what other reports have told meanwhile."""
    repeated: Repeated = []
    for first in range(0, len(parts), PARTS_AT_ONCE):
        lot = parts[first : first + PARTS_AT_ONCE]
        while not (
            written := decide_until_written(ports, partial(_read_and_write, ports, account, where, lot))
        ).is_whole:
            pass
        repeated += written.repeated
    return repeated


def _read_and_write(ports: Ports, account: str, where: Where, parts: Sequence[PayoutPart]) -> Replacement:
    stored = ports.store.payouts(account, where.transaction_id, where.payment_id)
    found, commit = _decide(ports, account, where, parts, {part.name: part for part in stored})
    if commit is not None:
        ports.commit(commit)
    return found


def _decide(
    ports: Ports, account: str, where: Where, parts: Sequence[PayoutPart], stored: Mapping[str, PayoutPart]
) -> tuple[Replacement, Commit | None]:
    """Return what the parts put in place of what is stored, and its write, if that is anything."""
    found = replacement(stored, parts)
    after = found.after
    if not after:
        return found, None
    report_id = parts[0].report_id
    journal = Journal(
        writer=report_writer(report_id[:_ID], ports.new_id()[-_ID:]),
        written=0,
        order_id=where.order_id,
        transaction_id=where.transaction_id,
        at=ports.now(),
    )
    dues = {} if isinstance(where, Missing) else _dues(where, stored.values(), after)
    paid = paid_since(stored, found.told)
    for part in found.told:
        booked = _booked(ports, account, where, paid[part.name], part)
        booked |= dues.pop((part.kind, part.move), {})
        journal.record(event_of(part), part.payment_id, **facts_of(part, where.currency), **booked)
    for part in found.ended:
        journal.record(EventType.PAYOUT_RESOLVED, part.payment_id, **_resolved(part, where.currency, report_id))
    return found, Commit(
        account,
        where.order_id,
        where.transaction_id,
        currency=where.currency,
        payouts=after,
        payouts_before=found.before,
        payouts_seen=sum(part.version for part in stored.values()),
        events=journal.events,
    )


def _dues(
    books: PaymentBooks, before: Collection[PayoutPart], after: Sequence[PayoutPart]
) -> dict[tuple[LineKind, str], dict[str, Json]]:
    """Return what each capture or refund that was told of changes of what is to come; its first event has it."""
    told = {(part.kind, part.move) for part in after}
    changed = {
        (move.kind, move.number): dues_changed(books, move, before, after)
        for move in books.moves
        if (move.kind, move.number) in told
    }
    return {key: {"connector": books.connector, "dues": facts_of_dues(dues)} for key, dues in changed.items() if dues}


def _resolved(part: PayoutPart, currency: str, report_id: str) -> dict[str, Json]:
    return {
        "payout": part.name,
        "movement": part.kind.value,
        "value": part.gross,
        "currency": None if part.currency == currency else part.currency,
        "resolvedBy": part.ended_by,
        "reportId": report_id,
    }


def _booked(ports: Ports, account: str, where: Where, paid: PaidSums, part: PayoutPart) -> dict[str, Json]:
    """Return what the journal has of a part that raises what was paid out; nothing for any other."""
    if not paid or isinstance(where, Missing):
        return {}
    facts: dict[str, Json] = {"connector": where.connector, "paidOut": paid}
    if part.move:
        sequence = int(part.move.partition("-")[0])
        move = next((move for move in where.moves if move.number == part.move), None)
        invoice = None if move is None else move.invoice
        if invoice is None:
            operation = ports.store.operation(account, where.transaction_id, sequence)
            invoice = None if operation is None else operation.invoice
        facts |= {"operation": sequence} | ({"invoiceNumber": invoice} if invoice else {})
        if move is not None and move.kind is LineKind.CAPTURE:
            facts |= {"settleId": move.reference}
    return facts


def event_of(part: PayoutPart) -> EventType:
    """Return the event that tells of a part."""
    if part.kind in DISPUTES:
        return EventType.CHARGED_BACK if part.kind is LineKind.CHARGEBACK else EventType.CHARGEBACK_REVERSED
    match part.outcome:
        case Outcome.DIFFERS:
            return EventType.PAYOUT_DIFFERS
        case Outcome.MISSING:
            return EventType.PAYOUT_MISSING
        case _:
            return EventType.CAPTURE_PAID if part.stage is Stage.PAID else EventType.CAPTURE_REPORTED


def facts_of(part: PayoutPart, currency: str) -> dict[str, Json]:
    """Return what an event tells of a part of an order's payment; amounts are minor units, days are dates.

    Fee and net are in the currency of the value; a net in another one is ``paidAs``, a text. The value is in the
    order's currency, or in the one that is told with it.
    """
    same = part.net_currency == part.currency
    return {
        "movement": part.kind.value,
        "capture": part.move or None,
        "installment": None if part.kind in DISPUTES else part.number or None,
        "installments": None if part.kind in DISPUTES or not part.number else part.of,
        "value": part.gross,
        "currency": None if part.currency == currency else part.currency,
        "fee": part.fee if same else None,
        "net": part.net if same else None,
        "paidAs": None if same else display(part.net, part.net_currency),
        "expectedOn": part.expected_on.isoformat() if part.expected_on is not None else None,
        "paidOn": part.paid_on.isoformat() if part.paid_on is not None else None,
        "because": part.reason or None,
        "sameAs": part.ended_by if part.kind in DISPUTES else None,
        "reportId": part.report_id,
        "line": part.line or None,
    }
