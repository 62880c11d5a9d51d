"""The bar of a settlement report: how its lines are divided by outcome, as shares of a line and as figures."""

from settlement.domain.reconciliation.kept_line import IN_ORDER
from settlement.domain.reconciliation.outcomes import Outcome
from settlement.domain.reconciliation.report import OutcomeSums, Report
from settlement.values import dataclass

WIDTH = 1000
"""Units of the bar's width."""

ORDER = (
    Outcome.MATCHED,
    Outcome.DIFFERS,
    Outcome.AMBIGUOUS,
    Outcome.DUPLICATE,
    Outcome.FOREIGN,
    Outcome.REJECTED,
)
"""The outcomes of lines, as they stand on the bar; what is missing has no line."""


@dataclass(frozen=True, slots=True)
class OutcomePart:
    """One outcome; ``at`` and ``width`` are its place on the bar. A part with lines is never too thin to be seen."""

    name: str
    lines: int
    at: int
    width: int


def outcome_parts(report: Report) -> list[OutcomePart]:
    """Return the parts of the bar, those with lines."""
    lines = {sums.outcome: sums.lines for sums in report.outcomes}
    whole = sum(lines.values()) or 1
    found, at = [], 0
    shown = [outcome for outcome in ORDER if lines.get(outcome)]
    for outcome in shown:
        width = max(4, lines[outcome] * WIDTH // whole)
        found.append(OutcomePart(outcome.value, lines[outcome], at, width))
        at += width
    return [
        OutcomePart(part.name, part.lines, part.at * WIDTH // at, max(1, part.width * WIDTH // at)) for part in found
    ]


def listed_outcomes(report: Report) -> list[OutcomeSums]:
    """Return the outcomes of a report with their sums, those that a person looks at first."""
    held = [*report.outcomes, *([report.missing] if report.missing is not None else [])]
    names = [outcome.value for outcome in IN_ORDER]
    return sorted(held, key=lambda sums: names.index(sums.outcome))
