"""What a report's period should hold, and no line speaks for. Amounts are minor units."""

from collections.abc import Collection, Iterator
from functools import partial

from settlement.domain.reconciliation.books import BookedMove, PaymentBooks
from settlement.domain.reconciliation.expected import part_value
from settlement.domain.reconciliation.outcomes import Missing, slot_name
from settlement.domain.reconciliation.report_head import Holds, ReportHead
from settlement.domain.reconciliation.report_line import SIGN_OF, LineKind, Stage


def missing_of(
    books: PaymentBooks, found: Collection[str], head: ReportHead, report_id: str, stage: Stage
) -> Iterator[Missing]:
    """Yield what is missing of a payment; ``found`` are the slots that lines speak for, ``stage`` is that of the lines.

    A report of sales holds what was captured or refunded in its period, one of payouts each instalment that was
    announced for a day of it and is not paid.
    """
    if head.since is None or head.until is None:
        return
    for move in books.moves:
        lost = partial(
            Missing, move.kind, books.order_id, books.transaction_id, books.payment_id, move.number, books.currency
        )
        if head.holds is Holds.PAYOUTS:
            for on, number, of in move.due(head.since, head.until):
                if slot_name(move.number, number, of) not in found:
                    value = part_value(move.value, number, of, head.cents_on)
                    yield lost(value * SIGN_OF[move.kind], on, Stage.PAID, number, of, is_announced=True)
        elif head.since <= move.on <= head.until and not _is_known(move, found, report_id):
            in_parts = move.kind is LineKind.CAPTURE and stage is Stage.REPORTED
            yield lost(
                move.value * SIGN_OF[move.kind], move.on, stage, 1, max(books.installments, 1) if in_parts else 1
            )


def _is_known(move: BookedMove, found: Collection[str], report_id: str) -> bool:
    """Return True if a line of this file, or another report, speaks for any instalment of a capture or refund."""
    beginning = slot_name(move.number)
    return any(slot.startswith(beginning) for slot in found) or any(told.report_id != report_id for told in move.told)
