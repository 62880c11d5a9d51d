"""The audit in the background: each run audits a slice of each account's orders and records mismatches (D65)."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from settlement.domain.audit.open_value import OpenValue, open_value, summed
from settlement.domain.audit.timeline import AUDITOR
from settlement.domain.audit.walk import AuditWalk
from settlement.domain.errors import Refusal
from settlement.domain.events import Event, EventType, Journal
from settlement.domain.order.listing import ListedOrder
from settlement.domain.transaction.work import AuditFinding
from settlement.use_cases.shared.audits import begin_audit
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.heads import load_by_transaction
from settlement.use_cases.shared.listing import listed_orders
from settlement.use_cases.shared.ports import Changed, Commit, Conflict, ListRange, Ports, Store
from settlement.use_cases.upkeep.audit_order import Audited, audit_order
from settlement.values import dataclass

ORDERS_AT_ONCE = 20
"""Most orders of one account in one slice."""

MAX_MISMATCHES = 20
"""Most mismatches listed in one event; its ``count`` is their total."""

_END = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Slice:
    """The number of orders audited in one run, the results with mismatches, and the open value of passes that ended."""

    orders: int
    mismatched: tuple[Audited, ...]
    opened: tuple[OpenValue, ...] = ()


def begin_audits(store: Store, accounts: Iterable[str], now: datetime) -> None:
    """Start the audit of accounts that have none; the sweep passes the accounts that it meets."""
    for account in accounts:
        begin_audit(store, account, now)


def audit_slice(ports: Ports, may_go_on: Callable[[], bool]) -> Slice:
    """Audit the next orders of every account whose slice is due, while ``may_go_on`` returns True.

    If a run dies, a later one starts at the same place; two parallel runs never take the same slice.
    """
    orders, mismatched = 0, []
    opened: list[OpenValue] = []
    for due in ports.store.due_audits(ports.now()):
        if not may_go_on():
            break
        try:
            walk = _save(ports.store, due.claimed(ports.now()))
        except Conflict:
            continue
        walk, audited = _advance(ports, walk, may_go_on)
        orders += len(audited)
        mismatched += [found for found in audited if found.mismatches]
        is_over = walk.is_over
        _save(ports.store, walk.begun_again(ports.now()) if is_over else walk.paused(ports.now()))
        opened += walk.opened if is_over else ()
    return Slice(orders, tuple(mismatched), summed(opened))


def _save(store: Store, walk: AuditWalk) -> AuditWalk:
    store.save_audit_walk(walk)
    return replace(walk, version=walk.version + 1)


def _advance(ports: Ports, walk: AuditWalk, may_go_on: Callable[[], bool]) -> tuple[AuditWalk, list[Audited]]:
    """Audit orders until the slice is full, the pass over or the time up; return the walk's new position."""
    audited: list[Audited] = []
    while may_go_on():
        wanted = ORDERS_AT_ONCE - len(audited)
        if not wanted:
            break
        listed = _next_orders(ports.store, walk, wanted)
        for order in listed:
            if not may_go_on():
                return walk, audited
            found = _audit(ports, walk.account, order)
            audited.append(found)
            opened = open_value(found.payments, found.currency, ports.now())
            walk = walk.past(order.created_at, order.order_id, opened)
        if len(listed) < wanted:
            walk = walk.next_list()
            if walk.is_over:
                break
    return walk, audited


def _next_orders(store: Store, walk: AuditWalk, wanted: int) -> list[ListedOrder]:
    """Return the next ``wanted`` orders of the walk's list, oldest first; fewer only at its end."""
    since = walk.after or walk.month_begins_at
    within = ListRange(walk.month, since, _END, newest_first=False, limit=wanted + 1, gateway_only=walk.checkouts)
    listed = listed_orders(store, walk.account, within)
    return list(islice((order for order in listed if not walk.is_behind(order.created_at, order.order_id)), wanted))


def _audit(ports: Ports, account: str, order: ListedOrder) -> Audited:
    audited = audit_order(ports.store, account, order.order_id, order.transaction_id)
    if audited.events is not None:
        _report(ports, audited, order.transaction_id, audited.events)
    return audited


def _mark(ports: Ports, account: str, transaction_id: str, *, mismatched: bool | None) -> None:
    """Have order and lists show that somebody has to look, before the finding is recorded: a run that dies repeats it.

    Heads that do not fit together stay as they are; the finding alone tells of them.
    """

    def mark() -> None:
        heads = load_by_transaction(ports.store, account, transaction_id)
        if heads.transaction.mismatched != mismatched:
            marked = replace(heads.transaction, mismatched=mismatched)
            ports.commit(heads.becomes(heads.journal(ports.now()), heads.order, marked))

    with suppress(Refusal, LookupError):
        decide_until_written(ports, mark)


def _report(ports: Ports, audited: Audited, transaction_id: str, events: Sequence[Event]) -> None:
    """Record mismatches on the timeline unless the same ones are recorded already; record when they have ended."""
    mine = [event for event in events if event.writer == AUDITOR]
    known: Any = mine[-1].data.get("places") if mine else []
    places = sorted({f"{mismatch.where}: {mismatch.what}" for mismatch in audited.mismatches})[:MAX_MISMATCHES]
    if places == known:
        return
    _mark(ports, audited.account, transaction_id, mismatched=True if places else None)
    journal = Journal(
        writer=AUDITOR,
        written=len(mine),
        order_id=audited.order_id,
        transaction_id=transaction_id,
        at=ports.now(),
    )
    before = AuditFinding(tuple(known), mine[-1].at if mine else journal.at)
    journal.record(
        EventType.LEDGER_MISMATCH if places else EventType.LEDGER_AGREES,
        count=len(audited.mismatches),
        places=places,
        mismatches=[mismatch.facts for mismatch in audited.mismatches[:MAX_MISMATCHES]],
    )
    ports.commit(
        Commit(
            audited.account,
            audited.order_id,
            transaction_id,
            finding=Changed(before, AuditFinding(tuple(places), journal.at)),
            events=journal.events,
        )
    )
