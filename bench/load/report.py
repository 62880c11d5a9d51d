"""The report of a run for people: throughput, latencies, the connector's faults, and every wrong order."""

from __future__ import annotations

from collections.abc import Sequence

from bench.figures import Figures
from bench.load.faults import Fault
from bench.load.outcome import Outcome

SHOWN_WRONG = 20
_SHARES = {"p50": 0.5, "p90": 0.9, "p99": 0.99, "max": 1}


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


def figures_of(outcome: Outcome) -> Figures:
    """Return every figure of a run."""
    figures, driven, load = Figures(), outcome.driven, outcome.load
    requests = sum(len(taken) for taken in driven.latencies.values())
    figures.keep("orders", "orders", load.orders)
    figures.keep("orders_wrong", "orders that were wrong at rest", len(outcome.wrong))
    figures.keep("orders_per_second", "orders a second", load.orders / driven.seconds, "1/s")
    figures.keep("requests_per_second", "requests a second", requests / driven.seconds, "1/s")
    figures.keep("requests_sent_again", "requests sent again", sum(driven.again.values()))
    for step, seconds in (*driven.latencies.items(), ("invoice to captured", outcome.captures)):
        for name, share in _SHARES.items() if seconds else ():
            key = f"{step.replace(' ', '_')}_{name}_ms"
            figures.keep(key, f"{step}, {name}", percentile(seconds, share) * 1000, "ms")
    figures.keep("connector_calls", "calls of the connector", sum(outcome.connector.values()))
    for fault in Fault:
        if fault is not Fault.NONE:
            figures.keep(f"connector_calls_{fault.name.lower()}", f"of them {fault.value}", outcome.connector[fault])
    figures.keep("retries", "operations retried", outcome.retried)
    figures.keep("write_offs", "operations written off", outcome.written_off)
    figures.keep("rest_seconds", "until all were at rest", outcome.rest_seconds, "s")
    return figures


def _latency(what: str, seconds: Sequence[float]) -> None:
    if seconds:
        figures = [percentile(seconds, share) * 1000 for share in _SHARES.values()]
        print(f"            {what:<37}" + "".join(f"{figure:9.0f}" for figure in figures))
