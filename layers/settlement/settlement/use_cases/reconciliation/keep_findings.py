"""Writes what a report told: of each payment its parts with their events, in one write; the report itself last.

A run that dies is run again: what is written already says the same and is not written again.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import partial
from itertools import groupby

from settlement.domain.events import EventType, Journal, Json, report_writer
from settlement.domain.money import display
from settlement.domain.reconciliation.books import PaymentBooks
from settlement.domain.reconciliation.due import facts_of_dues
from settlement.domain.reconciliation.outcomes import Missing, Outcome
from settlement.domain.reconciliation.paid_sums import paid_since
from settlement.domain.reconciliation.payout import PayoutPart, part_missing, part_of
from settlement.domain.reconciliation.payout_dues import dues_changed
from settlement.domain.reconciliation.report_line import DISPUTES, LineKind, Stage
from settlement.use_cases.reconciliation.workspace import Workspace
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.ports import Commit, Conflict, Ports
from settlement.use_cases.shared.side_by_side import side_by_side

_ID = 12

PARTS_AT_ONCE = 40
"""Most parts of one write; DynamoDB takes 100 items in all."""


Where = PaymentBooks | Missing
"""What names a payment, with its order and transaction."""

Finding = tuple[Where, list[PayoutPart]]
"""A payment with the parts that a report told, or did not tell, of it."""


def keep_findings(
    ports: Ports,
    account: str,
    workspace: Workspace,
    report_id: str,
    progress: Callable[[int], None] = lambda number: None,
    at_once: int = 1,
) -> int:
    """Write every part that the report told, of so many payments ``at_once``; return the number of writes."""
    written, at = 0, ports.now()
    for findings in (_told(workspace, report_id, at), _missing(workspace, report_id, at)):
        for number in side_by_side(partial(_keep_all, ports, account), findings, at_once):
            written += number
            progress(written)
    return written


def _told(workspace: Workspace, report_id: str, at: datetime) -> Iterator[Finding]:
    """Yield each payment with what the report told of it."""
    for payment, verdicts in workspace.told():
        told = (part_of(verdict, payment.payment_id, report_id, at) for verdict in verdicts)
        if parts := [part for part in told if part is not None]:
            yield payment, parts


def _missing(workspace: Workspace, report_id: str, at: datetime) -> Iterator[Finding]:
    """Yield each payment with what the report did not tell of it."""
    for _, held in groupby(workspace.missing(), key=lambda one: (one.transaction_id, one.payment_id)):
        lost = list(held)
        yield lost[0], [part_missing(one, report_id, at) for one in lost]


def _keep_all(ports: Ports, account: str, finding: Finding) -> int:
    """Write what a report found of one payment; return the number of writes."""
    where, parts = finding
    is_told = not isinstance(where, PaymentBooks) or where.is_told
    written = 0
    for first in range(0, len(parts), PARTS_AT_ONCE):
        lot = parts[first : first + PARTS_AT_ONCE]
        written += _keep(ports, account, where, lot, is_told=is_told or first > 0)
    return written


def _keep(ports: Ports, account: str, where: Where, parts: Sequence[PayoutPart], *, is_told: bool) -> int:
    """Write parts over what is stored; that is not read if nothing was told of the payment before them."""
    if not is_told:
        with suppress(Conflict):  # another report has told of it since
            return _write(ports, account, where, parts, {})
    return decide_until_written(ports, lambda: _write(ports, account, where, parts, _stored(ports, account, where)))


def _stored(ports: Ports, account: str, where: Where) -> dict[str, PayoutPart]:
    return {part.name: part for part in ports.store.payouts(account, where.transaction_id, where.payment_id)}


def _write(
    ports: Ports, account: str, where: Where, parts: Sequence[PayoutPart], stored: Mapping[str, PayoutPart]
) -> int:
    """Write the parts that say something new, and close what was missing and is told now."""
    changed = [part for part in parts if not part.says_the_same(stored.get(part.name))]
    if not changed:
        return 0
    told = {(part.kind, part.move) for part in changed if part.line and part.move}
    after = [part.in_place_of(stored.get(part.name)) for part in changed]
    after += [
        replace(part, outcome=Outcome.MATCHED, reason="")
        for part in stored.values()
        if part.outcome is Outcome.MISSING and (part.kind, part.move) in told
    ]
    journal = Journal(
        writer=report_writer(changed[0].report_id[:_ID], ports.new_id()[-_ID:]),
        written=0,
        order_id=where.order_id,
        transaction_id=where.transaction_id,
        at=ports.now(),
    )
    dues = {} if isinstance(where, Missing) else _dues(where, stored.values(), after)
    for part in changed:
        booked = _booked(ports, account, where, stored.get(part.name), part)
        booked |= dues.pop((part.kind, part.move), {})
        journal.record(event_of(part), part.payment_id, **facts_of(part, where.currency), **booked)
    commit = Commit(
        account,
        where.order_id,
        where.transaction_id,
        currency=where.currency,
        payouts=after,
        payouts_before=[stored[part.name] for part in after if part.name in stored],
        events=journal.events,
    )
    ports.commit(commit)
    return 1


def _booked(ports: Ports, account: str, where: Where, before: PayoutPart | None, part: PayoutPart) -> dict[str, Json]:
    """Return what the journal has of a part that raises what was paid out; nothing for any other."""
    paid = paid_since(before, part)
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
        "installments": None if part.kind in DISPUTES else part.of or None,
        "value": part.gross,
        "currency": None if part.currency == currency else part.currency,
        "fee": part.fee if same else None,
        "net": part.net if same else None,
        "paidAs": None if same else display(part.net, part.net_currency),
        "expectedOn": part.expected_on.isoformat() if part.expected_on is not None else None,
        "paidOn": part.paid_on.isoformat() if part.paid_on is not None else None,
        "because": part.reason or None,
        "reportId": part.report_id,
        "line": part.line or None,
    }
