"""What the state machine does, step by step: Attempt, and for more calls than one Execute and Conclude, round again."""

from collections.abc import Generator
from contextlib import suppress

from settlement.domain.connectors.connector_calls import ConnectorClient
from settlement.use_cases.shared.ports import Ports
from settlement.use_cases.workflow.attempt_operation import (
    Attempted,
    AttemptOutcome,
    AttemptTask,
    attempt_operation,
)
from settlement.use_cases.workflow.conclude_operation import ConcludeOutcome, conclude_operation
from settlement.use_cases.workflow.execute_leg import ConnectorUnresolved, LegTask, execute_leg

TRIES = 3
"""How often the state machine runs a task that makes a call."""

MAX_ROUNDS = 100
"""More than any execution needs: 25 legs a round, and at most 1,000 of them."""

CALLBACK_BASE = "https://gateway.example"


def steps(
    ports: Ports, client: ConnectorClient, account: str, transaction_id: str, sequence: int
) -> Generator[None, None, ConcludeOutcome]:
    """Run one execution task by task; it can be left between any two of them, as a process that dies."""
    task = AttemptTask(account, transaction_id, sequence, ports.new_id(), ports.now())
    for _ in range(MAX_ROUNDS):
        attempted = yield from _attempted(ports, client, task)
        if attempted is not None and attempted.outcome is not AttemptOutcome.EXECUTE:
            if attempted.outcome is not AttemptOutcome.MORE:
                return ConcludeOutcome(attempted.outcome.value)
            yield
            continue
        yield
        for number in attempted.legs if attempted is not None else ():
            call = LegTask(account, transaction_id, sequence, number, task.started_at)
            for _ in range(TRIES):
                with suppress(ConnectorUnresolved):
                    execute_leg(ports, client, call, CALLBACK_BASE)
                    break
                yield
            yield
        concluded = conclude_operation(ports, account, transaction_id, sequence, task.execution, task.started_at)
        if concluded.outcome is not ConcludeOutcome.MORE:
            return concluded.outcome
        yield
    raise AssertionError(f"operation {sequence} has more to do after {MAX_ROUNDS} rounds")


def _attempted(ports: Ports, client: ConnectorClient, task: AttemptTask) -> Generator[None, None, Attempted | None]:
    """Run the Attempt task, repeated while its call is unresolved; None if it is so to the end."""
    for _ in range(TRIES):
        with suppress(ConnectorUnresolved):
            return attempt_operation(ports, client, task, CALLBACK_BASE)
        yield
    return None


def run_workflow(
    ports: Ports, client: ConnectorClient, account: str, transaction_id: str, sequence: int
) -> ConcludeOutcome:
    """Run one execution to its end."""
    execution = steps(ports, client, account, transaction_id, sequence)
    while True:
        try:
            next(execution)
        except StopIteration as end:
            outcome: ConcludeOutcome = end.value
            return outcome
