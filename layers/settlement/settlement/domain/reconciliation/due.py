"""What is to come from an acquirer, by day and currency: captures by custom (D159), less refunds (D180).

Amounts are minor units, signed as the merchant sees them.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from settlement.domain.reconciliation.expected import expected_parts
from settlement.values import dataclass


@dataclass(frozen=True, slots=True)
class Due:
    """A change of what is to come on a day in a currency; ``count`` is the change of the number of instalments.

    A refund that is not taken off yet counts as one.
    """

    on: date
    currency: str
    gross: int
    fee: int
    net: int
    count: int


def due_of_capture(value: int, group: str, installments: int, on: date, currency: str) -> tuple[Due, ...]:
    """Return what a capture of a day brings, until a report tells otherwise."""
    parts = expected_parts(value, installments, on, group)
    return tuple(Due(part.on, currency, part.value, 0, part.value, 1) for part in parts)


def due_of_refund(value: int, on: date, currency: str) -> tuple[Due, ...]:
    """Return what a refund of a day takes: acquirers keep it from what they pay out on the next bank day."""
    [part] = expected_parts(value, 1, on, "")
    return (Due(part.on, currency, -part.value, 0, -part.value, 1),)


def sums_of(dues: Iterable[Due], sign: int = 1) -> dict[tuple[date, str], Due]:
    """Return dues added up by day and currency, or taken off with ``sign`` -1."""
    sums: dict[tuple[date, str], Due] = {}
    for due in dues:
        key = due.on, due.currency
        held = sums.get(key, Due(*key, 0, 0, 0, 0))
        sums[key] = Due(
            *key, held.gross + sign * due.gross, held.fee + sign * due.fee, held.net + sign * due.net,
            held.count + sign * due.count,
        )  # fmt: skip
    return sums


def changed_dues(before: Iterable[Due], after: Iterable[Due]) -> tuple[Due, ...]:
    """Return by how much each day's sum changed."""
    taken = sums_of(before, -1).values()
    return tuple(
        due for due in sums_of((*taken, *after)).values() if (due.gross, due.fee, due.net, due.count) != (0, 0, 0, 0)
    )


def facts_of_dues(dues: Iterable[Due]) -> list[dict[str, str | int]]:
    """Return dues as an event tells them."""
    return [
        {
            "on": due.on.isoformat(), "currency": due.currency, "gross": due.gross, "fee": due.fee, "net": due.net,
            "count": due.count,
        }
        for due in dues
    ]  # fmt: skip


def dues_of_facts(facts: Iterable[Mapping[str, str | int]]) -> Iterator[Due]:
    """Yield the dues of an event; raises ``LookupError`` or ``ValueError`` for what cannot be read."""
    for told in facts:
        amounts = (int(told[name]) for name in ("gross", "fee", "net", "count"))
        yield Due(date.fromisoformat(str(told["on"])), str(told["currency"]), *amounts)
