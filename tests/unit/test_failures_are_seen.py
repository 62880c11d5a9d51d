"""What failed shows on the order, and in what refusals say (R35)."""

import pytest

from settlement.domain.errors import ReturnTooLarge
from settlement.domain.events import EventType
from settlement.use_cases.recovery.resolve_leg import Resolution
from testkit.shop import Shop
from tests.support.operator import resolve, retry, write_off


class TestWhatFailedIsSeen:
    """R35."""

    def test_refused_refund_marks_the_order(self, shop: Shop) -> None:
        placed = shop.open()
        placed.invoice("N1", 10000)
        shop.provider.script("refund", "400")

        placed.give_back("D1", 1500)

        assert placed.status == ("invoiced", "Settling")
        assert placed.order.in_error
        told = [event.data["workflowIsInError"] for event in placed.said(EventType.ORDER_ERROR_CHANGED)]
        assert told == [True]
        retry(placed, 3)
        told = [event.data["workflowIsInError"] for event in placed.said(EventType.ORDER_ERROR_CHANGED)]
        assert told == [True, False]
        assert placed.status == ("invoiced", "Finished")

    @pytest.mark.parametrize("answer", ["400", "501"])
    def test_cancelled_order_whose_cancellation_was_not_done_is_cancelling(self, shop: Shop, answer: str) -> None:
        placed = shop.open()
        shop.provider.script("cancel", answer)  # type: ignore[arg-type]

        placed.cancel()

        assert placed.status == ("canceled", "Cancelling")
        assert placed.order.in_error
        resolve(placed, 2, "0001", Resolution.DONE, "CXL-1")
        assert placed.status == ("canceled", "Cancelled")
        assert not placed.order.in_error

    def test_return_that_is_written_off_no_longer_counts(self, shop: Shop) -> None:
        placed = shop.open()
        placed.invoice("N1", 10000)
        shop.provider.script("refund", "400")
        placed.give_back("D1", 4000)
        with pytest.raises(ReturnTooLarge, match=r"already returned 4000: 4000 can still be refunded$"):
            placed.give_back("D2", 7000)

        write_off(placed, 3)
        placed.give_back("D2", 7000)

        assert placed.ledger.refunded == 7000
        said = "more than 3000: .* already returned 11000: 7000 refunded, 4000 written off, which does not count$"
        with pytest.raises(ReturnTooLarge, match=said):
            placed.give_back("D3", 3001)

    def test_message_tells_what_became_of_every_return(self, shop: Shop) -> None:
        placed = shop.open()
        placed.invoice("N1", 7000)
        placed.give_back("D0", 500)
        placed.invoice("N2", 3000)
        shop.provider.script("refund", "400", "400", "ok")
        placed.give_back("D1", 2000)
        placed.give_back("D2", 1500)
        placed.give_back("D3", 4000)
        retry(placed, 4)

        said = (
            "already returned 8000: 6000 refunded, 1500 can still be refunded, "
            "500 returned before the order was invoiced in full, without a refund$"
        )
        with pytest.raises(ReturnTooLarge, match=said):
            placed.give_back("D4", 2001)
