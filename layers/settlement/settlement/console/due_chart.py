"""The chart of what is still to come: a column for each day of the next weeks or months, one chart for each currency.

Shapes are in units of their drawings, amounts minor units. The amounts stand beside the charts, and in a table.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from settlement.domain.bookkeeping.receivables import Receivable
from settlement.values import dataclass

WIDTH, HEIGHT, FOOT, HEAD = 480, 132, 18, 6
"""The drawing, the room for days at its foot, and the room above the highest column."""

_LABELS = 4


@dataclass(frozen=True, slots=True)
class DayColumn:
    """What comes on one day, and where it is drawn; what is taken off more than comes goes down from the base."""

    on: date
    net: int
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class DueChart:
    """One currency: its columns, the height of the base line, places with the days that they stand for, the sums."""

    currency: str
    columns: list[DayColumn]
    base: float
    labels: list[tuple[float, date]]
    sums: Receivable


def due_charts(days: Sequence[Receivable], sums: Sequence[Receivable], today: date, until: date) -> list[DueChart]:
    """Return the charts of the days from today through another one, in the order of the sums."""
    return [_chart([row for row in days if row.currency == held.currency], held, today, until) for held in sums]


def _chart(rows: Sequence[Receivable], sums: Receivable, today: date, until: date) -> DueChart:
    nets: dict[date, int] = {}
    for row in rows:
        nets[row.on] = nets.get(row.on, 0) + row.net
    above = max(0, *nets.values(), 0)
    below = max(0, *(-net for net in nets.values()), 0)
    room, count = HEIGHT - FOOT - HEAD, (until - today).days + 1
    scale = room / ((above + below) or 1)
    base, step = HEAD + above * scale, WIDTH / count
    columns = []
    for on, net in sorted(nets.items()):
        if net:
            height = max(2.0, abs(net) * scale)
            x = (on - today).days * step
            y = base - height if net > 0 else base
            columns.append(DayColumn(on, net, round(x, 1), round(y, 1), round(max(1.5, step - 1), 1), round(height, 1)))
    between = max(1, count // _LABELS)
    labels = [(round(number * step, 1), today + timedelta(days=number)) for number in range(0, count, between)]
    return DueChart(sums.currency, columns, round(base, 1), labels[:_LABELS], sums)
