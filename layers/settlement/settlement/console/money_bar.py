"""The bar of an order's money: how its value is divided, as shares of a line and as figures, in minor units."""

from settlement.domain.ledger.ledger import Counters
from settlement.domain.order.order import Order
from settlement.domain.transaction.transaction import Transaction
from settlement.values import dataclass

WIDTH = 1000
"""Units of the bar's width."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the money; ``at`` and ``width`` are its place on the bar."""

    name: str
    value: int
    at: int
    width: int


@dataclass(frozen=True, slots=True)
class MoneyBar:
    """What became of the money: ``parts`` add up to the whole, ``invoiced_at`` is where the invoiced value ends.

    ``figures`` are told beside it, by name: the captured one includes what was refunded of it.
    """

    currency: str
    parts: tuple[Part, ...]
    invoiced_at: int
    figures: tuple[tuple[str, int], ...]


def money_bar(order: Order, transaction: Transaction) -> MoneyBar:
    """Return the bar of an order. What is not authorised yet is shown as its value, open."""
    values = _divided(order, transaction.ledger)
    whole = sum(values.values()) or 1
    parts, before = [], 0
    for name, value in values.items():
        at, end = before * WIDTH // whole, (before + value) * WIDTH // whole
        parts.append(Part(name, value, at, end - at))
        before += value
    invoiced_at = min(order.invoiced * WIDTH // whole, WIDTH)
    return MoneyBar(order.currency, tuple(parts), invoiced_at, _figures(order, transaction.ledger, values))


_ALWAYS = frozenset({"invoiced", "captured", "open", "cancelled", "refunded"})
"""Figures that are told even if they are zero."""


def _figures(order: Order, ledger: Counters, values: dict[str, int]) -> tuple[tuple[str, int], ...]:
    told = {"invoiced": order.invoiced, **dict.fromkeys(("captured", "open", "cancelled", "refunded"), 0)}
    told |= values | {"captured": ledger.captured}
    return tuple((name, value) for name, value in told.items() if value or name in _ALWAYS)


def _divided(order: Order, ledger: Counters) -> dict[str, int]:
    if not ledger.authorised:
        is_over = order.cancelled_at is not None
        return {"cancelled": order.value} if is_over else {"open": order.value}
    return {
        "captured": ledger.captured - ledger.refunded - ledger.refund_in_doubt,
        "refunded": ledger.refunded,
        "in-doubt": ledger.doubtful,
        "open": ledger.available,
        "cancelled": ledger.given_up,
        "written-off": ledger.written_off,
        "paid-otherwise": ledger.paid_otherwise,
    }
