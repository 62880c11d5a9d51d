"""What the state machine does, step by step: Plan, Execute each leg, Conclude, and round again while legs are left."""

from contextlib import suppress

from settlement.domain.connector import ConnectorClient
from settlement.use_cases.conclude_operation import ConcludeOutcome, conclude_operation
from settlement.use_cases.execute_leg import Call, ConnectorUnresolved, execute_leg
from settlement.use_cases.plan_operation import PlanOutcome, plan_operation
from settlement.use_cases.ports import Ports

TRIES = 3
"""How often the state machine runs the Execute task of one leg."""

CALLBACK_BASE = "https://gateway.example"


def run_workflow(
    ports: Ports, client: ConnectorClient, account: str, transaction_id: str, sequence: int | None = None
) -> ConcludeOutcome:
    """Run one execution for an operation, the one at the head of the queue unless another is named."""
    if sequence is None:
        transaction = ports.store.transaction(account, transaction_id)
        assert transaction is not None
        sequence = transaction.head
    execution = ports.new_id()
    started_at = ports.now()
    while True:
        planned = plan_operation(ports, account, transaction_id, sequence, execution)
        if planned.outcome is PlanOutcome.SKIP:
            return ConcludeOutcome.SKIP
        for number in planned.legs:
            execute(ports, client, Call(account, transaction_id, sequence, number, started_at))
        concluded = conclude_operation(ports, account, transaction_id, sequence, execution)
        if concluded.outcome is not ConcludeOutcome.MORE:
            return concluded.outcome


def execute(ports: Ports, client: ConnectorClient, call: Call) -> None:
    """Run the Execute task of one leg as often as the state machine would."""
    for _ in range(TRIES):
        with suppress(ConnectorUnresolved):
            execute_leg(ports, client, call, CALLBACK_BASE)
            return
