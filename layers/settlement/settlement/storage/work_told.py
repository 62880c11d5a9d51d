"""Tells of work that a commit opens or closes, by events of the same commit (D141).

An event of work is numbered after the event that caused it, since any writer can open or close work. So it needs no
counter of its own, and a commit that neither opens nor closes any pays nothing.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from settlement.domain.actor import Actor
from settlement.domain.events import Event, EventType, Json, delivery_work_writer, work_writer
from settlement.domain.transaction.listed_work import Work
from settlement.domain.transaction.work import work_of, work_while_pending
from settlement.use_cases.shared.ports import Commit

if TYPE_CHECKING:
    from settlement.domain.account.delivery import Delivery

BeforeAndAfter = tuple[Work | None, Work | None]


def with_work_told(commit: Commit) -> Commit:
    """Return the commit with an event for each work item that it opens or closes, after its other events.

    A commit without events tells nothing: all that open or close work have some.
    """
    changes = [(before, after) for before, after in _work_of(commit) if _is_other(before, after)]
    if not changes or not commit.events:
        return commit
    return replace(commit, events=[*commit.events, *_told(commit, changes)])


def told_of_delivery(before: "Delivery | None", after: "Delivery | None", at: datetime, actor: Actor) -> list[Event]:
    """Return the events of work that a write of a hook's log opens or closes; ``after`` is None if it is deleted."""
    held = after or before
    works = before.work if before else None, after.work if after else None
    if held is None or not _is_other(*works):
        return []
    writer = delivery_work_writer(held.id, held.attempts, "deleted" if after is None else "attempted")
    where = held.update.order_id, held.transaction_id, (before or held).currency or held.currency
    return list(_events(works, where, actor, writer, at, 0))


def _work_of(commit: Commit) -> Iterator[BeforeAndAfter]:
    """Yield the work that each changed thing asks for, before and after."""
    for operation in commit.operations:
        yield operation.listed, work_of(operation)
    for leg in commit.new_legs:
        yield None, work_of(leg)
    for tried in commit.legs:
        yield work_of(tried.before), work_of(tried.after)
    for payment in commit.new_payments:
        yield None, work_of(payment)
    for paid in commit.payments:
        yield work_of(paid.before), work_of(paid.after)
    for invoice in commit.invoices:
        yield None, work_of(invoice)
    for replaced in commit.replaced_invoices:
        yield work_of(replaced.before), work_of(replaced.after)
    for approval in commit.approvals:
        yield work_while_pending(approval) if approval.version else None, work_of(approval)
    told_before = {(part.payment_id, part.name): part for part in commit.payouts_before}
    for part in commit.payouts:
        before = told_before.get((part.payment_id, part.name))
        yield None if before is None else work_of(before), work_of(part)
    if commit.finding is not None:
        yield work_of(commit.finding.before), work_of(commit.finding.after)


def _is_other(before: Work | None, after: Work | None) -> bool:
    """True if another item is listed than before; a thing has one item of a kind at most."""
    return (before and before.kind) != (after and after.kind)


def _told(commit: Commit, changes: list[BeforeAndAfter]) -> Iterator[Event]:
    cause = max(commit.events, key=lambda event: (event.at, event.writer, event.number))
    where = commit.order_id, commit.transaction_id, commit.currency
    number = 0
    for pair in changes:
        for event in _events(pair, where, cause.actor, work_writer(cause), cause.at, number):
            number = event.number
            yield event


def _events(
    pair: BeforeAndAfter, where: tuple[str, str, str], actor: Actor | None, writer: str, at: datetime, number: int
) -> Iterator[Event]:
    """Yield the events of one thing's work, ``where`` being its order, transaction and currency."""
    from settlement.domain.transaction.work_item import published_item

    for type_, work in zip((EventType.WORK_ITEM_CLOSED, EventType.WORK_ITEM_OPENED), pair, strict=True):
        if work is not None:
            number += 1
            item: dict[str, Json] = {"item": published_item(*where, work)}
            yield Event(type_, at, writer, number, *where[:2], work.payment_id, item, actor)
