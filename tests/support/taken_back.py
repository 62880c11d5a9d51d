"""Orders with sales that tests take back, and what is left then."""

from typing import Any

from settlement.domain.connectors.connector import Mode
from testkit.shop import Placed, Shop
from tests.support.audits import mismatches_of


def invoiced(shop: Shop, *values: int, mode: Mode = Mode.PARTIAL, **order: Any) -> Placed:
    """An order with sales of these values, settled: N1, N2, …"""
    placed = shop.open(mode=mode, **order)
    for number, value in enumerate(values, start=1):
        placed.invoice(f"N{number}", value)
    return placed


def figures(placed: Placed) -> tuple[int, int, int, int, int]:
    """Invoiced, requested, captured, refunded and open, once the books were found to agree."""
    assert mismatches_of(placed.shop.store) == []
    ledger = placed.ledger
    return placed.order.invoiced, placed.transaction.requested, ledger.captured, ledger.refunded, ledger.open
