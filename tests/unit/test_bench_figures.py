"""Figures of `make bench` that are reckoned: transitions of the workflow, and the price of an invoice."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bench.list_prices import Functions, Invoice
from bench.transitions import transitions_of

DEFINITION = yaml.safe_load((Path(__file__).parents[2] / "workflows" / "settlement.asl.yaml").read_text("utf-8"))
FUNCTIONS = Functions(
    "arm64", {"authorizer": 1024, "invoice_notification": 1024, "settlement_steps": 256, "event_relay": 256}
)
INVOICE = Invoice(
    functions=FUNCTIONS, write_units=26, read_units=10, requests=6, settlement_requests=8, cpu_seconds=0.0024,
    settlement_cpu_seconds=0.0041, commits=2, public_events=3,
)  # fmt: skip


@pytest.mark.parametrize(("outcome", "count"), [("done", 4), ("waiting", 4), ("no such outcome", 4), ("execute", 7)])
def test_transitions_are_counted_in_the_definition(outcome: str, count: int) -> None:
    """More legs: ExecuteLegs, Conclude and its choice come before Done, without the iterations of the map."""
    assert transitions_of(DEFINITION, outcome) == count


def test_function_with_a_quarter_of_the_memory_computes_four_times_as_long_and_waits_no_longer() -> None:
    whole, quarter = (INVOICE.with_memory("settlement_steps", megabytes) for megabytes in (1024, 256))
    waits = 8 * 0.005 + 0.3

    assert quarter.settlement_seconds - waits == pytest.approx(4 * (whole.settlement_seconds - waits))
    assert quarter.usd_per_million < whole.usd_per_million


def test_function_has_no_more_than_one_core() -> None:
    assert Functions("arm64", {"a": 3538}).seconds("a", 2.0) == 2.0


def test_price_is_the_sum_of_what_is_printed() -> None:
    assert INVOICE.amounts["write unit"] == 27
    assert INVOICE.usd_per_million == pytest.approx(29.031, abs=0.001)
