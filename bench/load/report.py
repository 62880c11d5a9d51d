"""The report of a run for people: throughput, latencies, the connector's faults, and every wrong order."""

from __future__ import annotations

from collections.abc import Sequence

from bench.load.faults import Fault
from bench.load.outcome import Outcome

SHOWN_WRONG = 20


def percentile(values: Sequence[float], share: float) -> float:
    """Return the percentile by the nearest rank: ``share`` of the values do not exceed it."""
    ordered = sorted(values)
    return ordered[max(0, -(-len(ordered) * int(share * 1000) // 1000) - 1)]


def report(outcome: Outcome) -> None:
    """Print the results of a run."""
    driven, load = outcome.driven, outcome.load
    requests = sum(len(taken) for taken in driven.latencies.values())
    print(f"driven      {load.orders} orders at {load.rate:g} a second in {driven.seconds:.0f} s: ", end="")
    print(f"{load.orders / driven.seconds:.2f} orders, {requests / driven.seconds:.1f} requests a second")
    print(f"sent again  {sum(driven.again.values())} requests, which had no answer or 5xx")
    print("latency     from the scheduled time, in ms          p50      p90      p99      max")
    for step, seconds in driven.latencies.items():
        _latency(step, seconds)
    _latency("invoice to captured", outcome.captures)
    calls = sum(outcome.connector.values())
    print(f"connector   {calls} calls: {outcome.connector[Fault.FAILED]} failed, ", end="")
    print(f"{outcome.connector[Fault.DROPPED]} cut, {outcome.connector[Fault.HUNG]} hung, ", end="")
    print(f"{outcome.connector[Fault.REFUSED]} refused finally")
    print(f"recovered   {outcome.retried} retries, {outcome.written_off} write-offs")
    print(f"at rest     after {outcome.rest_seconds:.0f} s more; {outcome.waited} orders not yet, when driving ended")
    for wrong in outcome.wrong[:SHOWN_WRONG]:
        print(f"wrong       {wrong}")
    print(f"wrong       {len(outcome.wrong)} of {load.orders} orders")


def _latency(what: str, seconds: Sequence[float]) -> None:
    if seconds:
        figures = [percentile(seconds, share) * 1000 for share in (0.5, 0.9, 0.99, 1)]
        print(f"            {what:<37}" + "".join(f"{figure:9.0f}" for figure in figures))
