"""The outcome of each line of a report, and what a report finds beside its lines."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from settlement.domain.reconciliation.report_line import DISPUTES, LineKind, ReportLine


class Outcome(StrEnum):
    """What became of a line; ``missing`` is that of a capture or refund without one."""

    MATCHED = "matched"
    DIFFERS = "differs"
    AMBIGUOUS = "ambiguous"
    DUPLICATE = "duplicate"
    FOREIGN = "foreign"
    MISSING = "missing"
    REJECTED = "rejected"


class Difference(StrEnum):
    """In what a line differs from the books."""

    VALUE = "value"
    CURRENCY = "currency"
    DATE = "date"
    SIGN = "sign"


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
    def moves(self) -> tuple[str, ...]:
        """The captures or refunds that the line speaks for: they are not missing. A dispute speaks for none."""
        if self.line.kind in DISPUTES:
            return ()
        return (self.move,) if self.move else self.candidates


@dataclass(frozen=True, slots=True)
class Missing:
    """A capture or refund of the report's period without a line; ``value`` has the sign of its kind."""

    kind: LineKind
    order_id: str
    transaction_id: str
    payment_id: str
    move: str
    currency: str
    value: int
    on: date
