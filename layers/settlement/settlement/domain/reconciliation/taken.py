"""What was read of a file, beside its lines."""

from dataclasses import dataclass, field
from datetime import date

from settlement.domain.reconciliation.report_line import Sums


@dataclass(slots=True)
class Taken:
    """What was read of a file: its sums, the first and the last day of its sales, the months of them.

    ``moved`` is the sum of all amounts without their signs. ``undated`` is True if a line tells no day. It
    ``has_plans`` if it announces an instalment behind a first one.
    """

    sums: Sums
    first: date | None = None
    last: date | None = None
    months: set[str] = field(default_factory=set)
    undated: bool = False
    moved: int = 0
    has_plans: bool = False
