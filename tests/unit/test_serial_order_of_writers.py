"""Random writers of one order, one in the middle of another, with sales taken back and corrected: some serial order of
their requests explains what each was told, and the money is what that order comes to (R27, R38, R39).
"""

import random

import pytest

from settlement.domain.connectors.connector import Mode
from settlement.domain.errors import Refusal
from settlement.domain.order.invoice import InvoiceType
from testkit.shop import Placed, Shop
from tests.support.audits import mismatches_of
from tests.support.oracle import Oracle
from tests.support.serial_order import Kind, Request, Seen, Told, serial_order
from tests.unit.test_interleavings import STORIES

KINDS: list[Kind] = [
    "sale",
    "sale",
    "sale",
    "sale",
    "return",
    "discount",
    "take-back",
    "take-back",
    "correction",
    "correction",
    "cancel",
]


class Writers:
    """Writers who ask at random; each of their requests may begin and end in the middle of another one."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.placed = Shop().open()
        self.told: list[Told] = []
        self.sales: list[str] = []
        self.clock = 0

    def tick(self) -> int:
        self.clock += 1
        return self.clock

    def request(self) -> Request:
        kind, number = self.chance.choice(KINDS), str(len(self.told) + self.clock)
        sales = self.sales if self.sales and self.chance.random() < 0.9 else ["unknown"]
        of = self.chance.choice(sales) if kind in ("take-back", "correction") else ""
        if kind in ("sale", "correction"):
            self.sales.append(number)
        if self.told and self.chance.random() < 0.1:
            return self.chance.choice(self.told).request
        value = 0 if kind in ("cancel", "take-back") else self.chance.choice([500, 1000, 2500, 4000])
        return Request(kind, "" if kind == "cancel" else number, value, of)

    def write(self, depth: int = 0) -> None:
        """Ask once; before it is written, another one may ask, or a workflow run."""
        request, sent = self.request(), self.tick()
        if depth < 3 and self.chance.random() < 0.5:
            self.placed.shop.store.interrupt(lambda: self.write(depth + 1))
        elif self.chance.random() < 0.3:
            self.placed.shop.store.interrupt(self.placed.shop.relay)
        self.told.append(Told(request, self.ask(request), sent, self.tick()))
        if self.chance.random() < 0.4:
            self.placed.run()

    def ask(self, request: Request) -> int:
        try:
            ask(self.placed, request)
        except Refusal as refusal:
            return refusal.status
        return 200


def ask(placed: Placed, request: Request) -> None:
    """Ask what a request asks."""
    match request.kind:
        case "sale":
            placed.notify(request.id, request.value, type_=InvoiceType.OUTPUT)
        case "correction":
            placed.notify(request.id, request.value, type_=InvoiceType.OUTPUT, replaces=request.of)
        case "return":
            placed.notify(request.id, request.value, type_=InvoiceType.INPUT)
        case "discount":
            placed.register(request.id, request.value)
        case "take-back":
            placed.cancel_invoice_only(request.of, request.id)
        case "cancel":
            placed.cancel_only()


@pytest.mark.timeout(1800)
def test_r27_some_serial_order_explains_what_writers_are_told() -> None:
    for seed in range(STORIES):
        writers = Writers(random.Random(seed))
        for _ in range(8):
            writers.write()
        placed = writers.placed
        placed.rest()
        order, ledger = placed.order, placed.ledger
        paid = ledger.captured - ledger.refunded
        seen = Seen(order.value, order.invoiced, order.returned, order.cancelled_at is not None, paid)
        explained = serial_order(Oracle(Mode.PARTIAL, 10000, 10000), writers.told, seen)
        assert explained is not None, (seed, seen, writers.told)
        assert mismatches_of(placed.shop.store) == [], seed
