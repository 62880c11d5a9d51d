"""A shop with one account: it places orders, invoices and changes them, and lets time and workflows run."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from settlement.domain.actor import Actor, System
from settlement.domain.connectors.connector import Connector, Mode
from settlement.domain.events import Event, EventType
from settlement.domain.ledger.ledger import Counters
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.order.order import LineMention, Order
from settlement.domain.planning.drafting import RefundPriority
from settlement.domain.transaction.leg import Leg
from settlement.domain.transaction.operation import Operation
from settlement.domain.transaction.payment import Payment
from settlement.domain.transaction.statuses import order_status, transaction_status
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.orders.cancel_invoice import InvoiceCancelRequest, cancel_invoice
from settlement.use_cases.orders.cancel_order import cancel_order
from settlement.use_cases.orders.change_order import ChangeRequest, change_order
from settlement.use_cases.orders.notify_invoice import Notification, Receipt, notify_invoice
from settlement.use_cases.orders.place_order import NewOrder, NewPayment, place_order
from settlement.use_cases.orders.start_handling import start_handling
from settlement.use_cases.shared.heads import Heads
from settlement.use_cases.shared.ports import DueOperation, Ports
from settlement.use_cases.upkeep.sweep_due_work import sweep_due_work
from testkit.builders import ACCOUNT, a_connector, a_new_order, a_new_payment
from testkit.clock import Clock, Ids
from testkit.configuring import save_connector, save_settings
from testkit.provider import FakeProvider, Kind
from testkit.store import FakeStore
from testkit.workflow import run_workflow

SWEEP_EVERY = timedelta(minutes=1)


class Shop:
    """One account on fakes, with a connector of each mode: ``partial``, ``total`` and ``hold``."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.store = FakeStore()
        self.provider = FakeProvider()
        self.ports = Ports(self.store, self.clock, Ids(), Actor("key"))
        self._relayed = 0
        for mode in Mode:
            self.connect(a_connector(mode.value, mode))

    def acting(self, system: System) -> Ports:
        """Return the ports of a part of the service."""
        return replace(self.ports, actor=Actor(system=system))

    def connect(self, connector: Connector) -> None:
        """Configure a connector."""
        save_connector(self.store, ACCOUNT, connector)

    def set(self, **settings: Any) -> None:
        """Change the account's settings."""
        save_settings(self.store, ACCOUNT, replace(self.store.settings(ACCOUNT), **settings))

    def refund_first(self, priority: RefundPriority) -> None:
        """Choose which settled payment gives back first."""
        self.set(refund_priority=priority)

    def place(self, *payments: NewPayment, mode: Mode = Mode.PARTIAL, value: int = 10000, **changes: Any) -> "Placed":
        """Place an order, without running anything."""
        payments = payments or (a_new_payment(value, mode.value),)
        heads = place_order(self.ports, ACCOUNT, a_new_order(*payments, value=value, **changes))
        return Placed(self, heads.order.order_id, heads.transaction.transaction_id)

    def place_again(self, new: NewOrder) -> "Placed":
        """Place an order as it is given."""
        heads = place_order(self.ports, ACCOUNT, new)
        return Placed(self, heads.order.order_id, heads.transaction.transaction_id)

    def open(self, *payments: NewPayment, mode: Mode = Mode.PARTIAL, value: int = 10000, **changes: Any) -> "Placed":
        """Place an order, authorise it and start handling."""
        placed = self.place(*payments, mode=mode, value=value, **changes)
        placed.run()
        placed.start()
        return placed

    def ready(self) -> list[tuple[str, int]]:
        """Take the ``OperationReady`` events that were not taken before: transaction and operation."""
        fresh = self.store.commits[self._relayed :]
        self._relayed += len(fresh)
        return [
            (event.transaction_id, int(str(event.data["operation"])))
            for commit in fresh
            for event in commit.events
            if event.type is EventType.OPERATION_READY
        ]

    def relay(self) -> None:
        """Start an execution for every event that says so, and for those that come of it."""
        while ready := self.ready():
            for transaction_id, sequence in ready:
                run_workflow(self.acting(System.WORKFLOW), self.provider, ACCOUNT, transaction_id, sequence)

    def sweep(self) -> int:
        """Run the due-work sweep and the executions it starts; return how many it started."""
        due: list[DueOperation] = []
        sweep_due_work(self.acting(System.TIMER), due.append)
        for operation in due:
            run_workflow(
                self.acting(System.WORKFLOW),
                self.provider,
                operation.account,
                operation.transaction_id,
                operation.sequence,
            )
        return len(due)

    def pass_time(self, by: timedelta) -> None:
        """Let time go by, with a sweep whenever something is due."""
        end = self.clock.time + by
        while (due := self.store.next_due()) is not None:
            time = max(due, self.clock.time + SWEEP_EVERY)
            if time > end:
                break
            self.clock.advance_to(time)
            self.sweep()
            self.relay()
        self.clock.advance_to(end)


@dataclass(frozen=True)
class Placed:
    """One order of the shop, and everything one can do to it."""

    shop: Shop
    order_id: str
    transaction_id: str

    @property
    def order(self) -> Order:
        """The order head."""
        order = self.shop.store.order(ACCOUNT, self.order_id)
        assert order is not None
        return order

    @property
    def transaction(self) -> Transaction:
        """The transaction head."""
        transaction = self.shop.store.transaction(ACCOUNT, self.transaction_id)
        assert transaction is not None
        return transaction

    @property
    def heads(self) -> Heads:
        """Both heads."""
        return Heads(self.order, self.transaction)

    @property
    def payments(self) -> list[Payment]:
        """The payments by sequence."""
        return self.shop.store.payments(ACCOUNT, self.transaction_id)

    @property
    def ledger(self) -> Counters:
        """The sum of the payments' counters."""
        return sum((payment.counters for payment in self.payments), start=Counters())

    @property
    def status(self) -> tuple[str, str]:
        """Order and transaction status."""
        order, transaction = self.order, self.transaction
        return order_status(order, transaction).value, transaction_status(order, transaction).value

    @property
    def operations(self) -> list[Operation]:
        """Every operation."""
        return self.shop.store.operations(ACCOUNT, self.transaction_id)

    @property
    def operation(self) -> Operation:
        """The newest operation."""
        return self.operations[-1]

    @property
    def legs(self) -> list[Leg]:
        """Every leg."""
        return self.shop.store.legs(ACCOUNT, self.transaction_id)

    @property
    def requests(self) -> list[int]:
        """The settlement requests, oldest first."""
        return [held.ask.request for held in self.operations if held.ask.request]

    @property
    def events(self) -> list[Event]:
        """Every event, oldest first."""
        return self.shop.store.events(ACCOUNT, self.transaction_id, 10_000, None).items[::-1]

    def said(self, type_: EventType) -> list[Event]:
        """The events of one type."""
        return [event for event in self.events if event.type is type_]

    def moved(self, kind: Kind) -> list[int]:
        """What the connector really moved, oldest first."""
        mine = {payment.payment_id for payment in self.payments}
        return [value for payment_id, value in self.shop.provider.effects(kind) if payment_id in mine]

    def moved_by_payment(self, kind: Kind) -> list[tuple[int, int]]:
        """What the connector really moved: number of the payment (from 1) and value, oldest first."""
        number = {payment.payment_id: payment.sequence + 1 for payment in self.payments}
        effects = self.shop.provider.effects(kind)
        return [(number[payment_id], value) for payment_id, value in effects if payment_id in number]

    def run(self) -> "Placed":
        """Run workflows until the queue is empty or has to wait."""
        self.shop.relay()
        return self

    def run_once(self, sequence: int) -> str:
        """Run one execution, whatever may be ready."""
        return run_workflow(
            self.shop.acting(System.WORKFLOW), self.shop.provider, ACCOUNT, self.transaction_id, sequence
        ).value

    def rest(self) -> None:
        """Let time and workflows run until nothing is queued any more."""
        shop = self.shop
        for _ in range(1000):
            shop.relay()
            if self.transaction.is_idle:
                return
            head = shop.store.operation(ACCOUNT, self.transaction_id, self.transaction.head)
            assert head is not None
            assert head.due_at is not None, f"operation {head.sequence} is never looked at again"
            shop.clock.advance_to(max(head.due_at, shop.clock.time + SWEEP_EVERY))
            shop.sweep()
        raise AssertionError(f"the queue is stuck: {self.transaction}")

    def start(self) -> None:
        """Start handling."""
        start_handling(self.shop.ports, ACCOUNT, self.order_id)

    def notify(self, number: str, value: int, *items: LineMention, type_: InvoiceType, **more: Any) -> Receipt:
        """Notify an invoice, without running anything."""
        notification = Notification(type_, number, value, "2026-03-02", tuple(items), **more)
        return notify_invoice(self.shop.ports, ACCOUNT, self.order_id, notification)

    def invoice(self, number: str, value: int, *items: LineMention, **more: Any) -> Receipt:
        """Notify a sale and run its workflow."""
        receipt = self.notify(number, value, *items, type_=InvoiceType.OUTPUT, **more)
        self.run()
        return receipt

    def give_back(self, number: str, value: int) -> Receipt:
        """Notify a return and run its workflow."""
        receipt = self.notify(number, value, type_=InvoiceType.INPUT)
        self.run()
        return receipt

    def cancel_invoice_only(self, number: str, request_id: str | None = None, reason: str = "mistake") -> Receipt:
        """Cancel a sale, without running anything."""
        request = InvoiceCancelRequest(number, reason, request_id or f"cancel-{number}")
        return cancel_invoice(self.shop.ports, ACCOUNT, self.order_id, request)

    def cancel_invoice(self, number: str, request_id: str | None = None, reason: str = "mistake") -> Receipt:
        """Cancel a sale and run its workflow."""
        receipt = self.cancel_invoice_only(number, request_id, reason)
        self.run()
        return receipt

    def register(self, request_id: str, discount: int = 0, increment: int = 0, **more: Any) -> Receipt:
        """Register a change, without running anything."""
        request = ChangeRequest(request_id, "reason", discount, increment, **more)
        return change_order(self.shop.ports, ACCOUNT, self.order_id, request, f"receipt-{request_id}")

    def change(self, request_id: str, discount: int = 0, increment: int = 0, **more: Any) -> Receipt:
        """Register a change and run its workflow."""
        receipt = self.register(request_id, discount, increment, **more)
        self.run()
        return receipt

    def cancel(self, reason: str = "sold out") -> Receipt:
        """Cancel the order and run its workflow."""
        receipt = self.cancel_only(reason)
        self.run()
        return receipt

    def cancel_only(self, reason: str = "sold out") -> Receipt:
        """Cancel the order, without running anything."""
        return cancel_order(self.shop.ports, ACCOUNT, self.order_id, reason)

    def auto_settle(self, *numbers: int) -> None:
        """Let the auto-settlement timers of some payments, by number from 1, or of all, fire now and run."""
        for payment in self.payments:
            if not numbers or payment.sequence + 1 in numbers:
                self.shop.store.hasten(payment.payment_id, self.shop.clock.time)
        self.shop.sweep()
        self.run()

    def at(self, time: datetime) -> "Placed":
        """Go on to a time without a sweep."""
        self.shop.clock.advance_to(time)
        return self
