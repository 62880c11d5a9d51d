"""The figures of listed orders: one head each, read by its key, since lists are not written when money moves (D140)."""

from collections.abc import Sequence

from settlement.domain.order.listing import ListedOrder
from settlement.use_cases.shared.ports import Store
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class OrderFigures:
    """How far an order is invoiced and paid, in minor units; ``left`` is left to invoice."""

    invoiced: int
    settled: int
    open: int
    left: int


def figures_of(store: Store, account: str, shown: Sequence[ListedOrder]) -> dict[str, OrderFigures]:
    """Return the figures of some orders by their ids, from the heads of their transactions.

    The head of an order is read only where that of its transaction, from an earlier version, lacks what is invoiced.
    """
    heads = store.transactions(account, (order.transaction_id for order in shown))
    untold = [
        order.order_id
        for order in shown
        if (head := heads.get(order.transaction_id)) is not None and head.invoiced is None
    ]
    orders = store.orders(account, untold)
    figures: dict[str, OrderFigures] = {}
    for order in shown:
        head, own = heads.get(order.transaction_id), orders.get(order.order_id)
        invoiced = own.invoiced if own is not None else (head.invoiced or 0) if head is not None else 0
        figures[order.order_id] = OrderFigures(
            invoiced=invoiced,
            settled=0 if head is None else head.ledger.captured,
            open=0 if head is None else head.ledger.open,
            left=max(order.value - invoiced, 0),
        )
    return figures
