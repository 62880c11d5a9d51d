"""What waits for a person today: by kind, oldest first, each with its next step and the button that does it."""

from settlement.api.shared.http import Response
from settlement.console.charts import beginning, failure_rows, time_chart
from settlement.console.rendering import page
from settlement.console.visit import Visit
from settlement.domain.account.account import Role
from settlement.domain.transaction.listed_work import Work, WorkKind
from settlement.domain.transaction.work_item import actions_of
from settlement.use_cases.shared.ports import WorkItem
from settlement.use_cases.upkeep.list_lapses import list_lapses
from settlement.use_cases.upkeep.list_work import list_work, summarise_work
from settlement.values import dataclass

ITEMS_AT_ONCE = 100
"""Items on the page; the figures above them count all."""

LAPSES_AT_ONCE = 10
"""What lapses first; the rest has a page of its own."""

_HERE = {"retry": "retry", "write-off": "write-off", "paid-otherwise": "paid-otherwise", "resolve": "resolve",
         "confirm": "confirm", "accept": "accept", "settle": "settle", "cancel": "give-up"}  # fmt: skip
"""The console's action for a request that a work item names; what is only to be read leads to the transaction."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A work item, with the buttons that go on with it: name and path of each."""

    item: WorkItem
    buttons: list[tuple[str, str]]

    @property
    def work(self) -> Work:
        """The work itself."""
        return self.item.work


@dataclass(frozen=True, slots=True)
class Heap:
    """All work of one kind: its number, its value by currency, and the oldest items."""

    kind: WorkKind
    count: int
    values: list[tuple[str, int]]
    items: list[Waiting]


def show(visit: Visit) -> Response:
    """Show the work list, most urgent kinds first."""
    summary = summarise_work(visit.ports, visit.account)
    found = list_work(visit.ports, visit.account, (), visit.asked("after") or None, ITEMS_AT_ONCE)
    waiting = [Waiting(item, _buttons(visit, item)) for item in found.items]
    heaps = []
    for kind in WorkKind:
        mine = {currency: told for (which, currency), told in summary.items() if which is kind}
        if mine:
            values = [(currency, value) for currency, (_, value) in mine.items()]
            items = [one for one in waiting if one.work.kind is kind]
            heaps.append(Heap(kind, sum(count for count, _ in mine.values()), values, items))
    lapses = list_lapses(visit.ports, visit.account, None, LAPSES_AT_ONCE)
    figures = visit.ports.store.hourly_figures(visit.account, beginning(visit.now))
    return page(
        visit,
        "today",
        heaps=heaps,
        more=found.next,
        lapses=lapses.items,
        more_lapses=lapses.next is not None,
        times=time_chart(figures, visit.now),
        failures=failure_rows(figures, visit.now),
    )


def _buttons(visit: Visit, item: WorkItem) -> list[tuple[str, str]]:
    """Return the actions on an item that the reader may take."""
    work, transaction = item.work, f"transactions/{item.transaction_id}"
    if work.kind is WorkKind.APPROVAL:
        return [("decide", f"approvals/{work.approval}")]
    if work.kind is WorkKind.LEDGER_MISMATCH:
        return [("audit", f"{transaction}/audit")]
    if work.kind is WorkKind.USED_ACCESS_KEY:
        may_cancel = visit.may(Role.NOTIFY_REFUND) and not work.is_return
        taken = [("cancel-invoice", may_cancel), ("accept-key", visit.may(Role.NOTIFY_INVOICE))]
        return [(name, f"orders/{item.order_id}/do/{name}") for name, may in taken if may]
    if work.kind is WorkKind.UNDELIVERED_HOOK:
        return [("resend", f"deliveries/{work.delivery}")] if visit.may(Role.ORDER_FEED) else []
    if not visit.may(Role.PROCESS_PAYMENT):
        return []
    where = {
        "retry": f"{transaction}/operations/{work.operation}",
        "write-off": f"{transaction}/operations/{work.operation}",
        "paid-otherwise": f"{transaction}/operations/{work.operation}",
        "resolve": f"{transaction}/legs/{work.operation}-{work.leg}",
        "confirm": f"{transaction}/legs/{work.operation}-{work.leg}",
        "accept": f"{transaction}/payments/{work.payment_id}/payouts/{work.payout}",
    }
    names = [
        _HERE[action.name] for action in actions_of(item.order_id, item.transaction_id, work) if action.name in _HERE
    ]
    return [(name, f"{where.get(name, transaction)}/do/{name}") for name in names]
