"""Whether what parallel writers of one order were told is explained by some serial order of their requests (R27).

An order of requests explains the answers if the rules, asked one request after the other, give each of them its answer,
lead to what is seen in the end, and if no request comes before one that was answered before it was sent.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Literal

from tests.support.oracle import Oracle

Kind = Literal["sale", "return", "discount", "cancel", "take-back", "correction"]


@dataclass(frozen=True, slots=True)
class Request:
    """What a writer asks: ``id`` is the invoice number, change id or request id, ``value`` in minor units.

    ``of`` is the number of the sale that is taken back, or corrected.
    """

    kind: Kind
    id: str = ""
    value: int = 0
    of: str = ""


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
    paid: int | None = None
    """What is captured less what is refunded; None if nobody looked."""


def serial_order(start: Oracle, told: Sequence[Told], seen: Seen) -> list[Request] | None:
    """Return an order of the requests that explains every answer and the end, None if there is none.

    Of requests that ask the same only the one that was answered first need come first, and what changes nothing may
    as well come at once.
    """
    dead_ends: set[tuple[object, ...]] = set()
    times = Counter(answer.request.id for answer in told)
    named = {answer.request.of for answer in told}

    def search(oracle: Oracle, taken: frozenset[str], left: frozenset[Told]) -> list[Request] | None:
        if not left:
            return [] if _end(oracle, seen) == seen else None
        here = (astuple(oracle), taken, left)
        if here in dead_ends:
            return None
        first_heard = min(answer.heard for answer in left)
        tried = set()
        for answer in sorted(left, key=lambda answer: answer.heard):
            request = answer.request
            if answer.sent > first_heard:
                continue
            is_told_apart = times[request.id] > 1 or request.id in named
            alike = (request.kind, request.value, request.of, request.id if is_told_apart else None)
            after = next((held for status, held in decide(oracle, taken, request) if status == answer.status), None)
            if after is None or alike in tried:
                continue
            tried.add(alike)
            known = taken | {request.id} if answer.status == OK else taken
            found = search(after, known, left - {answer})
            if found is not None:
                return [request, *found]
            if after == oracle:
                break
        dead_ends.add(here)
        return None

    return search(start, frozenset(), frozenset(told))


def _end(oracle: Oracle, seen: Seen) -> Seen:
    paid = 0 if oracle.cancelled else oracle.net_captured - oracle.refunds_due
    return Seen(oracle.value, oracle.invoiced, oracle.returned, oracle.cancelled, None if seen.paid is None else paid)


OK, WRONG, UNKNOWN, CONFLICT = 200, 400, 404, 409


def decide(before: Oracle, taken: frozenset[str], request: Request) -> Iterator[tuple[int, Oracle]]:
    """Yield the answers to one request that the rules allow, each with the order after it.

    There are two for a sale that asks for what a sale taken back may have had refunded: whether it had been captured by
    then is the workflow's pace.
    """
    if request.kind != "cancel" and request.id in taken:
        is_sale = request.kind in ("sale", "correction")
        yield (OK if not is_sale or _stands(before, request.id) else CONFLICT), before
        return
    refused, after = _refused(before, request), replace(before)
    if refused is not None:
        yield refused, before
        return
    match request.kind:
        case "sale":
            after.invoice(request.value, request.id)
        case "return":
            after.give_back(request.value)
        case "discount":
            after.change(-request.value)
        case "take-back":
            after.cancel_invoice(request.of)
        case "correction":
            after.correct(request.of, request.value, request.id)
        case "cancel":
            after.cancelled = True
    yield OK, after
    asks = request.kind in ("sale", "correction")
    if asks and before.taken_back and after.requested > before.payable - before.taken_back:
        yield CONFLICT, before


def _stands(oracle: Oracle, number: str) -> bool:
    return any(held == number for held, _, _ in oracle.sales)


def _refused(oracle: Oracle, request: Request) -> int | None:
    """Return the status with which the rules refuse a new request; None if they take it."""
    match request.kind:
        case "sale":
            return CONFLICT if oracle.cancelled else None
        case "return":
            return None if oracle.takes_return(request.value) else CONFLICT if oracle.cancelled else WRONG
        case "discount":
            is_over = oracle.cancelled or oracle.is_complete
            return None if oracle.takes_change(-request.value) else CONFLICT if is_over else WRONG
        case "cancel":
            return None if oracle.takes_cancel() else WRONG
        case "take-back" | "correction":
            if request.of not in oracle.numbers:
                return UNKNOWN
            by_value = oracle.takes_correction_of(request.of, request.value)
            takes = by_value if request.kind == "correction" else oracle.takes_cancel_of(request.of)
            return None if takes else CONFLICT
