"""Plays cases in sequence against a connector."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from conformance import data_cases, movement_cases, payment_cases, repetition_cases, robustness_cases
from conformance.callbacks import Callbacks
from conformance.capabilities import Setup
from conformance.case import Case, Result, judge
from conformance.play import Play
from conformance.wire import Wire
from settlement.connectors.deadline_http import DeadlineHttp
from settlement.connectors.ppp import address_fault
from settlement.connectors.ppp_manifest import read_manifest
from settlement.domain.connectors.connector_calls import Manifest

CASES: tuple[Case, ...] = (
    *payment_cases.CASES,
    *data_cases.CASES,
    *movement_cases.CASES,
    *repetition_cases.CASES,
    *robustness_cases.CASES,
)


class Unreachable(Exception):
    """The connector cannot be reached; no case was played."""


def run(setup: Setup, callbacks: Callbacks, cases: Iterable[Case], tell: Callable[[Result], None]) -> list[Result]:
    """Play cases in order and report each result at once; raises ``Unreachable`` before the first."""
    http = DeadlineHttp()
    manifest = _manifest(setup, http)
    if manifest is not None:
        setup = replace(
            setup,
            methods=tuple(method.name for method in manifest.payment_methods),
            custom_fields=manifest.custom_fields,
            metadata_fields=manifest.metadata_fields,
        )
    results = []
    for case in cases:
        play = Play(setup, Wire(setup.connector, setup.credentials, setup.timeout_seconds, http), callbacks)
        result = judge(case, play)
        tell(result)
        results.append(result)
    return results


def named(names: Sequence[str]) -> tuple[Case, ...]:
    """Return the named cases in the kit's order; all if there are no names."""
    return tuple(case for case in CASES if not names or case.name in names)


def _manifest(setup: Setup, http: DeadlineHttp) -> Manifest | None:
    """Return the manifest; None if it is faulty, which is a case of its own."""
    fault = address_fault(setup.connector.service_url, allow_loopback=True)
    if fault is not None:
        raise Unreachable(fault)
    call = Wire(setup.connector, setup.credentials, setup.timeout_seconds, http).get("manifest")
    if call.status is None:
        raise Unreachable(f"{setup.connector.service_url} does not answer: {call.fault}")
    try:
        return read_manifest(call.status, call.answer)
    except ValueError:
        return None
