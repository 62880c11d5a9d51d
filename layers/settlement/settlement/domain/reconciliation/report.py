"""A settlement report as it is kept: what file it was, what became of it, and its sums by outcome."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from enum import StrEnum
from hashlib import sha256

from settlement.domain.reconciliation.outcomes import Outcome
from settlement.domain.reconciliation.report_line import Sums
from settlement.domain.transitions import require_transition
from settlement.values import dataclass

RUN_FAILED = "run-failed"
"""The fault of a report whose run failed; those of refused files are ``Fault``."""

_LONGEST_BATCH = 32
_NAMESPACE = uuid.UUID("5e1f0f9c-6a3f-5b3e-9a44-1f2f6f0f7c11")


class ReportState(StrEnum):
    """How far a report is."""

    AWAITED = "awaited"
    READING = "reading"
    MATCHING = "matching"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"


_NOT_TAKEN = frozenset({ReportState.READING, ReportState.REFUSED, ReportState.FAILED})
_ON_ITS_WAY = _NOT_TAKEN | {ReportState.MATCHING, ReportState.DONE}
FOLLOWING_STATES: Mapping[ReportState, frozenset[ReportState]] = {
    ReportState.AWAITED: _NOT_TAKEN,
    ReportState.READING: _ON_ITS_WAY,
    ReportState.MATCHING: _ON_ITS_WAY,
    ReportState.REFUSED: _NOT_TAKEN,
    ReportState.FAILED: _NOT_TAKEN,
    ReportState.DONE: frozenset(),
}
"""The legal state transitions of a report: one that is not done can be taken again, beside a run that goes on."""


@dataclass(frozen=True, slots=True)
class CurrencySums:
    """Lines added up in one currency."""

    currency: str
    gross: int
    fee: int
    net: int


@dataclass(frozen=True, slots=True)
class OutcomeSums:
    """The lines of one outcome, added up by currency; those of a whole file have the name ``file``."""

    outcome: str
    lines: int
    by_currency: tuple[CurrencySums, ...]


@dataclass(frozen=True, slots=True)
class PaidOut:
    """What a report says was paid out on a day: the net of its lines.

    A ``batch`` whose payout the file tells is one by itself; it is empty for the rest of a day.
    """

    on: date
    currency: str
    net: int
    batch: str = ""


def paid_out(on: date, currency: str, net: int, batch: str) -> PaidOut:
    """Return what was paid out; a long name of its batch is kept as a hash."""
    name = batch if len(batch.encode()) <= _LONGEST_BATCH else sha256(batch.encode()).hexdigest()[:_LONGEST_BATCH]
    return PaidOut(on, currency, net, name)


def outcome_sums(outcome: str, sums: Sums) -> OutcomeSums:
    """Return sums as they are kept, by currency."""
    found = sorted(sums.by_currency.items())
    by_currency = tuple(CurrencySums(name, held.gross, held.fee, held.net) for name, held in found)
    return OutcomeSums(outcome, sums.lines, by_currency)


@dataclass(frozen=True, slots=True)
class Report:
    """A file that was named, and what it told. ``received_at`` is when it was named first.

    A file that was too large to be read has no ``sha256``. ``mapping`` is JSON, for the formats that take one.
    One that was dropped ``was_read`` once a run has it with its mapping, which is that of every run until it is
    refused.

    ``missing`` are the captures and refunds without a line, which are of no file. A refused one has ``fault`` and
    ``message``, and where in the file; one whose run failed has ``RUN_FAILED``. ``run`` is that of which the lines are
    kept.
    """

    report_id: str
    format: str
    file_name: str
    sha256: str
    received_at: datetime
    state: ReportState = ReportState.AWAITED
    serial: str = ""
    since: date | None = None
    until: date | None = None
    file: OutcomeSums | None = None
    outcomes: tuple[OutcomeSums, ...] = ()
    missing: OutcomeSums | None = None
    payouts: tuple[PaidOut, ...] = ()
    fault: str | None = None
    message: str | None = None
    fault_line: int | None = None
    fault_column: int | None = None
    done_at: datetime | None = None
    run: str | None = None
    mapping: str | None = None
    was_read: bool = False
    version: int = 0

    def to(self, state: ReportState) -> "Report":
        """Return it in another state; raises ``IllegalTransition`` if the transition is not legal."""
        require_transition(FOLLOWING_STATES, self.state, state)
        return replace(self, state=state)

    def read_again(self) -> "Report":
        """Return it as it is read, without the fault of an earlier reading; raises ``IllegalTransition``."""
        return replace(
            self.to(ReportState.READING), fault=None, message=None, fault_line=None, fault_column=None, done_at=None
        )

    def failed(self, run: str, error: str, at: datetime) -> "Report":
        """Return it as its run ended with an error, by the name of that; raises ``IllegalTransition``."""
        message = f"run {run} ended with {error}: send the same file again to the same address, or start the run again"
        return replace(
            self.to(ReportState.FAILED), fault=RUN_FAILED, message=message, fault_line=None, fault_column=None,
            done_at=at,
        )  # fmt: skip

    @property
    def has_findings(self) -> bool:
        """True if a person should look at it."""
        return self.state in (ReportState.REFUSED, ReportState.FAILED) or any(
            sums.outcome != Outcome.MATCHED for sums in (*self.outcomes, *([self.missing] if self.missing else []))
        )


def report_id_of(account: str, format_: str, sha256: str) -> str:
    """Return the id of a file: the same file of the same format is one report of an account."""
    return uuid.uuid5(_NAMESPACE, "\n".join((account, format_, sha256))).hex.upper()
