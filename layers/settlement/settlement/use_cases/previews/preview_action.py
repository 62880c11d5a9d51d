"""Previews an action: what it would do to order, transaction and money, by doing it on a rehearsal.

The action's own use case decides, and the workflow's own steps carry out its operations, on a store that writes nothing
and a connector that does all that it is asked. So a preview has no rule of its own about money.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Generic, TypeVar

from settlement.domain.events import EventType
from settlement.domain.ledger.ledger import LedgerImbalance, MovementKind
from settlement.domain.transaction.leg import Leg
from settlement.domain.transaction.operation import Operation
from settlement.use_cases.previews.carry_out import RehearsedTime, Stage
from settlement.use_cases.previews.obliging_connector import ObligingConnector, PlannedMovement
from settlement.use_cases.previews.rehearsal_store import RehearsalStore
from settlement.use_cases.previews.rehearsed import Rehearsed
from settlement.use_cases.previews.warn import PreviewWarning, warnings_of
from settlement.use_cases.shared.contention import decide_until_written, no_pause
from settlement.use_cases.shared.heads import Heads
from settlement.use_cases.shared.ports import Commit, Conflict, Ports, Store
from settlement.values import dataclass

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Preview(Generic[T]):
    """What an action would do: both heads before it and once it is carried out, and the movements of its operations.

    ``answer`` is what the action's use case would return, ``operations`` are the action's own, concluded,
    ``connectors`` the payments' connectors by payment id. ``is_taken`` is False for what was taken before: it would
    write nothing.
    """

    answer: T
    before: Heads
    after: Heads
    money_plan: Sequence[PlannedMovement]
    warnings: Sequence[PreviewWarning]
    operations: Sequence[Operation]
    connectors: dict[str, str]
    is_taken: bool


def preview_action(ports: Ports, find: Callable[[Store], Heads], act: Callable[[Ports], T]) -> Preview[T]:
    """Rehearse ``act`` on the heads that ``find`` returns, and return what came of it. Nothing is written.

    The plan is that of the action's own operations; those before them in the queue are assumed to succeed. Raises what
    ``find`` and ``act`` raise, and ``Busy`` if other writers keep changing the state in the meantime.
    """
    return decide_until_written(ports, lambda: _previewed(ports, find(ports.store), act))


def _previewed(ports: Ports, before: Heads, act: Callable[[Ports], T]) -> Preview[T]:
    transaction = before.transaction
    answer, rehearsed = _rehearsed(ports, before, act)
    is_troubled = transaction.is_in_error and rehearsed.plan
    earlier = ports.store.legs(transaction.account, transaction.transaction_id) if is_troubled else []
    return Preview(
        answer,
        before,
        rehearsed.after,
        rehearsed.plan,
        warnings_of(rehearsed, earlier),
        [operation for operation, _ in rehearsed.own],
        {payment.payment_id: payment.connector for payment in rehearsed.payments},
        bool(rehearsed.taken),
    )


def _rehearsed(ports: Ports, before: Heads, act: Callable[[Ports], T]) -> tuple[T, Rehearsed]:
    store, clock = RehearsalStore(ports.store, before), RehearsedTime(ports.now())
    stage = Stage(
        Ports(store.as_store(), clock.now, ports.new_id, ports.actor, no_pause, ports.allow_loopback),
        clock,
        ObligingConnector(),
        before.transaction,
    )
    at = clock.time
    answer = act(stage.ports)
    taken = list(store.commits)
    try:
        plan, own = _carried_out(stage, store, _own_operations(taken))
    except LedgerImbalance as imbalance:  # an answer was posted between two reads
        raise Conflict from imbalance
    payments = store.payments(before.transaction.account, before.transaction.transaction_id)
    _require_unchanged(ports.store, before)
    return answer, Rehearsed(at, before, store.heads, taken, plan, own, payments)


def _own_operations(commits: Sequence[Commit]) -> set[int]:
    """Return the sequences of the operations that the commits queue or start."""
    queued = {held.sequence for commit in commits for held in commit.operations if not held.version}
    ready = (event for commit in commits for event in commit.events if event.type is EventType.OPERATION_READY)
    return queued | {int(str(event.data["operation"])) for event in ready}


def _carried_out(
    stage: Stage, store: RehearsalStore, own: set[int]
) -> tuple[list[PlannedMovement], list[tuple[Operation, Sequence[Leg]]]]:
    """Carry out the queue through the last of ``own``; return their movements, and they themselves with their legs."""
    account, transaction_id = stage.transaction.account, stage.transaction.transaction_id
    plan: list[PlannedMovement] = []
    carried: list[tuple[Operation, Sequence[Leg]]] = []
    for sequence in range(stage.transaction.head, max(own, default=0) + 1):
        calls, commits = len(stage.connector.calls), len(store.commits)
        operation = stage.carry_out(sequence)
        if sequence in own:
            plan += [*_booked(store.commits[commits:]), *stage.connector.calls[calls:]]
            carried.append((operation, store.legs(account, transaction_id, sequence)))
    return plan, carried


def _booked(commits: Sequence[Commit]) -> Iterator[PlannedMovement]:
    """Return the movements without a call: raises, and value withheld instead of being cancelled."""
    for event in (event for commit in commits for event in commit.events if event.payment_id is not None):
        deltas = event.data.get("deltas")
        withheld = deltas.get("withheld", 0) if isinstance(deltas, dict) else 0
        if withheld > 0:
            yield PlannedMovement(str(event.payment_id), MovementKind.WITHHOLD, withheld)
        elif event.type is EventType.PAYMENT_RAISED:
            yield PlannedMovement(str(event.payment_id), MovementKind.RAISE, int(str(event.data["value"])))


def _require_unchanged(store: Store, before: Heads) -> None:
    """Raise ``Conflict`` if the heads were replaced since they were read."""
    now = store.transaction(before.transaction.account, before.transaction.transaction_id)
    if now is None or now.version != before.transaction.version:
        raise Conflict
