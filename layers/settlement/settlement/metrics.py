"""The functions' metrics: figures as lines of CloudWatch's embedded metric format, by Powertools."""

from collections import defaultdict
from collections.abc import Iterable

from aws_lambda_powertools.metrics import EphemeralMetrics

from settlement.domain.figures import Figure, FigureUnit

_AT_ONCE = 100
"""Most values of a metric in one line."""


def emit(figures: Iterable[Figure]) -> None:
    """Write a line for each set of dimensions: sums added up, times one by one."""
    sums: dict[Figure, int] = defaultdict(int)
    times: dict[Figure, list[int]] = defaultdict(list)
    for figure in figures:
        metric = Figure(figure.name, 0, figure.unit, figure.dimensions)
        if figure.unit is FigureUnit.MILLISECONDS:
            times[metric].append(figure.value)
        else:
            sums[metric] += figure.value
    lines: dict[tuple[tuple[str, str], ...], list[tuple[Figure, int]]] = defaultdict(list)
    for metric, total in sums.items():
        lines[metric.dimensions].append((metric, total))
    for dimensions, values in lines.items():
        _write(dimensions, values)
    for metric, found in times.items():
        for first in range(0, len(found), _AT_ONCE):
            _write(metric.dimensions, [(metric, value) for value in found[first : first + _AT_ONCE]])


def _write(dimensions: tuple[tuple[str, str], ...], values: Iterable[tuple[Figure, int]]) -> None:
    line = EphemeralMetrics()
    for name, value in dimensions:
        line.add_dimension(name, value)
    for metric, number in values:
        line.add_metric(metric.name, metric.unit.value, number)
    line.flush_metrics()
