"""Carries out operations as the state machine does, on a rehearsal: attempt, execute, conclude (A§3.5)."""

from datetime import datetime

from settlement.domain.errors import Busy
from settlement.domain.transaction.operation import Operation
from settlement.domain.transaction.retries import MAX_LEGS
from settlement.domain.transaction.transaction import Transaction
from settlement.use_cases.previews.obliging_connector import ObligingConnector
from settlement.use_cases.shared.ports import Ports
from settlement.use_cases.workflow.attempt_operation import AttemptOutcome, AttemptTask, attempt_operation
from settlement.use_cases.workflow.conclude_operation import ConcludeOutcome, conclude_operation
from settlement.use_cases.workflow.execute_leg import LegTask, execute_leg
from settlement.use_cases.workflow.queue import operation_at
from settlement.values import dataclass

_NO_CALLBACKS = ""
_MAX_ATTEMPTS = 2 * MAX_LEGS
"""Every attempt makes a call or reaches the time of one, so no operation needs more."""


@dataclass(slots=True)
class RehearsedTime:
    """A clock that stands still until an operation has to wait."""

    time: datetime

    def now(self) -> datetime:
        """Return the time."""
        return self.time

    def reach(self, moment: datetime | None) -> None:
        """Go on to a moment, never back."""
        if moment is not None:
            self.time = max(self.time, moment)


@dataclass(frozen=True, slots=True)
class Stage:
    """What a rehearsal needs: ports that write nothing, their clock, and a connector that does all it is asked."""

    ports: Ports
    clock: RehearsedTime
    connector: ObligingConnector
    transaction: Transaction

    def carry_out(self, sequence: int) -> Operation:
        """Attempt an operation at the head of its queue until it is concluded; time passes where it has to wait.

        Raises ``Busy`` if it is not, because what was read belongs to different states.
        """
        operation = self._operation(sequence)
        for _ in range(_MAX_ATTEMPTS):
            if operation.is_concluded:
                return operation
            self.clock.reach(operation.lease_until)
            self._attempt(sequence)
            operation = self._operation(sequence)
            self.clock.reach(operation.due_at)
        raise Busy("Other requests keep changing this; send the same request again")

    def _operation(self, sequence: int) -> Operation:
        return operation_at(self.ports.store, self.transaction, sequence)

    def _attempt(self, sequence: int) -> None:
        ports, execution = self.ports, self.ports.new_id()
        account, transaction_id = self.transaction.account, self.transaction.transaction_id
        task = AttemptTask(account, transaction_id, sequence, execution, self.clock.time)
        for _ in range(_MAX_ATTEMPTS):
            attempted = attempt_operation(ports, self.connector, task, _NO_CALLBACKS)
            if attempted.outcome is AttemptOutcome.EXECUTE:
                for number in attempted.legs:
                    call = LegTask(account, transaction_id, sequence, number, task.started_at)
                    execute_leg(ports, self.connector, call, _NO_CALLBACKS)
                concluded = conclude_operation(ports, account, transaction_id, sequence, execution, task.started_at)
                if concluded.outcome is not ConcludeOutcome.MORE:
                    return
            elif attempted.outcome is not AttemptOutcome.MORE:
                return
