"""Reads what an order was placed with, and all that has changed it since."""

from datetime import datetime

from settlement.domain.changes.change import Change
from settlement.domain.changes.modification import Modification
from settlement.domain.order.order import Line, Order
from settlement.domain.order.placement import Placement
from settlement.use_cases.shared.heads import load
from settlement.use_cases.shared.ports import Store
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class Changes:
    """An order with its lines by index, and its changes of both kinds, those that were taken back left out.

    ``last`` is when it was last changed, or a change taken back; when it was placed, if never. ``of_modifications`` are
    the lines that modifications added, those of modifications that were taken back included.
    """

    order: Order
    lines: list[Line]
    registered: list[Change]
    modifications: list[Modification]
    placement: Placement | None
    last: datetime
    of_modifications: frozenset[str]

    @property
    def placed_lines(self) -> list[Line]:
        """The lines that it was placed with; those that registered changes added stand behind them."""
        count = sum(len(change.items_added) for change in self.registered)
        before = self.lines[: len(self.lines) - count]
        return [line for line in before if line.unique_id not in self.of_modifications]


def summarise_changes(store: Store, account: str, order_id: str) -> Changes:
    """Return an order with all of its changes; raises ``OrderNotFound``."""
    order = load(store, account, order_id).order
    registered, modified = store.changes(account, order_id), store.modifications(account, order_id)
    times = [change.received_at for change in registered]
    times += [held.cancelled_at or held.created_at for held in modified]
    return Changes(
        order,
        store.lines(account, order_id),
        registered,
        [held for held in modified if held.cancelled_at is None],
        store.placement(account, order_id),
        max(times, default=order.created_at),
        frozenset(unique_id for held in modified for unique_id in held.lines_added),
    )
