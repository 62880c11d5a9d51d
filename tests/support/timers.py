"""What tests of timers share: times, and what an order has queued and moved."""

from datetime import timedelta

from settlement.api.transactions.view import settlements_view
from settlement.domain.account.account import ExpiryPolicy
from settlement.domain.connectors.connector import Mode
from settlement.domain.transaction.operation import OperationKind
from settlement.use_cases.gateway.retrieve_transaction import retrieve_movements
from testkit.builders import ACCOUNT, a_connector
from testkit.shop import Placed, Shop

MINUTE = timedelta(minutes=1)

HOUR = timedelta(hours=1)

DAY = timedelta(days=1)


def lapses_after(shop: Shop, delay: timedelta, policy: ExpiryPolicy = ExpiryPolicy.WARN) -> None:
    """Let authorisations lapse after a while, and have no timer settle them before."""
    for mode in Mode:
        shop.connect(a_connector(mode.value, mode, authorisation_holds=delay))
    shop.provider.delay_to_auto_settle_seconds = 365 * 86_400
    shop.set(expiry_policy=policy)


def kinds(placed: Placed) -> list[OperationKind]:
    """The kinds of the operations, without the authorisation."""
    return [held.kind for held in placed.operations[1:]]


def action_types(placed: Placed) -> list[tuple[str, int]]:
    """Types and values of the settlement actions."""
    shown = settlements_view(retrieve_movements(placed.shop.store, ACCOUNT, placed.transaction_id), {}, {})
    return [(action["type"], action["value"]) for action in shown["actions"]]
