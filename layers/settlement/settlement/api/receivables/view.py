"""Receivables, as answers show them. Amounts are minor units."""

from typing import TYPE_CHECKING

from settlement.api.shared.cursors import cursor_of

if TYPE_CHECKING:
    from settlement.api.receivables.answer import ReceivablesAnswer, ReceivableSums
    from settlement.domain.bookkeeping.receivables import Receivable
    from settlement.use_cases.bookkeeping.list_receivables import ReceivablesPage


def receivables_view(page: "ReceivablesPage") -> "ReceivablesAnswer":
    """A page of receivables."""
    last = page.next
    return {
        "days": [{"on": row.on.isoformat(), "connector": row.connector, **_sums(row)} for row in page.days],
        "sums": [_sums(row) for row in page.sums],
        "overdue": [{"since": row.on.isoformat(), "connector": row.connector, **_sums(row)} for row in page.overdue],
        "next": cursor_of(None if last is None else f"{last.on.isoformat()}#{last.connector}#{last.currency}"),
    }


def _sums(row: "Receivable") -> "ReceivableSums":
    return {"currency": row.currency, "gross": row.gross, "fee": row.fee, "net": row.net, "count": row.count}
