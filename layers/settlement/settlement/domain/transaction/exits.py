"""An operator's exits from each state of an operation and of a leg (R36).

A queued operation waits for those before it; done operations and final legs need no exit.
"""

from collections.abc import Mapping
from enum import StrEnum

from settlement.domain.transaction.leg import LegState
from settlement.domain.transaction.operation import OperationState


class Exit(StrEnum):
    """An operator's actions."""

    RETRY = "retry"
    WRITE_OFF = "write-off"
    PAID_OTHERWISE = "paid-otherwise"
    DONE = "resolve: done"
    NOT_DONE = "resolve: not-done"


EXITS_OF_OPERATION: Mapping[OperationState, tuple[Exit, ...]] = {
    OperationState.QUEUED: (),
    OperationState.READY: (Exit.RETRY,),
    OperationState.WAITING: (Exit.RETRY,),
    OperationState.FAILED: (Exit.RETRY, Exit.WRITE_OFF, Exit.PAID_OTHERWISE),
    OperationState.MANUAL: (Exit.WRITE_OFF,),
    OperationState.DONE: (),
}
"""Before a failed operation is written off or paid otherwise, its calls in doubt have to be resolved; only a settlement
is paid otherwise.
"""

EXITS_OF_LEG: Mapping[LegState, tuple[Exit, ...]] = {
    LegState.PLANNED: (),
    LegState.UNDECIDED: (),
    LegState.UNKNOWN: (Exit.DONE, Exit.NOT_DONE),
    LegState.IN_DOUBT: (Exit.DONE, Exit.NOT_DONE),
    LegState.REFUSED: (Exit.DONE, Exit.NOT_DONE),
    LegState.PARKED: (Exit.DONE, Exit.NOT_DONE),
    LegState.MANUAL: (Exit.DONE,),
    LegState.POSTED: (),
    LegState.REPLACED: (),
    LegState.WRITTEN_OFF: (),
    LegState.PAID_OTHERWISE: (),
}
"""They apply to legs that move money; other legs go on with their operation."""
