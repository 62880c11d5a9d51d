"""Compares the cost of a large order's last invoices, returns and pages with that of its first.

The use cases run in this process, on their own table in the running local stack; DynamoDB reports the consumption.
Figures are medians over some invoices of the same kind, without the first of an order, which starts it, and the last,
which completes it.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench.figures import Figures
from bench.meter import Consumption, Meter
from bench.own_table import table_like_the_stacks
from local.deployment import client
from local.lifecycle import require_running
from local.progress import StackError
from local.settings import read_settings
from operations.output import Output
from settlement.domain.actor import Actor
from settlement.domain.connectors.connector import Mode
from settlement.domain.order.invoice import InvoiceType
from settlement.domain.order.order import MAX_INVOICES, LineMention, OrderTotal
from settlement.storage.dynamodb import DynamoDBStore
from settlement.use_cases.gateway.retrieve_transaction import (
    retrieve_books,
    retrieve_events,
    retrieve_movements,
    retrieve_payments,
)
from settlement.use_cases.orders.add_interaction import add_interaction
from settlement.use_cases.orders.notify_invoice import Notification, notify_invoice
from settlement.use_cases.orders.place_order import NewLine, place_order
from settlement.use_cases.orders.retrieve_order import retrieve_order
from settlement.use_cases.orders.start_handling import start_handling
from settlement.use_cases.shared.ports import Ports
from testkit.builders import ACCOUNT, a_connector, a_new_order, a_new_payment
from testkit.configuring import save_connector
from testkit.provider import FakeProvider
from testkit.workflow import run_workflow

VALUE = 100
COMPARED = 20
"""Most invoices, returns or pages at either end, whose medians are compared."""

MOST = 1.10
"""Largest allowed ratio of the last cost to the first."""

PAGE = 100


@dataclass(frozen=True, slots=True)
class Cost:
    """The cost of one action; ``cpu_ms`` is CPU time of this process."""

    requests: float
    write_units: float
    read_units: float
    kilobytes: float
    cpu_ms: float

    def over(self, first: Cost, *figures: str) -> float:
        """Return the largest ratio of the figures to those of ``first``; figures of zero are left out."""
        pairs = [(getattr(self, name), getattr(first, name)) for name in figures]
        return max(float(last / before) for last, before in pairs if before)


UNITS = {"requests": "", "write_units": "units", "read_units": "units", "kilobytes": "kB", "cpu_ms": "ms"}
"""The unit of each figure of a cost."""


@dataclass(frozen=True, slots=True)
class Compared:
    """The first and the last cost of a kind; ``key`` names it in files."""

    key: str
    what: str
    first: Cost
    last: Cost

    @property
    def ratio_of_requests_and_capacity(self) -> float:
        """The largest ratio of the last to the first, over the figures that other processes cannot disturb."""
        return self.last.over(self.first, "requests", "write_units", "read_units", "kilobytes")


class Growth:
    """One order on its own table, which grows invoice by invoice."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        self.meter = Meter(dynamodb)
        self.ports = Ports(
            DynamoDBStore(dynamodb, table), lambda: datetime.now(UTC), lambda: uuid4().hex.upper(), Actor("key")
        )
        self.provider = FakeProvider()
        self.order_id = self.transaction_id = ""
        self.cpu_of_old_over_young = 0.0

    def young(self, value: int) -> Growth:
        """Open another order on the same table, and return it."""
        young = copy(self)
        young.open(value)
        return young

    def open(self, value: int) -> None:
        """Place the order, authorise it and start handling."""
        save_connector(self.ports.store, ACCOUNT, a_connector("partial", Mode.PARTIAL))
        new = a_new_order(
            a_new_payment(value, "partial"),
            value=value,
            lines=(NewLine("A", "Shoe", value // VALUE, VALUE, VALUE),),
            totals=(OrderTotal("Items", value),),
        )
        placed = place_order(self.ports, ACCOUNT, new)
        self.order_id, self.transaction_id = placed.order.order_id, placed.transaction.transaction_id
        self._work()
        start_handling(self.ports, ACCOUNT, self.order_id)

    def invoice(self, number: str, type_: InvoiceType) -> Cost:
        """Notify an invoice and run its operation."""
        items = (LineMention("A", VALUE, 1),)
        notification = Notification(type_, number, VALUE, "2026-03-02T14:00:00Z", items)

        def settle() -> None:
            notify_invoice(self.ports, ACCOUNT, self.order_id, notification)
            self._work()

        return self.cost(settle)

    def interaction(self) -> None:
        """Add one event."""
        add_interaction(self.ports, ACCOUNT, self.order_id, "bench", "An event like any other")

    def cost(self, action: Callable[[], object]) -> Cost:
        """Return the cost of an action."""
        with self.meter.measure() as used:
            started = time.process_time()
            action()
            seconds = time.process_time() - started
        return _cost(used, seconds)

    def length(self) -> tuple[int, str]:
        """Return the number of events on the timeline, and the mark of its oldest full page."""
        count, beginnings, after = 0, [""], None
        while True:
            page = retrieve_events(self.ports.store, ACCOUNT, self.transaction_id, PAGE, after)[1]
            count, after = count + len(page.items), page.next
            if after is None:
                return count, beginnings[-2]
            beginnings.append(after)

    def page(self, after: str) -> Cost:
        """Read the page after a mark several times; return the typical cost."""

        def read() -> None:
            retrieve_events(self.ports.store, ACCOUNT, self.transaction_id, PAGE, after or None)

        return _typical([self.cost(read) for _ in range(COMPARED)])

    def _work(self) -> None:
        transaction = self.ports.store.transaction(ACCOUNT, self.transaction_id)
        assert transaction is not None
        for sequence in range(transaction.head, transaction.tail):
            run_workflow(self.ports, self.provider, ACCOUNT, self.transaction_id, sequence)


def _cost(used: Consumption, seconds: float) -> Cost:
    kilobytes = (used.bytes_sent + used.bytes_received) / 1000
    return Cost(used.requests.total(), used.write_units, used.read_units, kilobytes, seconds * 1000)


def _typical(costs: Sequence[Cost]) -> Cost:
    """Return the medians, but the least CPU time, because other processes only add to it."""
    medians = Cost(*(statistics.median(getattr(cost, one.name) for cost in costs) for one in fields(Cost)))
    return replace(medians, cpu_ms=min(cost.cpu_ms for cost in costs))


def compare(key: str, what: str, costs: Sequence[Cost]) -> Compared:
    """Compare the first costs with the last, without the very first and the very last; the two sets are disjoint."""
    compared = min(COMPARED, (len(costs) - 2) // 2)
    return Compared(key, what, _typical(costs[1 : compared + 1]), _typical(costs[-compared - 1 : -1]))


def _beside_a_young_one(growth: Growth, first: int, count: int) -> list[Cost]:
    """Notify the last invoices in turn with those of a young order; note what CPU the old order's take of its."""
    young = growth.young(VALUE * (count + 1))
    olds, ratios = [], []
    for number in Output().counted(range(count), f"of {count} in turn with a young order's"):
        of_young = young.invoice(f"N{number:06d}", InvoiceType.OUTPUT)
        olds.append(growth.invoice(f"N{first + number:06d}", InvoiceType.OUTPUT))
        ratios.append(olds[-1].cpu_ms / of_young.cpu_ms)
    growth.cpu_of_old_over_young = statistics.median(ratios)
    return olds


def grow(growth: Growth, sales: int, returns: int, events: int) -> list[Compared]:
    """Grow the order to these numbers of invoices, returns and events, with progress; compare the ends."""
    growth.open(sales * VALUE)

    def each(what: str, count: int, action: Callable[[int], Cost]) -> list[Cost]:
        return [action(number) for number in Output().counted(range(1, count + 1), f"of {count} {what}")]

    early = min(sales // 2, 3 * COMPARED)
    sold = each("invoices", early, lambda number: growth.invoice(f"N{number:06d}", InvoiceType.OUTPUT))
    _, beginning = growth.length()
    short = growth.page(beginning)
    late = min(COMPARED, sales - early)
    more = sales - early - late
    sold += each("more", more, lambda number: growth.invoice(f"N{early + number:06d}", InvoiceType.OUTPUT))
    sold += _beside_a_young_one(growth, early + more + 1, late)
    returned = each("returns", returns, lambda number: growth.invoice(f"D{number:06d}", InvoiceType.INPUT))
    written, _ = growth.length()
    each("further events", max(0, events - written), lambda _: growth.cost(growth.interaction))
    print(f"one order with {sales} invoices, {returns} returns and {growth.length()[0]} events")
    return [
        compare("invoice", "an invoice and its settlement", sold),
        compare("return", "a return and its refund", returned),
        Compared("page", f"the same page of {PAGE} events", short, growth.page(beginning)),
    ]


def show(compared: Sequence[Compared]) -> None:
    """Print the first and the last cost of each kind."""
    print(f"{'':38}{'requests':>10}{'write units':>13}{'read units':>12}{'kB':>8}{'CPU ms':>8}")
    for one in compared:
        for when, cost in (("first", one.first), ("last", one.last)):
            print(
                f"{one.what + ', ' + when:38}{cost.requests:10.0f}{cost.write_units:13.1f}"
                f"{cost.read_units:12.1f}{cost.kilobytes:8.1f}{cost.cpu_ms:8.1f}"
            )
        print(f"{'':36}{(one.ratio_of_requests_and_capacity - 1) * 100:+.0f} % at worst, but for CPU")


def keep(compared: Sequence[Compared], figures: Figures) -> None:
    """Keep every figure for the file."""
    for one in compared:
        for when, cost in (("first", one.first), ("last", one.last)):
            for name, unit in UNITS.items():
                figures.keep(f"{one.key}_{when}_{name}", f"{one.what}, {when}: {name}", getattr(cost, name), unit)


def main() -> int:
    """Run the benchmark; exit code 0 if no counted cost grew by more than 10 %. CPU is reported, not judged."""
    parser = argparse.ArgumentParser(prog="bench.growth", description=__doc__)
    parser.add_argument("--invoices", type=int, default=MAX_INVOICES)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every figure with its unit")
    given = parser.parse_args()
    figures = Figures()
    try:
        code = _on_a_table_of_its_own(given.invoices, given.events, figures)
    except StackError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    if given.json is not None:
        figures.write(given.json)
    return code


def _on_a_table_of_its_own(invoices: int, events: int, figures: Figures) -> int:
    facts = require_running(read_settings())
    with table_like_the_stacks(facts) as table:
        return _run(Growth(client("dynamodb", facts.aws_port), table), invoices, events, figures)


def _run(growth: Growth, invoices: int, events: int, figures: Figures) -> int:
    returns = max(COMPARED + 2, invoices // 20)
    compared = grow(growth, invoices - returns, returns, events)
    show(compared)
    keep(compared, figures)
    figures.heading("CPU of the last invoices, in turn with those of a young order; reported, not judged")
    figures.add("cpu_of_old_over_young", "the old order's ÷ the young one's, median", growth.cpu_of_old_over_young)
    store, transaction_id = growth.ports.store, growth.transaction_id
    for key, what, read in (
        ("order", "the order, whole", lambda: retrieve_order(store, ACCOUNT, growth.order_id)),
        ("transaction", "its transaction", lambda: retrieve_books(store, ACCOUNT, transaction_id)),
        ("payments", "its payments", lambda: retrieve_payments(store, ACCOUNT, transaction_id)),
        ("movements", "its movements", lambda: retrieve_movements(store, ACCOUNT, transaction_id)),
    ):
        cost = growth.cost(read)
        figures.heading(what)
        for name, unit in UNITS.items():
            figures.add(f"{key}_{name}", name, getattr(cost, name), unit)
    return 0 if all(one.ratio_of_requests_and_capacity <= MOST for one in compared) else 1


if __name__ == "__main__":
    sys.exit(main())
