"""Whether what parallel writers of one order were told is explained by some serial order of their requests (R27).

An order of requests explains the answers if the rules, asked one request after the other, give each of them its answer,
lead to what is seen in the end, and if no request comes before one that was answered before it was sent.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace
from typing import Literal

from tests.support.oracle import Oracle

Kind = Literal["sale", "return", "discount", "cancel"]


@dataclass(frozen=True, slots=True)
class Request:
    """What a writer asks: ``id`` is the invoice number or change id, ``value`` in minor units."""

    kind: Kind
    id: str = ""
    value: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """What a writer was told, by HTTP status; ``sent`` and ``heard`` on one clock of all writers, in seconds."""

    request: Request
    status: int
    sent: float
    heard: float


@dataclass(frozen=True, slots=True)
class Seen:
    """What the order shows when everything is at rest."""

    value: int
    invoiced: int
    returned: int
    cancelled: bool


def serial_order(start: Oracle, told: Sequence[Told], seen: Seen) -> list[Request] | None:
    """Return an order of the requests that explains every answer and the end, None if there is none.

    Of requests that ask the same only the one that was answered first need come first, and what changes nothing may
    as well come at once.
    """
    dead_ends: set[tuple[object, ...]] = set()
    times = Counter(answer.request.id for answer in told)

    def search(oracle: Oracle, taken: frozenset[str], left: frozenset[Told]) -> list[Request] | None:
        if not left:
            end = Seen(oracle.value, oracle.invoiced, oracle.returned, oracle.cancelled)
            return [] if end == seen else None
        here = (astuple(oracle), taken, left)
        if here in dead_ends:
            return None
        first_heard = min(answer.heard for answer in left)
        tried = set()
        for answer in sorted(left, key=lambda answer: answer.heard):
            request = answer.request
            if answer.sent > first_heard:
                continue
            status, after = decide(oracle, taken, request)
            alike = (request.kind, request.value, request.id if times[request.id] > 1 else None)
            if status != answer.status or alike in tried:
                continue
            tried.add(alike)
            known = taken | {request.id} if status == OK else taken
            found = search(after, known, left - {answer})
            if found is not None:
                return [request, *found]
            if after == oracle:
                break
        dead_ends.add(here)
        return None

    return search(start, frozenset(), frozenset(told))


OK, WRONG, CONFLICT = 200, 400, 409


def decide(before: Oracle, taken: frozenset[str], request: Request) -> tuple[int, Oracle]:
    """Answer one request by the rules, and return the order after it."""
    if request.kind != "cancel" and request.id in taken:
        return OK, before
    oracle = replace(before)
    match request.kind:
        case "sale":
            if oracle.cancelled:
                return CONFLICT, before
            oracle.invoice(request.value)
        case "return":
            if not oracle.takes_return(request.value):
                return (CONFLICT if oracle.cancelled else WRONG), before
            oracle.give_back(request.value)
        case "discount":
            if not oracle.takes_change(-request.value):
                return (CONFLICT if oracle.cancelled or oracle.is_complete else WRONG), before
            oracle.change(-request.value)
        case "cancel":
            if not oracle.takes_cancel():
                return WRONG, before
            oracle.cancelled = True
    return OK, oracle
