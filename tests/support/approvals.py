"""Two app keys of one account: one asks, the other decides."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from settlement.domain.account.account import DEFAULT_APPROVAL_HOURS
from settlement.domain.actor import Actor
from settlement.domain.changes.modification import ModificationRequest
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.transaction.approval import Approval, ApprovalKind, ApprovalLimit
from settlement.domain.transaction.closing import Ending
from settlement.use_cases.approvals.act_or_ask import act_or_ask
from settlement.use_cases.approvals.call_resolution import Resolving, asking_resolution
from settlement.use_cases.approvals.decide_approval import approve, refuse
from settlement.use_cases.approvals.direct_request import asking_movement
from settlement.use_cases.approvals.operation_end import Confirming, asking_confirmation, asking_end
from settlement.use_cases.approvals.order_cancellation import asking_cancel
from settlement.use_cases.approvals.order_change import asking_change
from settlement.use_cases.approvals.order_modification import asking_modification
from settlement.use_cases.approvals.return_invoice import asking_return
from settlement.use_cases.gateway.request_movement import DirectRequest
from settlement.use_cases.orders.change_order import ChangeRequest
from settlement.use_cases.orders.notify_invoice import Notification
from settlement.use_cases.recovery.end_operation import EndRequest
from settlement.use_cases.shared.ports import Ports
from testkit.builders import ACCOUNT
from testkit.shop import Placed, Shop

DAY = timedelta(hours=26)
EXPIRY = timedelta(hours=DEFAULT_APPROVAL_HOURS)
ANNA, BEA = Actor("anna"), Actor("bea", "Bea")


def captured_order(shop: Shop) -> Placed:
    """A whole captured order of 100.00, of which refunds above 20.00 need a second key."""
    placed = shop.open()
    placed.invoice("N1", 10000)
    limit(shop, refund=2000, cancellation=2000, resolution=2000)
    return placed


def state(placed: Placed) -> tuple[object, ...]:
    """What must not change while something waits."""
    return placed.order, placed.transaction, placed.operations, placed.payments, placed.legs


def acting(shop: Shop, actor: Actor) -> Ports:
    """The ports of a request of one of them."""
    return replace(shop.ports, actor=actor)


def limit(shop: Shop, **above: int) -> None:
    """Set limits by kind of movement, in cents."""
    shop.set(approval_above=tuple(ApprovalLimit(ApprovalKind(kind), "BRL", value) for kind, value in above.items()))


def ask_movement(
    placed: Placed, movement: DirectRequest, value: int, key: str | None = None, by: Actor = ANNA
) -> Approval:
    """Ask for a direct refund or cancellation that has to wait."""
    ports = acting(placed.shop, by)
    asking = asking_movement(ports, ACCOUNT, placed.transaction_id, movement, value, key, "goodwill")
    answered = act_or_ask(ports, ACCOUNT, asking)
    return waiting(answered)


def ask_cancel(placed: Placed, by: Actor = ANNA) -> object:
    """Ask for the cancellation of the order."""
    return act_or_ask(acting(placed.shop, by), ACCOUNT, asking_cancel(ACCOUNT, placed.order_id, "sold out"))


def ask_change(placed: Placed, discount: int, request_id: str = "C1") -> object:
    """Ask for a discount."""
    request = ChangeRequest(request_id, "broken", discount, 0)
    return act_or_ask(
        acting(placed.shop, ANNA), ACCOUNT, asking_change(ACCOUNT, placed.order_id, request, f"receipt-{request_id}")
    )


def ask_return(placed: Placed, value: int, number: str = "D1", **said: Any) -> object:
    """Notify a return."""
    notification = Notification(InvoiceType.INPUT, number, value, "2026-03-02", **said)
    return act_or_ask(acting(placed.shop, ANNA), ACCOUNT, asking_return(ACCOUNT, placed.order_id, notification))


def ask_modification(placed: Placed, discount: int, by: Actor = ANNA, **said: Any) -> object:
    """Modify an order."""
    wanted = ModificationRequest("broken", (), (), 0, discount, 0, compensates_shipping=False)
    ports = acting(placed.shop, by)
    return act_or_ask(
        ports, ACCOUNT, asking_modification(ports, ACCOUNT, placed.order_id, replace(wanted, **said), "{}")
    )


def ask_end(placed: Placed, sequence: int, ending: Ending) -> object:
    """End an operation that never will be done."""
    request = EndRequest(ending, "the card is gone", "Anna", "BANK-1" if ending is Ending.PAID_OTHERWISE else None)
    asking = asking_end(ACCOUNT, placed.transaction_id, sequence, request)
    return act_or_ask(acting(placed.shop, ANNA), ACCOUNT, asking)


def ask_confirmation(placed: Placed, said: Confirming) -> object:
    """Confirm what was done by hand."""
    ports = acting(placed.shop, ANNA)
    return act_or_ask(ports, ACCOUNT, asking_confirmation(ports, ACCOUNT, placed.transaction_id, said))


def ask_resolution(placed: Placed, said: Resolving) -> object:
    """Say what became of a call."""
    ports = acting(placed.shop, ANNA)
    return act_or_ask(ports, ACCOUNT, asking_resolution(ports, ACCOUNT, placed.transaction_id, said))


def approving(placed: Placed, approval: Approval, by: Actor = BEA) -> Approval:
    """Approve, and run what follows."""
    decided = approve(acting(placed.shop, by), ACCOUNT, approval.id)
    placed.run()
    return decided


def refusing(placed: Placed, approval: Approval, by: Actor = BEA) -> Approval:
    """Refuse."""
    return refuse(acting(placed.shop, by), ACCOUNT, approval.id, "not without a call")


def waiting(answered: object) -> Approval:
    """What a request was answered with, which waits."""
    assert isinstance(answered, Approval), answered
    return answered


def stored(placed: Placed) -> list[Approval]:
    """Every approval of an order."""
    return placed.shop.store.approvals(ACCOUNT, placed.transaction_id)
