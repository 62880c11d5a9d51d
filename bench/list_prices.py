"""What a million partial invoices cost by AWS's list prices: a model, whose formula and prices are printed.

Measured are the units of the table, the events and the CPU. Assumed are the connector's answer after 300 ms, 5 ms for
each request to the table, and the runs of functions that the template's routes and rules make.
"""

from __future__ import annotations

from dataclasses import dataclass

from bench.figures import Figures
from bench.own_table import Consumed
from settlement.domain.events import EventType

CONNECTOR_SECONDS = 0.3
TABLE_SECONDS = 0.005
GIGABYTES = 1.0
CORES = 1024 / 1769
"""What a function of 1,024 MB has of a core."""

EXECUTION_GIGABYTES = 0.0625
"""An express execution is billed in steps of 64 MB."""

LISTENERS = 2
"""Functions that each change of an order's status starts: feed and hook."""

SHORT_RUN_SECONDS = 0.01
"""A run of a function that neither takes the invoice nor settles it."""

PRICES = {
    "write unit": 0.625,
    "read unit": 0.125,
    "request of the REST API": 3.50,
    "run of a function": 0.20,
    "GB-second of a function": 16.67,
    "event on the bus": 1.00,
    "express execution": 1.00,
    "GB-second of an execution": 16.67,
}
"""USD per million, on demand, us-east-1, x86."""


@dataclass(frozen=True, slots=True)
class Invoice:
    """What one partial invoice with its settlement takes."""

    write_units: float
    read_units: float
    requests: int
    """Requests to the table while it is taken."""
    settlement_requests: int
    cpu_seconds: float
    """CPU of taking it."""
    settlement_cpu_seconds: float
    commits: int
    """Commits with public events: each starts the relay once."""
    public_events: int
    status_changes: int

    @property
    def seconds(self) -> float:
        """How long the function runs that takes it."""
        return self.cpu_seconds / CORES + self.requests * TABLE_SECONDS

    @property
    def settlement_seconds(self) -> float:
        """How long the function runs that settles it."""
        return self.settlement_cpu_seconds / CORES + self.settlement_requests * TABLE_SECONDS + CONNECTOR_SECONDS

    @property
    def short_runs(self) -> int:
        """Runs of all other functions: authorizer, relay, feed and hook."""
        return 1 + self.commits + self.status_changes * LISTENERS

    @property
    def amounts(self) -> dict[str, float]:
        """How much of each price it takes."""
        seconds = self.seconds + self.settlement_seconds + self.short_runs * SHORT_RUN_SECONDS
        return {
            "write unit": self.write_units,
            "read unit": self.read_units,
            "request of the REST API": 1,
            "run of a function": 2 + self.short_runs,
            "GB-second of a function": seconds * GIGABYTES,
            "event on the bus": self.public_events,
            "express execution": 1,
            "GB-second of an execution": self.settlement_seconds * EXECUTION_GIGABYTES,
        }

    @property
    def usd_per_million(self) -> float:
        """What a million of them cost."""
        return sum(amount * PRICES[what] for what, amount in self.amounts.items())


def invoice_of(consumed: Consumed, cpu_seconds: float, settlement_cpu_seconds: float) -> Invoice:
    """Return the invoice that was measured."""
    request, settlement, published = consumed.request, consumed.settlement, consumed.published
    return Invoice(
        write_units=request.write_units + settlement.write_units,
        read_units=request.read_units + settlement.read_units,
        requests=request.requests.total(),
        settlement_requests=settlement.requests.total(),
        cpu_seconds=cpu_seconds,
        settlement_cpu_seconds=settlement_cpu_seconds,
        commits=len({event.at for event in published}),
        public_events=len(published),
        status_changes=sum(event.type is EventType.ORDER_STATUS_CHANGED for event in published),
    )


def measure_price(invoice: Invoice, figures: Figures) -> None:
    """Print the model's formula, amounts and prices, and its sum."""
    figures.heading("USD per million partial invoices: the sum of amount x list price; the connector takes 300 ms")
    for what, amount in invoice.amounts.items():
        print(f"  {what:<40}{amount:10.3f} x {PRICES[what]:.3f}")
    figures.add("function_runs", "runs of functions", invoice.amounts["run of a function"])
    figures.add("usd_per_million", "the sum", invoice.usd_per_million, "USD")
