"""The outcome of each line of a report, and what a report finds beside its lines."""

from datetime import date
from enum import StrEnum

from settlement.domain.reconciliation.report_line import DISPUTES, OF_PAYMENTS, LineKind, ReportLine, Stage
from settlement.values import dataclass


class Outcome(StrEnum):
    """What became of a line; ``missing`` is that of a capture or refund without one."""

    MATCHED = "matched"
    DIFFERS = "differs"
    AMBIGUOUS = "ambiguous"
    DUPLICATE = "duplicate"
    FOREIGN = "foreign"
    MISSING = "missing"
    REJECTED = "rejected"


TOLD_BEFORE = "another report has told it"
"""Why a line of a dispute is a duplicate, unless it is one of another line of its file."""


class Difference(StrEnum):
    """In what a line differs from the books."""

    VALUE = "value"
    CURRENCY = "currency"
    DATE = "date"
    SIGN = "sign"


@dataclass(frozen=True, slots=True)
class Slot:
    """What a line speaks for: instalment ``number`` of ``of`` of a capture or refund, announced or paid.

    The number is the line's word, so it can be above that of all.
    """

    move: str
    stage: Stage
    number: int
    of: int

    @property
    def is_possible(self) -> bool:
        """True if it is one of so many."""
        return 1 <= self.number <= self.of


@dataclass(frozen=True, slots=True)
class Verdict:
    """A line with its outcome; ``move`` is the number of its capture or refund, if that is known, or the one disputed.

    ``candidates`` are the numbers of those that an ambiguous line may be about. ``expected`` is the value that the
    books have for it, in minor units with the sign of the line's kind.
    """

    line: ReportLine
    outcome: Outcome
    move: str = ""
    differences: tuple[Difference, ...] = ()
    expected: int | None = None
    reason: str = ""
    candidates: tuple[str, ...] = ()

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The instalments of captures or refunds that the line speaks for: they are not missing. A dispute has none."""
        if self.line.kind in DISPUTES:
            return ()
        _, stage, number, of = self.line.slot
        return tuple(Slot(move, stage, number, of) for move in ((self.move,) if self.move else self.candidates))


def foreign_reason(line: ReportLine) -> str:
    """Return why a line of a capture, refund or dispute is no order's; nothing for one of the merchant's account."""
    if line.kind not in OF_PAYMENTS:
        return ""
    if not (line.reference or line.tid or (line.nsu and line.authorization)):
        return "it names no payment: by reference, tid, or nsu and authorisation code"
    return (
        "no payment of the months of its sales, of three before or one after, has its reference, tid, or nsu and code"
    )


@dataclass(frozen=True, slots=True)
class Missing:
    """A capture or refund of the report's period, or an instalment, without a line; ``value`` has the sign of its kind.

    ``on`` is its day, or that for which it ``is_announced``. ``stage`` is that of the line that is missing, ``number``
    that of the instalment, of so many; 0 if none of a capture in instalments has a line.
    """

    kind: LineKind
    order_id: str
    transaction_id: str
    payment_id: str
    move: str
    currency: str
    value: int
    on: date
    stage: Stage = Stage.REPORTED
    number: int = 1
    of: int = 1
    is_announced: bool = False
