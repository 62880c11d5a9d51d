"""What the state machine does, step by step: Plan, Execute each leg, Conclude, and round again while legs are left."""

from collections.abc import Generator
from contextlib import suppress

from settlement.domain.connectors.connector_calls import ConnectorClient
from settlement.use_cases.shared.ports import Ports
from settlement.use_cases.workflow.conclude_operation import ConcludeOutcome, conclude_operation
from settlement.use_cases.workflow.execute_leg import ConnectorUnresolved, LegTask, execute_leg
from settlement.use_cases.workflow.plan_operation import PlanOutcome, plan_operation

TRIES = 3
"""How often the state machine runs the Execute task of one leg."""

MAX_ROUNDS = 100
"""More than any execution needs: 25 legs a round, and at most 1,000 of them."""

CALLBACK_BASE = "https://gateway.example"


def steps(
    ports: Ports, client: ConnectorClient, account: str, transaction_id: str, sequence: int
) -> Generator[None, None, ConcludeOutcome]:
    """Run one execution task by task; it can be left between any two of them, as a process that dies."""
    execution = ports.new_id()
    started_at = ports.now()
    for _ in range(MAX_ROUNDS):
        planned = plan_operation(ports, account, transaction_id, sequence, execution)
        if planned.outcome is PlanOutcome.SKIP:
            return ConcludeOutcome.SKIP
        yield
        for number in planned.legs:
            call = LegTask(account, transaction_id, sequence, number, started_at)
            for _ in range(TRIES):
                with suppress(ConnectorUnresolved):
                    execute_leg(ports, client, call, CALLBACK_BASE)
                    break
                yield
            yield
        concluded = conclude_operation(ports, account, transaction_id, sequence, execution, started_at)
        if concluded.outcome is not ConcludeOutcome.MORE:
            return concluded.outcome
        yield
    raise AssertionError(f"operation {sequence} has more to do after {MAX_ROUNDS} rounds")


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
