"""Every row of the runbook's table of what a connector may answer, played: what is done is what the row says."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from settlement.domain.events import EventType
from settlement.domain.transaction.leg import LegState
from settlement.domain.transaction.operation import OperationState
from testkit.provider import Partial, Step
from testkit.shop import Placed, Shop

RUNBOOK = Path(__file__).parents[2] / "docs" / "runbook.md"
TABLE = "| what comes back | what is done |"
DAY = timedelta(hours=26)


def rows() -> list[str]:
    """What the first column says, row by row."""
    _, _, after = RUNBOOK.read_text(encoding="utf-8").partition(TABLE)
    lines = after.split("\n\n")[0].splitlines()
    return [line.split("|")[1].strip() for line in lines if line.startswith("|") and "---" not in line]


def nobody_knows(shop: Shop) -> None:
    """What was done without a word of it counts once, and what was not done is done under the same id."""
    stories: list[list[Step]] = [["500"], ["drop"], ["500", "drop", "500"]]
    for number, steps in enumerate(stories, start=1):
        placed, before = shop.open(), len(shop.provider.calls)
        shop.provider.script("settle", *steps)

        placed.invoice(f"N{number}", 7000)
        shop.pass_time(DAY)

        asked = [call.request_id for call in shop.provider.calls[before:] if call.kind == "settle"]
        assert len(asked) > 1
        assert len(set(asked)) == 1
        assert (placed.moved("settle"), placed.ledger.captured) == ([7000], 7000)


def a_smaller_value(shop: Shop) -> None:
    """The rest is asked for under another id, of a capture and of a refund."""
    placed = shop.open()
    shop.provider.script("settle", Partial(6000))
    shop.provider.script("refund", Partial(500))

    placed.invoice("N1", 10000)
    placed.give_back("R1", 1500)

    assert (placed.moved("settle"), placed.moved("refund")) == ([6000, 4000], [500, 1000])
    ids = [call.request_id for call in shop.provider.calls if call.kind in ("settle", "refund")]
    assert len(set(ids)) == len(ids) == 4
    assert (placed.ledger.captured, placed.ledger.refunded) == (10000, 1500)


def a_refusal(shop: Shop) -> None:
    """A refused capture or refund fails at once, and leaves its value as it was."""
    placed = shop.open()
    shop.provider.script("settle", "400")
    placed.invoice("N1", 7000)

    assert_refused(placed)
    assert placed.ledger.available == 10000
    placed.invoice("N2", 3000)
    assert placed.moved("settle") == [3000]

    refunding = shop.open()
    refunding.invoice("N1", 10000)
    shop.provider.script("refund", "400")
    refunding.give_back("R1", 1500)

    assert_refused(refunding)
    assert refunding.ledger.refundable == 10000


def a_refused_cancellation(shop: Shop) -> None:
    """What the order owes no longer is never captured, by no timer and at no expiry."""
    shop.provider.delay_to_auto_settle_seconds = 7200
    placed = shop.open()
    shop.provider.script("cancel", "400")
    placed.change("C1", discount=1500)

    assert_refused(placed)
    assert placed.ledger.withheld == 1500
    shop.pass_time(timedelta(days=8))
    assert sum(placed.moved("settle")) == 8500


def by_hand(shop: Shop) -> None:
    """A person is asked; the refund is not counted, and the cancelled value is never captured."""
    placed = shop.open()
    shop.provider.script("cancel", "501")
    shop.provider.script("refund", "501")
    placed.change("C1", discount=1500)
    placed.invoice("N1", 8500)
    placed.give_back("R1", 500)

    assert [leg.value for leg in placed.legs if leg.state is LegState.MANUAL] == [1500, 500]
    assert len(placed.said(EventType.MANUAL_CANCELLATION_REQUIRED)) == 1
    assert len(placed.said(EventType.MANUAL_REFUND_REQUIRED)) == 1
    assert (placed.ledger.refunded, placed.ledger.withheld) == (0, 1500)
    shop.pass_time(timedelta(days=8))
    assert placed.moved("settle") == [8500]


def assert_refused(placed: Placed) -> None:
    """The newest operation has failed with its call, and the order says so."""
    assert placed.operation.state is OperationState.FAILED
    assert placed.legs[-1].state is LegState.REFUSED
    assert placed.legs[-1].attempts == 1
    assert len(placed.said(EventType.OPERATION_FAILED)) == 1
    assert placed.transaction.is_in_error


PLAYED: dict[str, Callable[[Shop], None]] = {
    "nothing, a cut connection, a 5xx, an answer that makes no sense": nobody_knows,
    "a smaller value than asked": a_smaller_value,
    "a well-formed refusal (4xx with a code) to a capture or a refund": a_refusal,
    "the same to a cancellation": a_refused_cancellation,
    "501 to a cancellation or refund, with or without a body, or the code `cancel-manually` or `refund-manually` under "
    "any status": by_hand,
}


def test_every_row_is_played() -> None:
    assert rows() == list(PLAYED)


@pytest.mark.parametrize("row", PLAYED)
def test_row_is_true(row: str, shop: Shop) -> None:
    PLAYED[row](shop)
