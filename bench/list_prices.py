"""What a million partial invoices cost by AWS's list prices: a model, whose formula and prices are printed.

Measured are the units of the table, the events and the CPU; memory and architecture are those of the deployed
functions. Assumed are the connector's answer after 300 ms, 5 ms for each request to the table, that the million comes
in a month from one key, and the runs of functions that the template's routes and rules make for an account without
feeds and hooks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bench.figures import Figures
from bench.own_table import Consumed
from local.deployment import client
from operations.running_stack import Facts

CONNECTOR_SECONDS = 0.3
TABLE_SECONDS = 0.005

MEGABYTES_OF_A_CORE = 1769
"""The memory with which a function has a whole core; with less it has as much less of one."""

EXECUTION_GIGABYTES = 0.0625
"""An express execution is billed in steps of 64 MB."""

SHORT_RUN_SECONDS = 0.01
"""A run of the authorizer, or of the relay without its requests to the table."""

INVOICES_A_MINUTE = 1_000_000 / (30 * 24 * 60)
"""A million in a month. The API keeps the authorizer's answer for a key for 60 s, so it runs once for so many."""

OPERATION_FUNCTIONS = ("authorizer", "invoice_notification", "settlement_steps", "event_relay")
ALTERNATIVES = (256, 512, 1024)

PRICES = {
    "write unit": 0.625,
    "read unit": 0.125,
    "request of the REST API": 3.50,
    "run of a function": 0.20,
    "GB-second of a function, arm64": 13.3334,
    "GB-second of a function, x86_64": 16.6667,
    "event on the bus": 1.00,
    "express execution": 1.00,
    "GB-second of an execution": 16.67,
}
"""USD per million, on demand, us-east-1."""


@dataclass(frozen=True, slots=True)
class Functions:
    """How functions are deployed: their architecture, and their memory in MB by folder."""

    architecture: str
    megabytes: Mapping[str, int]

    def seconds(self, name: str, cpu_seconds: float) -> float:
        """Return how long a function computes; the CPU is that of a whole core."""
        return cpu_seconds * max(1.0, MEGABYTES_OF_A_CORE / self.megabytes[name])

    def gigabyte_seconds(self, name: str, seconds: float) -> float:
        """Return what a run of a function is billed."""
        return seconds * self.megabytes[name] / 1024


@dataclass(frozen=True, slots=True)
class Invoice:
    """What one partial invoice with its settlement takes."""

    functions: Functions
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
        return self.functions.seconds("invoice_notification", self.cpu_seconds) + self.requests * TABLE_SECONDS

    @property
    def settlement_seconds(self) -> float:
        """How long the function runs that settles it."""
        computes = self.functions.seconds("settlement_steps", self.settlement_cpu_seconds)
        return computes + self.settlement_requests * TABLE_SECONDS + CONNECTOR_SECONDS

    @property
    def gigabyte_seconds(self) -> float:
        """What taking, settling, the authorizer and the relay are billed."""
        relay = self.commits * (SHORT_RUN_SECONDS + TABLE_SECONDS) + 3 * TABLE_SECONDS
        return (
            self.functions.gigabyte_seconds("invoice_notification", self.seconds)
            + self.functions.gigabyte_seconds("settlement_steps", self.settlement_seconds)
            + self.functions.gigabyte_seconds("event_relay", relay)
            + self.functions.gigabyte_seconds("authorizer", SHORT_RUN_SECONDS) / INVOICES_A_MINUTE
        )

    @property
    def amounts(self) -> dict[str, float]:
        """How much of each price it takes.

        The relay reads once for each commit who listens, and the end of the journal to write a lot behind it, which
        counts the capture for the console too.
        """
        return {
            "write unit": self.write_units + 1,
            "read unit": self.read_units + self.commits + 1,
            "request of the REST API": 1,
            "run of a function": 2 + self.commits + 1 / INVOICES_A_MINUTE,
            f"GB-second of a function, {self.functions.architecture}": self.gigabyte_seconds,
            "event on the bus": self.public_events,
            "express execution": 1,
            "GB-second of an execution": self.settlement_seconds * EXECUTION_GIGABYTES,
        }

    @property
    def usd_per_million(self) -> float:
        """What a million of them cost."""
        return sum(amount * PRICES[what] for what, amount in self.amounts.items())

    def with_memory(self, name: str, megabytes: int) -> Invoice:
        """Return it as if a function had other memory."""
        return replace(self, functions=replace(self.functions, megabytes={**self.functions.megabytes, name: megabytes}))


def functions_of(facts: Facts) -> Functions:
    """Return how the running stack's functions are deployed."""
    lambdas = client("lambda", facts.aws_port)
    found = {
        name: lambdas.get_function_configuration(FunctionName=facts.functions[name]) for name in OPERATION_FUNCTIONS
    }
    [architecture] = {told["Architectures"][0] for told in found.values()}
    return Functions(architecture, {name: told["MemorySize"] for name, told in found.items()})


def invoice_of(functions: Functions, consumed: Consumed, cpu_seconds: float, settlement_cpu_seconds: float) -> Invoice:
    """Return the invoice that was measured."""
    request, settlement = consumed.request, consumed.settlement
    return Invoice(
        functions=functions,
        write_units=request.write_units + settlement.write_units,
        read_units=request.read_units + settlement.read_units,
        requests=request.requests.total(),
        settlement_requests=settlement.requests.total(),
        cpu_seconds=cpu_seconds,
        settlement_cpu_seconds=settlement_cpu_seconds,
        commits=consumed.public_commits,
        public_events=consumed.public_events,
    )


def measure_price(invoice: Invoice, figures: Figures) -> None:
    """Print the model's formula, amounts and prices, its sum, and what other memory would make of it."""
    figures.heading("USD per million partial invoices: the sum of amount x list price; the connector takes 300 ms")
    for what, amount in invoice.amounts.items():
        print(f"  {what:<40}{amount:10.3f} x {PRICES[what]:.3f} = {amount * PRICES[what]:.2f}")
    figures.add("function_runs", "runs of functions", invoice.amounts["run of a function"])
    figures.add("usd_per_million", "the sum", invoice.usd_per_million, "USD")
    for name in ("invoice_notification", "settlement_steps"):
        figures.heading(f"The same, and how long it runs, with other memory for {name}")
        for megabytes in ALTERNATIVES:
            other = invoice.with_memory(name, megabytes)
            seconds = other.seconds if name == "invoice_notification" else other.settlement_seconds
            figures.add(f"{name}_{megabytes}_mb_ms", f"{megabytes} MB, runs for", seconds * 1000, "ms")
            figures.add(f"{name}_{megabytes}_mb_usd", f"{megabytes} MB, the sum", other.usd_per_million, "USD")
