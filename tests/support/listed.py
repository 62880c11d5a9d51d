"""A recount of what the list of orders tells: its figures, and the orders that ask for a person."""

from datetime import datetime

from settlement.domain.ledger.ledger import Counters
from settlement.domain.transaction.listed_work import WorkKind
from settlement.use_cases.orders.list_orders import OrderQuery, list_orders
from settlement.use_cases.orders.order_figures import OrderFigures, figures_of
from settlement.use_cases.shared.ports import Store
from settlement.use_cases.updates.feed_ports import Feeds
from testkit.builders import ACCOUNT
from tests.support.work import recounted_kinds


def require_list(store: Store, order_id: str, transaction_id: str, now: datetime, feeds: Feeds) -> None:
    """Fail if the list does not tell of the account's one order what its order, payments and calls hold."""
    order = store.order(ACCOUNT, order_id)
    assert order is not None
    [listed] = list_orders(store, ACCOUNT, OrderQuery(), now).orders
    ledger = sum((payment.counters for payment in store.payments(ACCOUNT, transaction_id)), start=Counters())
    assert figures_of(store, ACCOUNT, [listed]) == {
        order_id: OrderFigures(order.invoiced, ledger.captured, ledger.open, order.value - order.invoiced)
    }
    waiting = recounted_kinds(store, transaction_id, now, feeds)
    for kind in WorkKind:
        found = list_orders(store, ACCOUNT, OrderQuery(attention=frozenset({kind})), now).orders
        assert [held.order_id for held in found] == ([order_id] if kind in waiting else []), kind
