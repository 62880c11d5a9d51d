"""The workflow's first step: an attempt with one connector call as a whole, any other up to its calls (A§3.5, D116).

Nearly every operation is one call. Its attempt takes two writes: one claims the operation and plans the call, one posts
the answer, concludes the operation and makes the next one ready. What the first was decided on is kept for the second;
the store's conditions tell whether it still holds.
"""

from dataclasses import replace
from datetime import datetime
from enum import StrEnum

from settlement.domain.connectors.connector_calls import ConnectorClient
from settlement.domain.ledger.ledger import LedgerImbalance
from settlement.domain.transaction.leg import Leg, LegState
from settlement.domain.transaction.posting import LegContext, Outcome
from settlement.domain.transaction.retries import NO_CALL_AFTER
from settlement.use_cases.shared.contention import decide_until_written
from settlement.use_cases.shared.ports import Commit, Conflict, Ports
from settlement.use_cases.workflow.conclude_operation import (
    Attempt,
    Conclusion,
    conclude_operation,
    ending_of,
    heads_of,
)
from settlement.use_cases.workflow.execute_leg import (
    LegTask,
    Posted,
    leg_context,
    outcome_of_call,
    post_outcome,
    posting_of,
    require_resolved,
)
from settlement.use_cases.workflow.plan_operation import Claimed, claim_operation
from settlement.values import dataclass


class AttemptOutcome(StrEnum):
    """The workflow's next step: the legs to execute, another attempt, or the end."""

    EXECUTE = "execute"
    MORE = "more"
    DONE = "done"
    WAITING = "waiting"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class Attempted:
    """The answer of the step: the numbers of the legs to execute, at most 25; or how the attempt ended."""

    outcome: AttemptOutcome
    legs: tuple[str, ...] = ()
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class AttemptTask:
    """The operation to attempt, and the id and start time of the execution."""

    account: str
    transaction_id: str
    operation: int
    execution: str
    started_at: datetime


def attempt_operation(ports: Ports, client: ConnectorClient, task: AttemptTask, callback_base: str) -> Attempted:
    """Claim and plan the operation; make its call and conclude it if it is one call, hand out its legs if it has more.

    A second run by the same execution goes on where the first ended. Raises ``ConnectorUnresolved`` if the call's
    outcome is unknown; the next run repeats the call under the same request id.
    """
    claimed = claim_operation(ports, task.account, task.transaction_id, task.operation, task.execution)
    if claimed is None:
        return Attempted(AttemptOutcome.SKIP)
    if len(claimed.legs) > 1:
        handed_out = claimed.handed_out
        return Attempted(AttemptOutcome.EXECUTE, handed_out.legs) if handed_out.legs else _ended(_conclude(ports, task))
    for leg in claimed.legs:
        if _is_to_be_called(claimed, leg) and ports.now() - task.started_at <= NO_CALL_AFTER:
            return _call(ports, client, task, claimed, leg, callback_base)
    return _ended(_conclude(ports, task))


def _is_to_be_called(claimed: Claimed, leg: Leg) -> bool:
    """True if the leg is open and not tried in this attempt, or this run repeats a call of unknown outcome."""
    return leg.state.is_open and (leg in claimed.to_do or leg.state is LegState.UNKNOWN)


def _call(
    ports: Ports, client: ConnectorClient, task: AttemptTask, claimed: Claimed, leg: Leg, callback_base: str
) -> Attempted:
    payment = next(payment for payment in claimed.payments if payment.payment_id == leg.payment_id)
    context = leg_context(ports, claimed.transaction, claimed.operation, leg, payment)
    outcome = outcome_of_call(ports, client, context, callback_base)
    if outcome is None:
        return _ended(_conclude(ports, task))
    holder = claimed.operation if leg.alone else None
    try:
        return _ended(_post_and_conclude(ports, task, claimed, posting_of(ports, context, leg, outcome, holder)))
    except (Conflict, LedgerImbalance):  # another worker was first; the capture that a refund reads may show it already
        return _ended(_post_then_conclude(ports, task, context, outcome))


def _post_and_conclude(ports: Ports, task: AttemptTask, claimed: Claimed, posted: Posted) -> Conclusion:
    """Post the answer and conclude the operation in one write, on what the claim has read.

    Raises ``Conflict`` if any of it has changed since; then nothing is written.
    """
    if posted.leg.state is LegState.UNKNOWN:
        ports.commit(posted.commit)
        require_resolved(posted.leg)
    ending = ending_of(ports, _after(ports, task, claimed, posted))
    if ending is not None and ending.commit is not None:
        ports.commit(_together(posted.commit, ending.commit))
        return ending.conclusion
    ports.commit(posted.commit)
    return _conclude(ports, task) if ending is None else ending.conclusion


def _after(ports: Ports, task: AttemptTask, claimed: Claimed, posted: Posted) -> Attempt:
    """Return the attempt as it is once the answer is posted."""
    return Attempt(
        heads_of(ports.store, claimed.transaction),
        posted.operation or claimed.operation,
        [posted.leg, *posted.commit.new_legs],
        [
            posted.payment if payment.payment_id == posted.payment.payment_id else payment
            for payment in claimed.payments
        ],
        ports.now(),
        task.started_at,
    )


def _together(posting: Commit, ending: Commit) -> Commit:
    """Return one commit of both: an ending changes the heads and operations only."""
    return replace(
        ending,
        legs=posting.legs,
        new_legs=posting.new_legs,
        payments=posting.payments,
        settlements=posting.settlements,
        new_settlements=posting.new_settlements,
        new_refunds=posting.new_refunds,
        events=[*posting.events, *ending.events],
    )


def _post_then_conclude(ports: Ports, task: AttemptTask, context: LegContext, outcome: Outcome) -> Conclusion:
    """Do the same in two writes, each decided on what is stored by then."""
    call = LegTask(task.account, task.transaction_id, task.operation, context.leg.number, task.started_at)
    require_resolved(decide_until_written(ports, lambda: post_outcome(ports, call, context, outcome)))
    return _conclude(ports, task)


def _conclude(ports: Ports, task: AttemptTask) -> Conclusion:
    return conclude_operation(ports, task.account, task.transaction_id, task.operation, task.execution, task.started_at)


def _ended(conclusion: Conclusion) -> Attempted:
    return Attempted(AttemptOutcome(conclusion.outcome.value), failure=conclusion.failure)
