"""What a million partial invoices cost by AWS's list prices: a model, whose formula and prices are printed.

Measured are the units of the table, the events and the CPU. Assumed are the connector's answer after 300 ms, 5 ms for
each request to the table, and the runs of functions that the template's routes and rules make for an account without
feeds and hooks.
"""

from __future__ import annotations

from dataclasses import dataclass

from bench.figures import Figures
from bench.own_table import Consumed

CONNECTOR_SECONDS = 0.3
TABLE_SECONDS = 0.005
GIGABYTES = 1.0
"""Memory of a function; the settlement steps and the relay have half of it."""

CORES_OF_A_GIGABYTE = 1024 / 1769
"""What a function of 1,024 MB has of a core."""

EXECUTION_GIGABYTES = 0.0625
"""An express execution is billed in steps of 64 MB."""

SHORT_RUN_SECONDS = 0.01
"""A run of the authorizer, or of the relay without its read of the account's listeners."""

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

    @property
    def seconds(self) -> float:
        """How long the function runs that takes it."""
        return self.cpu_seconds / CORES_OF_A_GIGABYTE + self.requests * TABLE_SECONDS

    @property
    def settlement_seconds(self) -> float:
        """How long the function runs that settles it, on half a gigabyte."""
        computes = self.settlement_cpu_seconds / (CORES_OF_A_GIGABYTE / 2)
        return computes + self.settlement_requests * TABLE_SECONDS + CONNECTOR_SECONDS

    @property
    def gigabyte_seconds(self) -> float:
        """What taking, settling, the authorizer and the relay are billed."""
        relay = self.commits * (SHORT_RUN_SECONDS + TABLE_SECONDS)
        whole, half = self.seconds + SHORT_RUN_SECONDS, self.settlement_seconds + relay
        return whole * GIGABYTES + half * GIGABYTES / 2

    @property
    def amounts(self) -> dict[str, float]:
        """How much of each price it takes.

        The relay reads once for each commit who listens, and adds the capture to the figures of its hour.
        """
        return {
            "write unit": self.write_units + 1,
            "read unit": self.read_units + self.commits,
            "request of the REST API": 1,
            "run of a function": 3 + self.commits,
            "GB-second of a function": self.gigabyte_seconds,
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
    )


def measure_price(invoice: Invoice, figures: Figures) -> None:
    """Print the model's formula, amounts and prices, and its sum."""
    figures.heading("USD per million partial invoices: the sum of amount x list price; the connector takes 300 ms")
    for what, amount in invoice.amounts.items():
        print(f"  {what:<40}{amount:10.3f} x {PRICES[what]:.3f}")
    figures.add("function_runs", "runs of functions", invoice.amounts["run of a function"])
    figures.add("usd_per_million", "the sum", invoice.usd_per_million, "USD")
