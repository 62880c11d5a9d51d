"""What a report's period should hold, and no line speaks for. Amounts are minor units."""

from collections import Counter
from collections.abc import Collection, Iterator
from functools import partial

from settlement.domain.reconciliation.books import BookedMove, PaymentBooks, is_whole
from settlement.domain.reconciliation.expected import CentsOn, part_value
from settlement.domain.reconciliation.outcomes import Missing, Slot
from settlement.domain.reconciliation.report_head import Holds, ReportHead
from settlement.domain.reconciliation.report_line import SIGN_OF, LineKind, Stage
from settlement.domain.reconciliation.slot_matching import DAY_TOLERANCE
from settlement.domain.reconciliation.taken import Taken


def missing_of(
    books: PaymentBooks, found: Collection[Slot], head: ReportHead, report_id: str, taken: Taken
) -> Iterator[Missing]:
    """Yield what is missing of a payment; ``found`` are the slots that lines speak for, ``taken`` tells of all lines.

    A report of sales holds what was captured or refunded in its period, and all instalments of what it tells in
    instalments (D187), unless it has the first ones alone; one of payouts each instalment that was announced for a day
    of it and is not paid. Nothing is missing of a payment that the merchant received himself, or that is in another
    file of the acquirer's.
    """
    days = head.whole_days
    if days is None or books.is_offline or not head.is_about(books.group):
        return
    since, until = days
    for move in books.moves:
        here = [slot for slot in found if slot.move == move.number]
        lost = partial(
            Missing, move.kind, books.order_id, books.transaction_id, books.payment_id, move.number, books.currency
        )
        if head.holds is Holds.PAYOUTS:
            due = {(number, of): on for on, number, of in move.due(since, until)}
            for number, of in _lacking(list(due), here):
                value = _signed_part(move, number, of, head.cents_on)
                yield lost(value, due[number, of], Stage.PAID, number, of, is_announced=True)
        elif here:
            if taken.has_plans and since - DAY_TOLERANCE <= move.on <= until + DAY_TOLERANCE:
                for number, of in _untold(move, here, books.installments, report_id):
                    value = _signed_part(move, number, of, head.cents_on)
                    yield lost(value, move.on, Stage.REPORTED, number, of)
        elif since <= move.on <= until and not any(told.report_id != report_id for told in move.told):
            of = books.installments if move.kind is LineKind.CAPTURE else 1
            place = (0, of) if of > 1 else (1, 1)
            yield lost(move.value * SIGN_OF[move.kind], move.on, Stage.REPORTED, *place)


def _signed_part(move: BookedMove, number: int, of: int, cents_on: CentsOn) -> int:
    return part_value(move.value, number, of, cents_on) * SIGN_OF[move.kind]


def _untold(move: BookedMove, here: Collection[Slot], installments: int, report_id: str) -> list[tuple[int, int]]:
    """Return number and number of all of each instalment that neither this file nor another report tells.

    A file that announces one instalment of several announces them all. One line for the whole tells them as well, and
    so do other reports that told it whole, in however many; a file that tells them as they are paid tells no other.
    """
    counts = Counter(slot.of for slot in here if slot.is_possible and slot.stage is Stage.REPORTED)
    elsewhere = {(told.number, told.of) for told in move.told if told.report_id != report_id}
    if not counts or 1 in counts or is_whole(elsewhere):
        return []
    of = max(counts, key=lambda of: (counts[of], of == installments, of))
    return _lacking([place for number in range(1, of + 1) if (place := (number, of)) not in elsewhere], here)


def _lacking(expected: Collection[tuple[int, int]], here: Collection[Slot]) -> list[tuple[int, int]]:
    """Return those expected instalments, each its number and that of all, that have no line here.

    A line with an impossible number, or with another number of all, has a finding of its own, and stands for one that
    has no line: for the last.
    """
    told = {(slot.number, slot.of) for slot in here}
    plans = {of for _, of in expected}
    strays = {(slot.number, slot.of) for slot in here if not slot.is_possible or slot.of not in plans}
    lacking = sorted(place for place in expected if place not in told)
    return lacking[: max(len(lacking) - len(strays), 0)]
