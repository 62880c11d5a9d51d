"""What holds of every order at rest, whatever died on the way: connector = ledger = what was asked (R24, R30)."""

from collections import Counter, defaultdict
from functools import partial
from typing import Any

from settlement.domain.bookkeeping.entry import is_booked
from settlement.domain.events import PUBLISHED, Event
from settlement.domain.ledger.ledger import Counters
from settlement.domain.transaction.leg import LegState
from settlement.domain.transaction.operation import OperationState
from settlement.domain.transaction.statuses import order_status, transaction_status
from testkit.builders import ACCOUNT
from tests.crash.stories import End
from tests.support.deployment import Deployment
from tests.support.journal import require_balance

EVERY_EVENT = 10_000
_UNSETTLED = (LegState.PLANNED, LegState.UNKNOWN, LegState.UNDECIDED, LegState.IN_DOUBT, LegState.PARKED)


def check(deployment: Deployment, end: End) -> None:
    """Fail at the first thing that is lost, done twice, or left undone."""
    order, transaction = deployment.order, deployment.transaction
    assert (order_status(order, transaction).value, transaction_status(order, transaction).value) == (
        end.order,
        end.transaction,
    )
    events = deployment.store.events(ACCOUNT, transaction.transaction_id, EVERY_EVENT, None).items[::-1]
    _money_is_right(deployment, end)
    _timeline_is_whole(deployment, events)
    _each_leg_is_posted_once(deployment, events)
    _nothing_is_left(deployment, end)
    _every_public_event_was_published(deployment, events)
    _every_movement_is_in_the_journal_once(deployment, events)


def _money_is_right(deployment: Deployment, end: End) -> None:
    """What the connector did is what the ledger says, and what was asked."""
    transaction = deployment.transaction
    payments = deployment.store.payments(ACCOUNT, transaction.transaction_id)
    counters = [payment.counters for payment in payments]
    books = [deployment.provider.books[payment.payment_id] for payment in payments]
    for name in ("captured", "cancelled", "refunded"):
        expected = getattr(end, name)
        assert tuple(getattr(held, name) for held in books) == expected, ("connector", name)
        assert tuple(getattr(held, name) for held in counters) == expected, ("ledger", name)
    ledger = sum(counters, start=Counters())
    assert transaction.ledger == ledger
    assert (ledger.withheld, ledger.doubtful) == (end.withheld, 0)
    assert (ledger.written_off, ledger.paid_otherwise) == (end.written_off, end.paid_otherwise)
    assert (transaction.requested, transaction.unsettled) == (end.requested, 0)
    assert not any(payment.blocked for payment in payments)
    assert [position.counters for position in transaction.projection] == counters


def _timeline_is_whole(deployment: Deployment, events: list[Event]) -> None:
    """No writer left a gap, and the deltas folded are the ledger."""
    numbers: dict[str, list[int]] = defaultdict(list)
    folded: dict[str | None, Counter[str]] = defaultdict(Counter)
    for event in events:
        numbers[event.writer].append(event.number)
        deltas: Any = event.data.get("deltas", {})
        folded[event.payment_id].update(deltas)
    for writer, found in numbers.items():
        assert sorted(found) == list(range(1, len(found) + 1)), (writer, found)
    for payment in deployment.store.payments(ACCOUNT, deployment.transaction.transaction_id):
        assert Counters(**folded[payment.payment_id]) == payment.counters


def _each_leg_is_posted_once(deployment: Deployment, events: list[Event]) -> None:
    """A leg that moved money has one posting; the connector moved it once."""
    legs = deployment.store.legs(ACCOUNT, deployment.transaction.transaction_id)
    assert not [leg for leg in legs if leg.state in _UNSETTLED]
    posted = Counter(
        (event.data["operation"], event.data["leg"])
        for event in events
        if event.type.value in ("PaymentSettled", "PaymentCancelled", "PaymentRefunded")
    )
    assert set(posted.values()) <= {1}
    for kind, type_ in (("settle", "PaymentSettled"), ("cancel", "PaymentCancelled"), ("refund", "PaymentRefunded")):
        told = sorted(event.data["value"] for event in events if event.type.value == type_)  # type: ignore[type-var]
        moved = sorted(value for _, value in deployment.provider.effects(kind))  # type: ignore[arg-type]
        assert told == moved, kind


def _nothing_is_left(deployment: Deployment, end: End) -> None:
    """The queue is empty, every operation of it is concluded, the order tells of failures, and no sweep finds one."""
    transaction = deployment.transaction
    operations = deployment.store.operations(ACCOUNT, transaction.transaction_id)
    assert transaction.is_idle
    assert [held.sequence for held in operations] == list(range(1, transaction.tail))
    assert {held.sequence for held in operations if held.state is not OperationState.DONE} == set(end.failed)
    assert {held.state for held in operations if held.sequence in end.failed} <= {OperationState.FAILED}
    assert deployment.order.in_error == transaction.is_in_error == bool(end.failed)
    assert {held.due_at for held in operations} == {None}


def _every_public_event_was_published(deployment: Deployment, events: list[Event]) -> None:
    """At least once, by its id."""
    public = {f"{held.transaction_id}-{held.writer}-{held.number}" for held in events if held.type in PUBLISHED}
    assert {detail["id"] for detail in deployment.published} == public
    assert deployment.parked == []


def _every_movement_is_in_the_journal_once(deployment: Deployment, events: list[Event]) -> None:
    """However often its batch came; and the journal's sums are the ledger's."""
    entries = deployment.table.entries(ACCOUNT)
    assert Counter(entry.event for entry in entries) == Counter(event.id for event in events if is_booked(event))
    transaction_id = deployment.transaction.transaction_id
    payouts = partial(deployment.store.payouts, ACCOUNT, transaction_id)
    require_balance(entries, deployment.store.payments(ACCOUNT, transaction_id), payouts)
