"""What is to come of a capture or refund, by what reports told of it. Amounts are minor units."""

from collections.abc import Collection, Iterable, Iterator

from settlement.domain.reconciliation.books import BookedMove, PaymentBooks
from settlement.domain.reconciliation.due import Due, changed_dues
from settlement.domain.reconciliation.payout import PayoutPart, payout_of
from settlement.domain.reconciliation.report_line import LineKind


def dues_of_move(move: BookedMove, parts: Iterable[PayoutPart], books: PaymentBooks) -> Iterator[Due]:
    """Yield what is to come of each instalment that is not paid.

    An instalment whose payout is in another currency than its value has a gross in the one, fee and net in the other.
    """
    is_capture = move.kind is LineKind.CAPTURE
    group, installments = (books.group, books.installments) if is_capture else ("", 1)
    for part in payout_of(move, parts, group, installments, books.currency).installments:
        if part.is_paid:
            continue
        if part.net_currency == part.currency:
            yield Due(part.expected_on, part.currency, part.gross, part.fee, part.net, 1)
        else:
            yield Due(part.expected_on, part.currency, part.gross, 0, 0, 0)
            yield Due(part.expected_on, part.net_currency, 0, part.fee, part.net, 1)


def dues_of_payment(books: PaymentBooks, parts: Collection[PayoutPart]) -> tuple[Due, ...]:
    """Return all that is to come of a payment; nothing of one that the merchant received himself."""
    if books.is_offline:
        return ()
    return tuple(due for move in books.moves for due in dues_of_move(move, parts, books))


def dues_changed(
    books: PaymentBooks, move: BookedMove, before: Collection[PayoutPart], after: Iterable[PayoutPart]
) -> tuple[Due, ...]:
    """Return what parts ``after`` those of before change of what is to come of a capture or refund.

    Nothing is to come of a payment that the merchant received himself.
    """
    if books.is_offline:
        return ()
    replaced = {part.name: part for part in before} | {part.name: part for part in after}
    return changed_dues(dues_of_move(move, before, books), dues_of_move(move, replaced.values(), books))
