"""Measures what waits in all accounts, as figures (D146). It costs what it counts, not the orders of the accounts."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from settlement.domain.figures import Figure, FigureUnit
from settlement.domain.transaction.listed_work import WorkKind
from settlement.use_cases.shared.ports import Ports
from settlement.use_cases.upkeep.list_work import summarise_work

_EVER = datetime.max.replace(tzinfo=UTC)

MANUAL = frozenset({WorkKind.MANUAL_REFUND, WorkKind.MANUAL_CANCELLATION})
"""What only a person can do, in a connector's back office."""


def measure_work(ports: Ports) -> Iterator[Figure]:
    """Yield number and value of the work of every account that is audited, by kind; a kind without any counts 0."""
    counts: Counter[WorkKind] = Counter()
    values: Counter[tuple[WorkKind, str]] = Counter()
    for walk in ports.store.due_audits(_EVER):
        for (kind, currency), (count, value) in summarise_work(ports, walk.account).items():
            counts[kind] += count
            values[kind, currency] += value
    yield Figure("ManualWorkOpen", sum(counts[kind] for kind in MANUAL))
    yield Figure("ValueInDoubtOpen", counts[WorkKind.IN_DOUBT])
    for kind in WorkKind:
        yield Figure("WorkItemsOpen", counts[kind], dimensions=(("Kind", kind.value),))
    for (kind, currency), value in sorted(values.items()):
        where = (("Kind", kind.value), ("Currency", currency or "unknown"))
        yield Figure("WorkValueOpen", value, FigureUnit.MINOR_UNITS, where)
