"""Every way in which one app key moves money back, or says what became of it, is held against the limit (R37)."""

from dataclasses import replace
from typing import Any

import pytest

from settlement.domain.changes.modification import ModifiedItem, PriceTag
from settlement.domain.errors import AlreadyExists, InvalidRequest, ReturnTooLarge
from settlement.domain.order.invoice import InvoiceType, Tracking
from settlement.domain.order.order import LineMention
from settlement.domain.transaction.approval import ApprovalAction, ApprovalKind, ApprovalState
from settlement.domain.transaction.closing import Ending
from settlement.domain.transaction.leg import LegState
from settlement.domain.transaction.operation import OperationState
from settlement.use_cases.approvals.operation_end import Confirming
from settlement.use_cases.approvals.return_invoice import MAX_PACKED
from settlement.use_cases.gateway.request_movement import REFUND, SETTLEMENT, request_movement
from settlement.use_cases.orders.modify_order import Modified
from settlement.use_cases.orders.notify_invoice import Receipt
from settlement.use_cases.recovery.end_operation import Ended
from settlement.use_cases.recovery.retry_operation import retry_operation
from testkit.builders import ACCOUNT, a_new_payment
from testkit.shop import Placed, Shop
from tests.support.approvals import (
    approving,
    ask_cancel,
    ask_change,
    ask_confirmation,
    ask_end,
    ask_modification,
    ask_movement,
    ask_return,
    captured_order,
    limit,
    refusing,
    state,
    stored,
    waiting,
)


@pytest.fixture
def captured(shop: Shop) -> Placed:
    """The order whose refunds need a second key."""
    return captured_order(shop)


class TestReturns:
    """A return invoice refunds, so it waits; it is an invoice of the order once it is approved."""

    def test_return_above_the_limit_waits_and_changes_nothing_else(self, captured: Placed) -> None:
        before = state(captured)

        approval = waiting(ask_return(captured, 2001))

        assert (state(captured), captured.shop.store.invoice(ACCOUNT, captured.order_id, "D1")) == (before, None)
        assert (approval.kind, approval.action, approval.value) == (
            ApprovalKind.REFUND,
            ApprovalAction.RETURN_INVOICE,
            2001,
        )

    def test_approved_return_is_the_invoice_that_was_notified(self, captured: Placed) -> None:
        said: dict[str, Any] = {
            "items": (LineMention("A", 100, 1, index=0, description="a"),),
            "key": "K" * 10,
            "tracking": Tracking("carrier", "T1"),
            "document": "<nfe>é</nfe>",
            "extra_value": 5,
        }
        approval = waiting(ask_return(captured, 2500, **said))

        done = approving(captured, approval)

        assert (done.state, captured.ledger.refunded) == (ApprovalState.EXECUTED, 2500)
        invoice = captured.shop.store.invoice(ACCOUNT, captured.order_id, "D1")
        assert invoice is not None
        assert (invoice.type, invoice.value, invoice.counted) == (InvoiceType.INPUT, 2500, 2500)
        assert (invoice.items, invoice.tracking, invoice.extra_value) == (said["items"], said["tracking"], 5)
        assert captured.shop.store.document(ACCOUNT, captured.order_id, "D1") == said["document"]
        assert isinstance(ask_return(captured, 2500), Receipt)
        assert captured.ledger.refunded == 2500

    def test_return_at_the_limit_is_taken_at_once(self, captured: Placed) -> None:
        assert isinstance(ask_return(captured, 2000), Receipt)
        captured.run()

        assert (captured.ledger.refunded, stored(captured)) == (2000, [])

    def test_return_that_moves_no_money_yet_is_taken_at_once(self, shop: Shop) -> None:
        """Before the order is invoiced in full a return is kept and refunds nothing (R16)."""
        placed = shop.open()
        placed.invoice("N1", 5000)
        limit(shop, refund=0)

        assert isinstance(ask_return(placed, 1000), Receipt)
        assert (placed.order.returned, stored(placed)) == (1000, [])

    def test_repeat_gets_the_same_approval_and_another_value_is_refused(self, captured: Placed) -> None:
        first = waiting(ask_return(captured, 3000))

        assert waiting(ask_return(captured, 3000)).id == first.id
        with pytest.raises(AlreadyExists, match="invoiceNumber D1 was used for another request"):
            ask_return(captured, 3001)
        assert waiting(ask_return(captured, 3001, "D2")).id != first.id

    def test_return_that_is_too_large_is_refused_and_does_not_wait(self, captured: Placed) -> None:
        with pytest.raises(ReturnTooLarge):
            ask_return(captured, 10001)

        assert stored(captured) == []

    def test_return_of_what_was_refunded_meanwhile_fails_with_the_reason(self, captured: Placed) -> None:
        approval = waiting(ask_return(captured, 6000))
        other = waiting(ask_return(captured, 5000, "D2"))
        approving(captured, approval)

        failed = approving(captured, other)

        assert (failed.state, failed.code) == (ApprovalState.FAILED, ReturnTooLarge.code)
        assert captured.ledger.refunded == 6000

    def test_document_that_cannot_wait_is_refused(self, captured: Placed) -> None:
        text = "".join(chr(0x4E00 + (n * 7919 + n * n * 104729) % 20000) for n in range(100_000))

        with pytest.raises(InvalidRequest, match=f"at most {MAX_PACKED} characters"):
            ask_return(captured, 3000, document=text)
        assert stored(captured) == []


class TestModifications:
    """A modification refunds and cancels as a registered change does."""

    def test_modification_that_refunds_waits_and_is_made_under_the_id_that_was_told(self, shop: Shop) -> None:
        placed = shop.open()
        placed.auto_settle()
        limit(shop, refund=1499)
        before = state(placed)

        approval = waiting(ask_modification(placed, 1500))

        assert state(placed) == before
        assert (approval.action, approval.kind, approval.value) == (
            ApprovalAction.MODIFY_ORDER,
            ApprovalKind.REFUND,
            1500,
        )
        approving(placed, approval)
        [made] = shop.store.modifications(ACCOUNT, placed.order_id)
        assert (made.request_id, made.value) == (approval.request["request_id"], -1500)
        assert (placed.ledger.refunded, placed.order.value) == (1500, 8500)

    def test_modification_that_cancels_waits(self, shop: Shop) -> None:
        placed = shop.open()
        limit(shop, cancellation=1499)

        approval = waiting(ask_modification(placed, 1500))

        assert (approval.kind, approval.value) == (ApprovalKind.CANCELLATION, 1500)
        approving(placed, approval)
        assert placed.ledger.cancelled == 1500

    def test_items_and_price_tags_come_back_as_they_were_asked_for(self, shop: Shop) -> None:
        placed = shop.open()
        limit(shop, cancellation=0)
        line = shop.store.lines(ACCOUNT, placed.order_id)[0]
        tag = PriceTag(-10, is_percentual=True, is_tax=False)
        added = ModifiedItem("new", 2, price=100, price_tags=(tag,), unit_multiplier=2_000_000, measurement_unit="kg")

        approval = waiting(ask_modification(placed, 0, removed=(ModifiedItem(line.id, 1),), added=(added,)))
        done = approving(placed, approval)

        assert done.state is ApprovalState.EXECUTED, done.decided_because
        lines = {held.id: held for held in shop.store.lines(ACCOUNT, placed.order_id)}
        assert (lines["new"].quantity, lines[line.id].removed) == (2, 1)

    def test_repeat_is_the_same_request_of_the_same_key(self, shop: Shop) -> None:
        placed = shop.open()
        limit(shop, cancellation=0)
        first = waiting(ask_modification(placed, 1500))

        assert waiting(ask_modification(placed, 1500)).id == first.id
        assert waiting(ask_modification(placed, 1501)).id != first.id

    def test_modification_within_the_limit_is_made_at_once(self, shop: Shop) -> None:
        placed = shop.open()
        limit(shop, refund=0, cancellation=1500)

        assert isinstance(ask_modification(placed, 1500), Modified)
        assert stored(placed) == []


class TestWords:
    """A confirmation, a write-off and a payment by other means are a person's word of what became of money."""

    @pytest.mark.parametrize(
        ("ending", "kept"), [(Ending.WRITTEN_OFF, "written_off"), (Ending.PAID_OTHERWISE, "paid_otherwise")]
    )
    def test_end_of_an_operation_waits(self, shop: Shop, ending: Ending, kept: str) -> None:
        placed = shop.open()
        shop.provider.script("settle", "400")
        placed.invoice("N1", 7000)
        limit(shop, resolution=6999)
        before = state(placed)

        approval = waiting(ask_end(placed, 2, ending))

        assert state(placed) == before
        assert (approval.kind, approval.value, approval.reason) == (ApprovalKind.RESOLUTION, 7000, "the card is gone")
        done = approving(placed, approval)
        assert done.state is ApprovalState.EXECUTED, done.decided_because
        assert getattr(placed.ledger, kept) == 7000
        assert placed.operations[1].state is OperationState.DONE

    def test_end_at_the_limit_needs_nobody(self, shop: Shop) -> None:
        placed = shop.open()
        shop.provider.script("settle", "400")
        placed.invoice("N1", 7000)
        limit(shop, resolution=7000)

        assert isinstance(ask_end(placed, 2, Ending.WRITTEN_OFF), Ended)

    def test_confirmation_waits(self, shop: Shop) -> None:
        placed = shop.open()
        placed.invoice("N1", 10000)
        shop.provider.script("refund", "501")
        placed.give_back("D1", 3000)
        limit(shop, resolution=2999)
        said = Confirming(3, "0001", "BANK-7", "Anna")

        approval = waiting(ask_confirmation(placed, said))

        assert (approval.kind, approval.value) == (ApprovalKind.RESOLUTION, 3000)
        assert (placed.legs[-1].state, placed.ledger.refunded) == (LegState.MANUAL, 0)
        approving(placed, approval)
        assert (placed.legs[-1].state, placed.legs[-1].reference) == (LegState.POSTED, "BANK-7")
        assert placed.ledger.refunded == 3000

    def test_confirmation_at_the_limit_needs_nobody(self, shop: Shop) -> None:
        placed = shop.open()
        placed.invoice("N1", 10000)
        shop.provider.script("refund", "501")
        placed.give_back("D1", 3000)
        limit(shop, resolution=3000)

        assert ask_confirmation(placed, Confirming(3, "0001", "BANK-7", "Anna")) is None
        assert placed.ledger.refunded == 3000


def test_retry_of_what_was_approved_needs_no_other_approval(captured: Placed) -> None:
    shop = captured.shop
    shop.provider.script("refund", "400")
    approving(captured, ask_movement(captured, REFUND, 3000))
    assert captured.operations[-1].state is OperationState.FAILED

    retry_operation(shop.ports, ACCOUNT, captured.transaction_id, captured.operations[-1].sequence)
    captured.run()

    assert captured.ledger.refunded == 3000


def test_approved_cancellation_does_not_become_a_refund(shop: Shop) -> None:
    """A change was to cancel 30.00 of open value; by now that is captured, and would be refunded."""
    placed = shop.open(a_new_payment(10000, "partial"))
    limit(shop, refund=1000, cancellation=1000)
    asked = waiting(ask_change(placed, 3000))
    assert asked.moved == {ApprovalKind.CANCELLATION: 3000}
    request_movement(shop.ports, ACCOUNT, placed.transaction_id, SETTLEMENT, 10000, "S1")
    placed.run()
    before = state(placed)

    decided = approving(placed, asked)

    assert (decided.state, state(placed)) == (ApprovalState.FAILED, before)
    assert decided.decided_because == (
        "its refund would move 3000 by now, 0 was asked for: send the request again to ask anew"
    )


def test_approval_is_of_all_kinds_that_were_asked_for(shop: Shop) -> None:
    placed = shop.open(a_new_payment(10000, "partial"))
    request_movement(shop.ports, ACCOUNT, placed.transaction_id, SETTLEMENT, 4000, "S1")
    placed.run()
    limit(shop, refund=1000, cancellation=1000)

    asked = waiting(ask_cancel(placed))

    assert asked.moved == {ApprovalKind.REFUND: 4000, ApprovalKind.CANCELLATION: 6000}
    assert approving(placed, asked).state is ApprovalState.EXECUTED
    assert (placed.ledger.refunded, placed.ledger.cancelled) == (4000, 6000)


def test_approval_of_an_earlier_version_is_of_its_value(captured: Placed) -> None:
    approval = ask_movement(captured, REFUND, 3000)

    assert replace(approval, moves={}).moved == {ApprovalKind.REFUND: 3000}


def test_refused_return_is_never_made(captured: Placed) -> None:
    asked, before = waiting(ask_return(captured, 3000)), state(captured)

    refusing(captured, asked)

    assert state(captured) == before
    assert waiting(ask_return(captured, 3000)).id != asked.id
